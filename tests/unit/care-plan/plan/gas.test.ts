import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { gasOf, tScore, tScoreText } from '../../../../src/care-plan/plan/gas.ts'
import { afterwards, decided, namesOf, refusal } from '../../../support/case-file.ts'
import { aGoal, aPlan, plannedFile } from '../../../support/plan-file.ts'

const weights = [3, 3, 2, 2]

describe('the T score', () => {
  it.each([
    [[-2, -1, -2, -1], '28.4'],
    [[0, 0, 0, 0], '50.0'],
    [[0, -1, 1, 0], '48.6'],
    [[1, 0, 1, 0], '57.2'],
  ])('of %j with weights 3, 3, 2, 2 is %s (domain.md 4.8)', (levels, t) => {
    expect(tScoreText(levels, weights)).toBe(t)
  })

  it('is 50 of nothing, and moves with the weights and the correlation between goals', () => {
    expect(tScore([], [])).toBe(50)
    expect(tScore([1], [1])).toBe(60)
    expect(tScore([1], [3])).toBe(60)
    expect(tScore([2, 2], [1, 1], 1)).toBe(70)
    expect(tScore([1, 1], [1, 1], 0)).toBeCloseTo(50 + 20 / Math.SQRT2)
  })
})

const goals = weights.map((weight, i) => aGoal({ id: `g${i + 1}`, weight, state: 'active' }))
const ids = goals.map(({ id }) => id)
const file = plannedFile({ goals, plans: [aPlan({ goals: ids })] })

const NOBODY_ELSE = 'practitioner'
interface Rating {
  readonly rater?: string
  readonly baseline?: boolean
  readonly day?: number
}

/** Each score has an id of its own, as the runner gives it. */
let born = 0
const rated = (start: CaseFile, levels: readonly number[], rating: Rating = {}) =>
  levels.reduce((before, level, i) => {
    const { rater = NOBODY_ELSE, baseline, day = 13 } = rating
    const payload = { goal: ids[i], level, rater, ...(baseline !== undefined && { baseline }) }
    const newId = () => `s${String((born += 1)).padStart(4, '0')}`
    return afterwards(before, 'ScoreGoal', payload, { at: `2026-10-${day}T10:0${i}:00-04:00`, newId })
  }, start)

const tScores = (after: CaseFile) =>
  after.scores.filter(({ measure }) => measure === 'gas-t').map(({ value }) => value)

