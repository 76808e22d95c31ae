import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariant.ts'
import { assessmentInvariants } from '../../../../src/care-plan/invariants/assessment-invariants.ts'
import type { Assessment, Need, Risk, Score } from '../../../../src/care-plan/nouns/assessment.ts'
import { contextOf, openFile } from '../../../support/case-file.ts'

const broken = (before: Partial<CaseFile> | undefined, after: Partial<CaseFile>): string | undefined =>
  brokenRule(
    assessmentInvariants,
    { before: before && openFile({}, before), after: openFile({}, after) },
    contextOf(),
  )?.rule

const anAssessment = (more: Partial<Assessment> = {}): Assessment => ({
  id: 'a1',
  state: 'in-progress',
  requiredDomains: ['mood', 'cognition'],
  conclusions: [{ domain: 'mood', text: 'Low.' }],
  answers: [],
  scores: [],
  ...more,
})
const both = [
  { domain: 'mood', text: 'Low.' },
  { domain: 'cognition', text: 'Well.' },
]

describe('I4', () => {
  it.each(['concluded', 'amended'] as const)('holds for an assessment that is %s', state => {
    expect(broken({ assessments: [anAssessment()] }, { assessments: [anAssessment({ state })] })).toBe('I4')
    expect(broken(undefined, { assessments: [anAssessment({ state, conclusions: both })] })).toBeUndefined()
  })

  it.each(['planned', 'in-progress', 'refused', 'not-completed', 'entered-in-error'] as const)(
    'asks nothing of one that is %s',
    state => {
      expect(broken(undefined, { assessments: [anAssessment({ state })] })).toBeUndefined()
    },
  )

  it('takes blank words for no conclusion', () => {
    const conclusions = [...both.slice(0, 1), { domain: 'cognition', text: ' ' }]
    expect(broken(undefined, { assessments: [anAssessment({ state: 'concluded', conclusions })] })).toBe('I4')
  })

  it('does not let required domains be dropped once it has begun', () => {
    const fewer = { assessments: [anAssessment({ requiredDomains: ['mood'] })] }
    expect(broken({ assessments: [anAssessment()] }, fewer)).toBe('I4')
    expect(broken({ assessments: [anAssessment({ state: 'planned' })] }, fewer)).toBeUndefined()
    const withdrawn = { assessments: [anAssessment({ requiredDomains: [], state: 'entered-in-error' })] }
    expect(broken({ assessments: [anAssessment()] }, withdrawn)).toBeUndefined()
  })

  it('is not broken anew by what was broken before', () => {
    const old = anAssessment({ state: 'concluded' })
    expect(broken({ assessments: [old] }, { assessments: [{ ...old, summary: 'x' }] })).toBeUndefined()
  })
})

const aNeed = (more: Partial<Need> = {}): Need => ({
  id: 'n1',
  state: 'confirmed',
  text: 'A ride',
  evidence: [],
  ...more,
})

describe('I5', () => {
  it.each(['deferred', 'declined-by-client'] as const)('keeps reason and author of a need %s', state => {
    const given = { state, reason: 'Later.', reasonBy: 'Practitioner/x' }
    expect(broken(undefined, { needs: [aNeed(given)] })).toBeUndefined()
    expect(broken(undefined, { needs: [aNeed({ state, reason: 'Later.' })] })).toBe('I5')
    expect(broken(undefined, { needs: [aNeed({ ...given, reason: ' ' })] })).toBe('I5')
    expect(broken({ needs: [aNeed(given)] }, { needs: [aNeed({ state, reasonBy: 'Practitioner/x' })] })).toBe(
      'I5',
    )
  })

  it('does not let a need vanish', () => {
    expect(broken({ needs: [aNeed()] }, { needs: [] })).toBe('I5')
    expect(broken({ needs: [aNeed()] }, { needs: [aNeed({ state: 'entered-in-error' })] })).toBeUndefined()
  })
})

const aScore = (more: Partial<Score> = {}): Score => ({
  id: 'x1',
  state: 'final',
  measure: 'phq-9',
  tableVersion: '2001',
  value: '8',
  inputs: [{ name: 'q1', value: '8' }],
  derivedFrom: [],
  ...more,
})
const without = <T extends object>(row: T, field: keyof T): T => {
  const { [field]: _left, ...rest } = row
  return rest as T
}
const aRisk = (more: Partial<Risk> = {}): Risk => ({
  id: 'r1',
  state: 'final',
  method: 'lace-2010',
  tableVersion: '1',
  value: '8',
  band: 'moderate',
  inputs: [{ name: 'L', value: '5' }],
  missing: [],
  ...more,
})

describe('I22', () => {
  it('wants version and inputs together', () => {
    expect(broken(undefined, { scores: [aScore()] })).toBeUndefined()
    expect(broken(undefined, { scores: [aScore({ inputs: [] })] })).toBe('I22')
    expect(broken(undefined, { scores: [without(aScore(), 'tableVersion')] })).toBe('I22')
    expect(broken(undefined, { risks: [aRisk({ inputs: [] })] })).toBe('I22')
  })

  it('takes a figure that another system reported as it is', () => {
    expect(broken(undefined, { scores: [without(aScore({ inputs: [] }), 'tableVersion')] })).toBeUndefined()
  })

  it.each([
    { value: '9' },
    { measure: 'gad-7' },
    { tableVersion: '2' },
    { inputs: [{ name: 'q1', value: '9' }] },
    { goal: 'g1' },
    { rater: 'patient' },
  ])('does not let a final score become %j but as amended, with a reason', change => {
    const before = { scores: [aScore()] }
    expect(broken(before, { scores: [aScore(change)] })).toBe('I22')
    expect(broken(before, { scores: [aScore({ ...change, state: 'amended' })] })).toBe('I22')
    expect(
      broken(before, { scores: [aScore({ ...change, state: 'amended', reason: 'Misread.' })] }),
    ).toBeUndefined()
  })

  it('lets a preliminary figure be filled in', () => {
    const before = { scores: [aScore({ state: 'preliminary' })], risks: [aRisk({ state: 'preliminary' })] }
    expect(
      broken(before, { scores: [aScore({ value: '9' })], risks: [aRisk({ value: '9' })] }),
    ).toBeUndefined()
  })

  it('does not bring back what was an error', () => {
    const before = { scores: [aScore({ state: 'entered-in-error' })] }
    expect(broken(before, { scores: [aScore()] })).toBe('I22')
    expect(broken({ scores: [aScore()] }, before)).toBeUndefined()
  })

  it.each([{ value: '9' }, { band: 'high' }, { method: 'hospital-a' }, { tableVersion: '2' }])(
    'does not let a final risk become %j but as amended',
    change => {
      expect(broken({ risks: [aRisk()] }, { risks: [aRisk(change)] })).toBe('I22')
      expect(
        broken({ risks: [aRisk()] }, { risks: [aRisk({ ...change, state: 'amended' })] }),
      ).toBeUndefined()
    },
  )

  it('does not let a figure vanish', () => {
    expect(broken({ scores: [aScore()] }, {})).toBe('I22')
    expect(broken({ risks: [aRisk()] }, {})).toBe('I22')
  })
})
