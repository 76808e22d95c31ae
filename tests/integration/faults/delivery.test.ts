import { expect, it } from 'vitest'
import { describeWith } from '../../support/real-servers.ts'
import { disordered } from '../../support/faults/fault-feed.ts'
import { faultRun, seed } from '../../support/faults/fault-run.ts'
import {
  expectWhole,
  openGround,
  query,
  serve,
  until,
  untilTaken,
  WITHIN_MS,
  type Ground,
  type Sent,
} from '../../support/faults/ground.ts'
import { poisons, type Poison } from '../../support/faults/poison.ts'

const POISONS = 650
const size = { long: { patients: 150, messages: 2_000 }, short: { patients: 18, messages: 150 } }

describeWith(['kafka', 'postgres'], 'Delivery', () => {
  const { messages, calm } = faultRun('delivery', 'FD', size)

  it(
    'in any order, a fifth of it twice, ends as in order',
    async () => {
      await using ground = await openGround()
      await using service = await serve(ground.environment)
      await ground.send(disordered(messages, seed))
      await untilTaken(ground)
      await expectWhole(ground, calm())
      expect(service.events).not.toContain('consumer-restarting')
    },
    WITHIN_MS,
  )

  it(
    'with poison of every kind among it, one bad after another, and 500 bad in a row',
    async () => {
      await using ground = await openGround()
      await using service = await serve(ground.environment)
      const bad = poisons(POISONS)
      const among = messages.flatMap((message, i) => [message, ...bad.slice(i, i + 1).map(asSent)])
      await ground.send(among)
      const rest = bad.slice(messages.length)
      for (let at = 0; at < rest.length; at += 50)
        await ground.producer.send({
          topic: ground.topic,
          messages: rest.slice(at, at + 50).map(({ value }) => ({ value, partition: 2 })),
        })
      await untilTaken(ground)
      await expectWhole(ground, calm())
      await expectVerdictsAndLetters(ground, messages.length + bad.length)
      expect(service.events).not.toContain('consumer-restarting')
      expect(service.events).not.toContain('partition-paused')
    },
    WITHIN_MS,
  )

  it(
    'while the clock is set back by two hours, also for a process that comes after',
    async () => {
      await using ground = await openGround()
      const half = Math.ceil(messages.length / 2)
      let setBackMs = 0
      const clock = { nowMs: () => Date.now() - setBackMs }
      const bad = poisons(3).map(asSent)
      {
        await using first = await serve(ground.environment, { clock })
        await ground.send([...messages.slice(0, half / 2), ...bad.slice(0, 1)])
        await untilTaken(ground)
        await untilPublished(ground)
        setBackMs = 7_200_000
        await ground.send([...messages.slice(half / 2, half), ...bad.slice(1, 2)])
        await untilTaken(ground)
        await untilPublished(ground)
        expect(first.events).not.toContain('partition-paused')
      }
      setBackMs = 14_400_000
      await using second = await serve(ground.environment, { clock })
      await ground.send([...messages.slice(half), ...bad.slice(2)])
      await untilTaken(ground)
      await untilPublished(ground)
      await expectWhole(ground, calm())
      expect(second.events).not.toContain('partition-paused')
    },
    WITHIN_MS,
  )
})

const asSent = ({ value }: Poison): Sent => ({ key: '', controlId: '', text: value })

/** Each record has a verdict, told apart by where it came from; each that is a dead letter is on the topic of those. */
async function expectVerdictsAndLetters(ground: Ground, records: number): Promise<void> {
  await untilPublished(ground)
  const rows = await query(ground.databaseUrl, 'select outcome, origin from inbox')
  expect(new Set(rows.map(({ origin }) => origin)).size).toBe(records)
  const dead = new Set(rows.filter(({ outcome }) => outcome === 'dead-letter').map(({ origin }) => origin))
  const letters = await ground.admin.fetchTopicOffsets(`${ground.topic}.dlq`)
  expect(letters.reduce((sum, { high }) => sum + Number(high), 0)).toBe(dead.size)
  expect(dead.size).toBeGreaterThan(POISONS / 2)
}

const untilPublished = ({ databaseUrl, topic }: Ground): Promise<void> =>
  until('dead letters are on their topic', async () => {
    const waiting = `select count(*) as n from outbox where target = 'kafka:${topic}.dlq'`
    const [row] = await query(databaseUrl, waiting)
    return Number(row?.['n']) === 0
  })