describe('ScoreGoal', () => {
  it('records level, weight, rater and table version (I22)', () => {
    const payload = { goal: 'g1', level: -2, rater: 'patient', baseline: true }
    expect(afterwards(file, 'ScoreGoal', payload).scores).toEqual([
      {
        id: 'score-new-1',
        state: 'final',
        measure: 'gas-level',
        tableVersion: '1',
        value: '-2',
        inputs: [
          { name: 'level', value: '-2' },
          { name: 'weight', value: '3' },
          { name: 'baseline', value: 'yes' },
        ],
        at: '2026-10-13T10:00:00-04:00',
        by: 'Practitioner/noor',
        rater: 'patient',
        derivedFrom: [],
        goal: 'g1',
      },
    ])
  })

  it('needs a scale', () => {
    const bare = plannedFile({
      goals: [{ id: 'g1', state: 'active', text: 'x', needs: [], acceptances: [] }],
    })
    expect(refusal(bare, 'ScoreGoal', { goal: 'g1', level: 0, rater: 'patient' })).toMatchObject({
      code: 'rule-broken',
      rule: 'I22',
    })
  })

  it('raises the T score with the last goal that lacked a level: River is at 28.4 at the outset', () => {
    const three = rated(file, [-2, -1, -2], { baseline: true })
    expect(tScores(three)).toEqual([])
    const four = rated(three, [-2, -1, -2, -1], { baseline: true, day: 14 })
    expect(tScores(four)).toEqual(['28.4'])
    expect(four.scores.find(({ measure }) => measure === 'gas-t')).toMatchObject({
      rater: NOBODY_ELSE,
      inputs: [
        { name: 'g1', value: '-2 x 3' },
        { name: 'g2', value: '-1 x 3' },
        { name: 'g3', value: '-2 x 2' },
        { name: 'g4', value: '-1 x 2' },
        { name: 'baseline', value: 'yes' },
      ],
    })
    expect(four.scores.find(({ measure }) => measure === 'gas-t')?.derivedFrom).toHaveLength(4)
  })

  it('rates again as things change: 48.6 at the reassessment, 57.2 at the end', () => {
    const outset = rated(file, [-2, -1, -2, -1], { rater: 'patient', baseline: true })
    const later = rated(outset, [0, -1, 1, 0], { rater: 'patient', day: 20 })
    expect(gasOf(later, 'patient').t).toBe('48.6')
    expect(gasOf(rated(later, [1, 0, 1, 0], { rater: 'patient', day: 28 }), 'patient').t).toBe('57.2')
    expect(gasOf(later, NOBODY_ELSE)).toEqual({ levels: [], missing: ids })
  })

  it('marks a slip for the same instant as entered in error', () => {
    const payload = { goal: 'g1', level: 1, rater: 'patient' }
    const once = afterwards(file, 'ScoreGoal', payload, { newId: () => 'z' })
    const again = decided(once, 'ScoreGoal', { ...payload, level: 2 })
    expect(namesOf(again)).toEqual(['ScoreCorrected', 'GoalScored'])
    const after = afterwards(once, 'ScoreGoal', { ...payload, level: 2 })
    expect(gasOf(after, 'patient').levels).toMatchObject([{ goal: 'g1', level: 2 }])
  })
})

describe('the goals that count', () => {
  it('are the scaled ones of the plan that were not given up', () => {
    const some = [
      aGoal({ id: 'g1', weight: 3, state: 'completed' }),
      aGoal({ id: 'g2', state: 'cancelled' }),
      { id: 'g3', state: 'active' as const, text: 'Ride again', needs: [], acceptances: [] },
      aGoal({ id: 'g4' }),
    ]
    const mixed = plannedFile({ goals: some, plans: [aPlan({ goals: ['g1', 'g2', 'g3'] })] })
    expect(gasOf(mixed, 'patient').missing).toEqual(['g1'])
    expect(gasOf({ ...mixed, plans: [] }, 'patient').missing).toEqual(['g1', 'g4'])
  })

  it('are those of the plan in force before those of the next draft', () => {
    const plans = [
      aPlan({ id: 'pl2', major: 2, goals: ['g2'] }),
      aPlan({ id: 'pl1', state: 'active', goals: ['g1'] }),
    ]
    expect(gasOf({ ...file, plans }, 'patient').missing).toEqual(['g1'])
    const drafts = plans.map(plan => ({ ...plan, state: 'draft' as const }))
    expect(gasOf({ ...file, plans: drafts }, 'patient').missing).toEqual(['g2'])
  })

  it('are those of the plan of the case before those of a plain plan of a FHIR app', () => {
    const plain = aPlan({ id: 'pl9', major: 9, state: 'active', goals: ['g1'], isPlain: true })
    const own = aPlan({ goals: ['g2'] })
    expect(gasOf({ ...file, plans: [plain, own] }, 'patient').missing).toEqual(['g2'])
    expect(gasOf({ ...file, plans: [plain] }, 'patient').missing).toEqual(['g1'])
  })

  it('weigh 1 when nobody weighed them', () => {
    const { weight: _weight, ...unweighed } = aGoal({ state: 'active' })
    const light = plannedFile({ goals: [unweighed] })
    const after = afterwards(light, 'ScoreGoal', { goal: 'g1', level: 1, rater: 'patient' })
    expect(gasOf(after, 'patient').levels[0]?.weight).toBe(1)
    expect(tScores(after)).toEqual(['60.0'])
  })
})
