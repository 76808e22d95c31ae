import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { EmitEvent } from '../../../src/commands/ports/events.ts'
import type { IndexState, ReindexQueue, ReindexStep } from '../../../src/commands/ports/reindex.ts'
import { reindexAll, reindexRunner } from '../../../src/commands/reindex.ts'

type Answer = ReindexStep | Error

/** A queue that answers its steps in order; `finished` for ever after. */
function queueOf(answers: readonly Answer[], stepMs = 0) {
  const left = [...answers]
  let steps = 0
  const queue: ReindexQueue = {
    state: async () => ({ isCurrent: left.length === 0, done: steps * 100, share: 0.5 }),
    step: async () => {
      steps += 1
      vi.setSystemTime(Date.now() + stepMs)
      const answer = left.shift() ?? 'current'
      if (answer instanceof Error) throw answer
      return answer
    },
    restart: async () => undefined,
  }
  return { queue, steps: () => steps }
}

describe('the background reindex', () => {
  beforeEach(() => vi.useFakeTimers())
  afterEach(() => vi.useRealTimers())

  const run = (answers: readonly Answer[], stepMs = 0) => {
    const { queue, steps } = queueOf(answers, stepMs)
    const told: string[] = []
    const emit: EmitEvent = (name, fields) => {
      told.push(
        [
          name,
          ...Object.entries(fields ?? {}).map(
            ([key, value]) => `${key}=${key === 'fault' ? key : JSON.stringify(value)}`,
          ),
        ].join(' '),
      )
    }
    const runner = reindexRunner({ reindex: queue, owner: 'me', clock: { nowMs: () => Date.now() }, emit })
    runner.start()
    return { runner, steps, told }
  }

  test('asks once and says nothing when there is nothing to do', async () => {
    const { steps, told } = run(['current'])
    await vi.advanceTimersByTimeAsync(120_000)
    expect(steps()).toBe(1)
    expect(told).toEqual([])
  })

  test('goes on to the end, tells its progress and how long it took, and then ends', async () => {
    const { steps, told } = run(['more', 'more', 'more', 'finished'], 400)
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps()).toBe(4)
    expect(told[0]).toBe('reindex-started')
    expect(told[1]).toBe('reindex-progress resources=100 percent=50')
    expect(told.at(-1)).toMatch(/^reindex-finished durationMs=\d+$/)
  })

  test('rests between batches as long as they take', async () => {
    const { steps } = run(['more', 'more', 'more', 'more', 'finished'], 500)
    await vi.advanceTimersByTimeAsync(499)
    expect(steps()).toBe(1)
    await vi.advanceTimersByTimeAsync(2)
    expect(steps()).toBe(2)
  })

  test('looks again later while another process is at it, and takes over when that one is gone', async () => {
    const { steps } = run(['taken', 'taken', 'more', 'finished'])
    await vi.advanceTimersByTimeAsync(29_000)
    expect(steps()).toBe(1)
    await vi.advanceTimersByTimeAsync(35_000)
    expect(steps()).toBe(4)
  })

  test('waits longer after each failure and says so without a value of the error', async () => {
    const { steps, told } = run([new Error('Miller'), new Error('Miller'), 'finished'])
    await vi.advanceTimersByTimeAsync(1_900)
    expect(steps()).toBe(1)
    await vi.advanceTimersByTimeAsync(200)
    expect(steps()).toBe(2)
    expect(told).toEqual(['reindex-failed waitMs=2000 fault=fault', 'reindex-failed waitMs=4000 fault=fault'])
    await vi.advanceTimersByTimeAsync(5_000)
    expect(steps()).toBe(3)
  })

  test('takes no further batch once it is stopped', async () => {
    const { runner, steps } = run(['more', 'more', 'finished'], 1_000)
    await vi.advanceTimersByTimeAsync(1)
    await runner.stop()
    await vi.advanceTimersByTimeAsync(60_000)
    expect(steps()).toBe(1)
  })
})

describe('a reindex that is waited for', () => {
  test('tells its state after every hundred batches and ends with the last', async () => {
    const states: IndexState[] = []
    const { queue } = queueOf([...Array.from({ length: 250 }, () => 'more' as const), 'finished'])
    expect(await reindexAll(queue, 'me', state => states.push(state))).toBe(true)
    expect(states.map(({ done }) => done)).toEqual([10_000, 20_000])
  })

  test('says when another process is at it', async () => {
    expect(await reindexAll(queueOf(['more', 'taken']).queue, 'me', () => undefined)).toBe(false)
  })
})
