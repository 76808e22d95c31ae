import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { accessRecorder } from '../../../src/commands/access-recorder.ts'
import type { AccessEvent } from '../../../src/commands/ports/access-log.ts'

const event = (requestId: string): AccessEvent => ({
  ...{ tenant: 1, at: '2026-11-22T08:00:00.000Z', method: 'GET', route: '/fhir/:type/:id' },
  ...{ status: 200, requestId },
})

function world(options: { readonly queueMax?: number } = {}) {
  const state = { isAway: false, lost: 0, written: [] as string[], batches: 0 }
  const recorder = accessRecorder({
    log: {
      append: async events => {
        if (state.isAway) throw new Error('away')
        state.batches += 1
        state.written.push(...events.map(({ requestId }) => requestId))
      },
    },
    counted: count => {
      if ('lost' in count) state.lost += count.lost
    },
    ...{ gatherMs: 100, ...options },
  })
  return { state, recorder }
}

const names = (count: number): readonly string[] => Array.from({ length: count }, (_, n) => `r${n}`)

describe('the audit of requests', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  test('writes what came within a moment at once, in its order', async () => {
    const { state, recorder } = world()
    for (const name of names(5)) recorder.record(event(name))
    expect(state.written).toEqual([])
    await vi.advanceTimersByTimeAsync(100)
    expect([state.batches, state.written]).toEqual([1, names(5)])
  })

  test('keeps events while the store is away, and writes each once when it is back', async () => {
    const { state, recorder } = world()
    state.isAway = true
    for (const name of names(3)) recorder.record(event(name))
    await vi.advanceTimersByTimeAsync(5_000)
    expect(state.written).toEqual([])
    state.isAway = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect([state.written, state.lost]).toEqual([names(3), 0])
  })

  test('drops and counts the newest when too many wait; who records never waits or fails', async () => {
    const { state, recorder } = world({ queueMax: 2 })
    state.isAway = true
    for (const name of names(5)) expect(recorder.record(event(name))).toBeUndefined()
    expect(state.lost).toBe(3)
    state.isAway = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect(state.written).toEqual(['r0', 'r1'])
  })

  test('writes what is left before it stops, and counts as lost what it can not write', async () => {
    const kept = world()
    for (const name of names(2_500)) kept.recorder.record(event(name))
    await kept.recorder.stop()
    expect([kept.state.written, kept.state.lost]).toEqual([names(2_500), 0])

    const away = world()
    away.state.isAway = true
    away.recorder.record(event('r0'))
    await away.recorder.stop()
    away.recorder.record(event('r1'))
    expect([away.state.written, away.state.lost]).toEqual([[], 2])
  })
})
