import { describe, expect, it } from 'vitest'
import type { Scoring } from '../../../../src/care-plan/instruments/instrument.ts'
import { impossibleFigure } from '../../../../src/care-plan/instruments/possible-figure.ts'

const ranges = [
  { from: 1, to: 4, interpretation: 'low' },
  { from: 5, to: 9, interpretation: 'high' },
]
const sum: Scoring = { kind: 'sum', measure: 'm', version: '1', items: ['q1', 'q2'], ranges }
const groups: Scoring = {
  ...{ kind: 'groups', measure: 'g', version: '1', items: ['q1', 'q2', 'q3'] },
  groups: [
    { name: 'a', items: ['q1', 'q2'], atLeast: 2 },
    { name: 'b', items: ['q3'], atLeast: 1 },
  ],
  ranges: [{ from: 0, to: 2, interpretation: 'x' }],
}
const yesNo: Scoring = {
  ...groups,
  kind: 'yes-no',
  groups: groups.groups.slice(0, 1),
  ranges: [{ from: 0, to: 1, interpretation: 'x' }],
}
const inputs = (points: Readonly<Record<string, string>>) =>
  Object.entries(points).map(([name, value]) => ({ name, value }))
const refused = (
  scoring: Scoring | undefined,
  value: string,
  points: Readonly<Record<string, string>> = {},
) => {
  const failure = impossibleFigure(scoring, { value, inputs: inputs(points) })
  return failure && [failure.kind, failure.code, failure.expression, failure.message]
}
const outside = (message: string) => ['unprocessable', 'figure-impossible', 'value', message]
const otherwise = (measure: string) => [
  ...['unprocessable', 'figure-impossible', 'inputs'],
  `The inputs of ${measure} make another figure than the one given.`,
]

describe('a figure of a measure that has a table', () => {
  it.each(['0', '10', '-1', '1.5', 'many', ''])('is refused outside its ranges: %s', value => {
    expect(refused(sum, value)).toEqual(outside('A figure of m is a whole number: from 1 to 9.'))
  })

  it.each(['1', '4', '5', '9'])('is possible within them: %s', value => {
    expect(refused(sum, value)).toBeUndefined()
  })

  it('is refused between two ranges', () => {
    const gap: Scoring = { ...sum, ranges: [ranges[0], { ...ranges[1], from: 6 }] as typeof ranges }
    expect(refused(gap, '5')).toEqual(outside('A figure of m is a whole number: from 1 to 9.'))
    expect(refused({ ...sum, ranges: [] }, '0')).toEqual(
      outside('A figure of m is a whole number: from 0 to 0.'),
    )
  })

  it('of yes or no is told so, or as 1 or 0', () => {
    for (const value of ['yes', 'no', '1', '0']) expect(refused(yesNo, value)).toBeUndefined()
    expect(refused(yesNo, 'maybe')).toEqual(outside('A figure of g is `yes` or `no`: from 0 to 1.'))
    expect(refused(sum, 'yes')?.[2]).toBe('value')
  })

  it('is the sum of the points of its questions', () => {
    expect(refused(sum, '5', { q1: '2', q2: '3' })).toBeUndefined()
    expect(refused(sum, '6', { q1: '2', q2: '3' })).toEqual(otherwise('m'))
    expect(refused(sum, '5', { q1: '2', q2: '3', other: '4' })).toBeUndefined()
  })

  it('is the sum of other numbers when the questions are not all there', () => {
    expect(refused(sum, '7', { part: '3', rest: '4' })).toBeUndefined()
    expect(refused(sum, '8', { part: '3', rest: '4' })).toEqual(otherwise('m'))
    expect(refused(sum, '3', { q1: '2', rest: '1' })).toBeUndefined()
    expect(refused(sum, '2', { q1: '2', rest: '1' })).toEqual(otherwise('m'))
  })

  it('passes with inputs that are no numbers, and with none', () => {
    expect(refused(sum, '8', { q1: '2', q2: 'often' })).toBeUndefined()
    expect(refused(sum, '8')).toBeUndefined()
  })

  it('counts the groups that reach their cut-off', () => {
    const points = { q1: '1', q2: '1', q3: '1' }
    expect([refused(groups, '2', points), refused(groups, '1', points)]).toEqual([undefined, otherwise('g')])
    expect(refused(groups, '1', { ...points, q2: '0' })).toBeUndefined()
    expect(refused(groups, '0', { ...points, q2: '0', q3: '0' })).toBeUndefined()
    expect(refused(groups, '1', { ...points, q2: '0', q3: '0' })).toEqual(otherwise('g'))
    expect(refused(groups, '1', { other: '7' })).toBeUndefined()
  })

  it('of yes or no agrees with its group', () => {
    const points = { q1: '1', q2: '1', q3: '0' }
    expect([refused(yesNo, 'yes', points), refused(yesNo, 'no', points)]).toEqual([undefined, otherwise('g')])
    const few = { ...points, q1: '0' }
    expect([refused(yesNo, 'no', few), refused(yesNo, 'yes', few)]).toEqual([undefined, otherwise('g')])
  })

  it('passes when nobody has a table for its measure', () => {
    expect(refused(undefined, 'anything', { q1: '9' })).toBeUndefined()
  })
})
