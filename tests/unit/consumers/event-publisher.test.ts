import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { OutboxQueue, OutboxRow } from '../../../src/commands/ports/outbox.ts'
import { eventPublisher } from '../../../src/consumers/event-publisher.ts'

/** A publisher over an outbox in memory and a broker that may be told what to refuse. */
function bench(
  seqs: readonly number[],
  refuse: (seqs: readonly number[]) => Error | undefined = () => undefined,
) {
  const waiting = new Map(seqs.map(seq => [seq, rowOf(seq)]))
  const sent: number[] = []
  const buried: number[] = []
  const events: string[] = []
  const counts = { leases: 0, published: 0 }
  const outbox = {
    lease: async () => {
      counts.leases += 1
      return [0]
    },
    read: async (_target: string, _lanes: readonly number[], count: number) =>
      [...waiting.values()].slice(0, count),
    done: async (done: readonly number[]) => {
      for (const seq of done) waiting.delete(seq)
    },
    bury: async (seq: number) => {
      waiting.delete(seq)
      buried.push(seq)
    },
  } as unknown as OutboxQueue
  const publisher = eventPublisher({
    outbox,
    sink: {
      publish: async (_topic, records) => {
        const numbers = records.map(({ value }) => (JSON.parse(String(value)) as { n: number }).n)
        const error = refuse(numbers)
        if (error) throw error
        sent.push(...numbers)
      },
      close: async () => undefined,
    },
    ...{ topic: 'e', owner: 'me', clock: { nowMs: () => 0 }, pollIntervalMs: 5 },
    emit: name => void events.push(name),
    meters: {
      eventsPublished: count => {
        counts.published += count
      },
    },
  })
  return {
    publisher,
    sent,
    buried,
    events,
    counts,
    waiting,
    put: (seq: number) => waiting.set(seq, rowOf(seq)),
  }
}

const rowOf = (seq: number): OutboxRow => ({
  ...{ seq, target: 'kafka:e', key: 'p', attempts: 0, created: '2026-10-05T12:00:00.000Z' },
  payload: { n: seq },
})
const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1)
const tooLarge = (): Error => Object.assign(new Error('x'), { type: 'MESSAGE_TOO_LARGE' })

async function runUntil({ publisher }: ReturnType<typeof bench>, holds: () => boolean): Promise<void> {
  publisher.start()
  for (let tries = 0; tries < 600 && !holds(); tries += 1) await sleep(5)
  await publisher.stop()
  expect(holds()).toBe(true)
}

test('everything is sent once, in order, and taken from the outbox; the lease is not renewed each round', async () => {
  const one = bench(numbers(600))
  setTimeout(() => one.put(601), 40)
  await runUntil(one, () => one.sent.length === 601 && one.waiting.size === 0)
  expect(one.sent).toEqual(numbers(601))
  expect(one.counts).toEqual({ leases: 1, published: 601 })
})

test('while the broker is away all stays where it is, and goes in order when it is back', async () => {
  let away = true
  const one = bench(numbers(3), () => (away ? new Error('away') : undefined))
  setTimeout(() => {
    expect(one.waiting.size).toBe(3)
    away = false
  }, 50)
  await runUntil(one, () => one.waiting.size === 0)
  expect(one.sent).toEqual([1, 2, 3])
  expect(new Set(one.events)).toEqual(new Set(['events-publish-failed']))
})

test('a set that is too large is halved, and only the one event that is too large by itself is buried', async () => {
  const one = bench(numbers(9), seqs => (seqs.length > 4 || seqs.includes(6) ? tooLarge() : undefined))
  await runUntil(one, () => one.waiting.size === 0)
  expect([one.sent, one.buried, one.events]).toEqual([[1, 2, 3, 4, 5, 7, 8, 9], [6], ['event-buried']])
})
