import { describe, expect, it } from 'vitest'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import { seriesOf, type Anchor, type Series } from '../../../../src/care-plan/duties/series.ts'

const day = (n: number): Anchor => ({
  at: `2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`,
  atMs: Date.parse(`2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`),
})
const trigger = {
  ...{ kind: 'contact-cadence', id: 'model:x', caseId: 'c1', isHighRisk: false },
  ...{ recorded: day(1).at, recordedMs: day(1).atMs },
} as const satisfies Omit<Trigger, 'at' | 'atMs'>
const series = (more: Partial<Series> = {}) =>
  seriesOf({
    ...{ trigger, rule: 'cadence-contact', start: day(1), done: [], settled: () => undefined },
    step: () => ({ everyDays: 7 }),
    ...more,
  }).map(({ at, n }) => [n, Number(at.slice(8, 10))])

describe('the duties of a rhythm', () => {
  it('are the one that is next and those before it that were done, each from where the last was done', () => {
    expect(series()).toEqual([[0, 1]])
    expect(series({ done: [day(3), day(9)] })).toEqual([
      [0, 1],
      [1, 3],
      [2, 9],
    ])
  })

  it('take what they are about from the trigger and the step', () => {
    const [first, second] = seriesOf({
      ...{ trigger, rule: 'cadence-contact', start: day(1), done: [day(3)], settled: () => undefined },
      step: n => ({ everyDays: n + 5 }),
    })
    expect(first).toEqual({ ...trigger, ...day(1), n: 0, everyDays: 5 })
    expect(second).toEqual({ ...trigger, ...day(3), n: 1, everyDays: 6 })
  })

  it('end with the step that there is none of, which is asked with its number and its start', () => {
    const asked: unknown[] = []
    const step = (n: number, anchor: Anchor) => {
      asked.push([n, anchor])
      return n === 0 ? { everyDays: 7 } : undefined
    }
    expect(series({ done: [day(3), day(5)], step })).toEqual([[0, 1]])
    expect(asked).toEqual([
      [0, day(1)],
      [1, day(3)],
    ])
  })

  it('count nothing that was done at or before the start', () => {
    expect(series({ start: day(3), done: [day(1), day(3)] })).toEqual([[0, 3]])
  })

  it('end with the stretch: what was done at its end or later begins nothing', () => {
    const ended = (endMs: number) => series({ done: [day(3), day(9)], endMs })
    expect(ended(day(10).atMs)).toHaveLength(3)
    expect(ended(day(9).atMs)).toEqual([
      [0, 1],
      [1, 3],
    ])
    expect(ended(day(2).atMs)).toEqual([[0, 1]])
  })

  it('go on from what people finished by hand, asked for by case, rule, trigger and number', () => {
    const asked: unknown[] = []
    const settled: Series['settled'] = duty => {
      asked.push(duty)
      return duty.n === 0 ? day(4) : undefined
    }
    expect(series({ settled })).toEqual([
      [0, 1],
      [1, 4],
    ])
    expect(asked[0]).toEqual({ caseId: 'c1', rule: 'cadence-contact', trigger: 'model:x', n: 0 })
    expect(series({ settled, done: [day(6)] })).toEqual([
      [0, 1],
      [1, 4],
      [2, 6],
    ])
    expect(series({ settled, done: [day(2)] })).toEqual([
      [0, 1],
      [1, 2],
    ])
  })

  it('begin no earlier than the one before, whenever it was finished by hand', () => {
    const settled: Series['settled'] = ({ n }) => (n === 0 ? day(1) : undefined)
    expect(series({ start: day(3), settled })).toEqual([
      [0, 3],
      [1, 3],
    ])
  })

  it('are counted from the end of the last pause that fell into the step', () => {
    const resumed = [day(2), day(4), day(8)]
    expect(series({ resumed })).toEqual([[0, 8]])
    expect(series({ resumed, done: [day(6)] })).toEqual([
      [0, 4],
      [1, 8],
    ])
    expect(series({ resumed, done: [day(4)] })).toEqual([
      [0, 2],
      [1, 8],
    ])
    expect(series({ resumed: [day(1)] })).toEqual([[0, 1]])
    expect(series({ resumed, endMs: day(8).atMs })).toEqual([[0, 4]])
  })

  it('do not grow without end', () => {
    expect(series({ settled: () => day(1) })).toHaveLength(2000)
  })
})
