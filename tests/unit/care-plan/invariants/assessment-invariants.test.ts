import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
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
    expect(broken(before, { scores: [aScore({ state: 'amended', reason: 'not wrong' })] })).toBe('I22')
    const risk = { risks: [aRisk({ state: 'entered-in-error' })] }
    expect(broken(risk, { risks: [aRisk({ state: 'amended' })] })).toBe('I22')
    expect(broken({ scores: [aScore()] }, before)).toBeUndefined()
    expect(broken(before, before)).toBeUndefined()
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

describe('what these rules say of a violation', () => {
  const told = (before: Partial<CaseFile> | undefined, after: Partial<CaseFile>) => {
    const files = { before: before && openFile({}, before), after: openFile({}, after) }
    const failure = brokenRule(assessmentInvariants, files, contextOf())
    return failure && [failure.message, failure.expression]
  }
  const put = { state: 'deferred', reason: 'Later.', reasonBy: 'Practitioner/x' } as const

  it.each<[string, Partial<CaseFile> | undefined, Partial<CaseFile>, string, string]>([
    [
      'open domains',
      undefined,
      { assessments: [anAssessment({ state: 'concluded', conclusions: [] })] },
      'I4: these domains have no written conclusion: mood, cognition (ConcludeDomain).',
      'ClinicalImpression.finding',
    ],
    [
      'dropped domains',
      { assessments: [anAssessment()] },
      { assessments: [anAssessment({ requiredDomains: [] })] },
      'I4: these domains were required when the assessment began: mood, cognition.',
      'ClinicalImpression.extension',
    ],
    [
      'a need put off without a reason',
      undefined,
      { needs: [aNeed({ state: 'deferred' })] },
      'I5: a need that is deferred or declined keeps the reason and who gave it (DeferNeed, DeclineNeed; by FHIR the extensions `reason` and `reason-by`).',
      'Condition.extension',
    ],
    [
      'a need that is gone',
      { needs: [aNeed()] },
      {},
      'I5: a need of a case is not deleted: resolve, decline or deactivate it, or mark it as an error.',
      'Condition',
    ],
    ...(['Observation', 'RiskAssessment'] as const).flatMap(
      (type): [string, Partial<CaseFile> | undefined, Partial<CaseFile>, string, string][] => {
        const rows = (more: { value?: string; inputs?: [] }): Partial<CaseFile> =>
          type === 'Observation' ? { scores: [aScore(more)] } : { risks: [aRisk(more)] }
        return [
          [
            `a lost ${type}`,
            rows({}),
            {},
            'I22: a figure of a case is not deleted: amend it, or mark it as an error.',
            type,
          ],
          [
            `the source of a ${type}`,
            undefined,
            rows({ inputs: [] }),
            'I22: a figure that a table gave is stored with the version of the table and with its inputs (extensions `table-version` and `input`).',
            `${type}.extension`,
          ],
          [
            `a rewritten ${type}`,
            rows({}),
            rows({ value: '99' }),
            'I22: a final figure changes only as amended, with the reason (AmendScore).',
            `${type}.status`,
          ],
        ]
      },
    ),
  ])('names %s and where it is', (_, before, after, ...said) => {
    expect(told(before, after)).toEqual(said)
  })

  it.each<[string, Partial<CaseFile>, Partial<CaseFile>]>([
    [
      'another open domain',
      { assessments: [anAssessment({ state: 'concluded' })] },
      { assessments: [anAssessment({ state: 'concluded', conclusions: [] })] },
    ],
    [
      'another assessment',
      { assessments: [anAssessment({ state: 'concluded' })] },
      { assessments: [anAssessment({ state: 'concluded' }), anAssessment({ id: 'a2', state: 'concluded' })] },
    ],
    [
      'another unexplained need',
      { needs: [aNeed({ state: 'deferred' }), aNeed({ id: 'n2', ...put })] },
      { needs: [aNeed({ state: 'deferred' }), aNeed({ id: 'n2', state: 'deferred' })] },
    ],
    [
      'another figure without a source',
      { scores: [aScore({ inputs: [] }), aScore({ id: 'x2', state: 'preliminary' })] },
      { scores: [aScore({ inputs: [] }), aScore({ id: 'x2', inputs: [] })] },
    ],
  ])('tells %s from what was broken before', (_, before, after) => {
    expect(told(before, after)).toBeDefined()
    expect(told(before, before)).toBeUndefined()
  })

  it('compares an assessment with what itself was', () => {
    const [one, two] = [anAssessment({ requiredDomains: ['mood', 'pain'] }), anAssessment({ id: 'a2' })]
    expect(
      told({ assessments: [one, two] }, { assessments: [one, { ...two, summary: 'x' }] }),
    ).toBeUndefined()
  })

  it('lets a figure be an error whatever it lacks', () => {
    expect(told(undefined, { scores: [aScore({ state: 'entered-in-error', inputs: [] })] })).toBeUndefined()
    const wrong = { scores: [aScore({ state: 'entered-in-error', value: '99' })] }
    expect(told({ scores: [aScore()] }, wrong)).toBeUndefined()
    expect(told({ scores: [aScore()] }, { scores: [{ ...aScore() }] })).toBeUndefined()
  })

  it('takes blank words for no reason of an amendment', () => {
    const amended = { scores: [aScore({ state: 'amended', value: '9', reason: ' ' })] }
    expect(told({ scores: [aScore()] }, amended)?.[1]).toBe('Observation.status')
  })
})
