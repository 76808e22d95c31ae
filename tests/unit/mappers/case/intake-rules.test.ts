import { describe, expect, it } from 'vitest'
import {
  defaultCaseRules,
  type CaseRules,
  type IntakeRule,
} from '../../../../src/care-plan/case/case-rules.ts'
import type { PayerSpan } from '../../../../src/care-plan/case/intake.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import {
  admission,
  after,
  arrival,
  board,
  discharge,
  emptyWorld,
  ofType,
  only,
  PATIENT,
  put,
  stay,
  type World,
} from '../../../support/case-world.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'

const by = (when: IntakeRule['when'], more: Partial<IntakeRule> = {}): CaseRules => ({
  ...defaultCaseRules,
  intake: [{ id: 'r', when, caseType: 'chronic', ...more }],
})
const inpatient = stay('e1', [admission('2026-10-05T18:30:00')])
const emergency = (encounter: string, at: string): Stay =>
  stay(encounter, [arrival(at), discharge(at.replace('T08', 'T12'), '01', { classAfter: 'emergency' })])
const casesIn = (world: World): number => ofType(world, 'EpisodeOfCare').length
const opened = (
  rules: CaseRules,
  stays: readonly Stay[],
  more: { readonly known?: readonly Resource[]; readonly payers?: () => readonly PayerSpan[] } = {},
): World => {
  const { known = [], ...rest } = more
  return after({ compartment: put([], known) }, stays, { rules, ...rest })
}

describe('a rule of intake', () => {
  it('by age asks how old the patient was on the day of arrival', () => {
    const born = (birthDate: string): readonly Resource[] => [
      { resourceType: 'Patient', id: PATIENT, birthDate },
    ]
    expect(casesIn(opened(by({ minAge: 65 }), [inpatient], { known: born('1961-10-05') }))).toBe(1)
    expect(casesIn(opened(by({ minAge: 65 }), [inpatient], { known: born('1961-10-06') }))).toBe(0)
    expect(casesIn(opened(by({ minAge: 65 }), [inpatient], { known: born('1940') }))).toBe(0)
    expect(casesIn(opened(by({ minAge: 65 }), [inpatient]))).toBe(0)
  })

  it('by payer takes number or name of an insurance that was in force', () => {
    const told = (from: string, until?: string) => ({
      payers: () => [{ names: ['A1', 'Acme'], from, ...(until !== undefined && { until }) }],
    })
    const rules = by({ payer: ['ACME'] })
    expect(casesIn(opened(rules, [inpatient], told('2026-10-06T09:00:00Z')))).toBe(1)
    expect(casesIn(opened(by({ payer: ['a1'] }), [inpatient], told('2026-01-06T09:00:00Z')))).toBe(1)
    expect(casesIn(opened(rules, [inpatient], told('2026-01-06T09:00:00Z', '2026-09-06T09:00:00Z')))).toBe(0)
    expect(casesIn(opened(by({ payer: ['OTHER'] }), [inpatient], told('2026-10-06T09:00:00Z')))).toBe(0)
    const over = stay('e1', [...inpatient.movements, discharge('2026-10-08T10:00:00', '01')])
    expect(casesIn(opened(rules, [over], told('2026-11-06T09:00:00Z')))).toBe(0)
  })

  it('by diagnosis takes beginnings of codes, of the stay itself', () => {
    const condition = (code: string, encounter: string, status = 'confirmed'): readonly Resource[] => [
      {
        ...{ resourceType: 'Condition', id: 'd1', subject: { reference: `Patient/${PATIENT}` } },
        encounter: { reference: `Encounter/${encounter}` },
        code: { coding: [{ system: 'http://hl7.org/fhir/sid/icd-10-cm', code }] },
        verificationStatus: { coding: [{ code: status }] },
      },
    ]
    const rules = by({ diagnosis: ['I50', 'E11'] })
    expect(casesIn(opened(rules, [inpatient], { known: condition('I50.9', 'e1') }))).toBe(1)
    expect(casesIn(opened(rules, [inpatient], { known: condition('I10', 'e1') }))).toBe(0)
    expect(casesIn(opened(rules, [inpatient], { known: condition('I50.9', 'e0') }))).toBe(0)
    expect(casesIn(opened(rules, [inpatient], { known: condition('I509', 'e1', 'entered-in-error') }))).toBe(
      0,
    )
  })

  it('by emergency visits counts those of six months, this one included, and may ask for outreach', () => {
    const rules = by({ class: 'emergency', edVisits6Months: 3 }, { task: 'outreach' })
    const visits = ['2026-02-01T08:00:00', '2026-08-01T08:00:00', '2026-09-01T08:00:00'].map((at, i) =>
      emergency(`e${i}`, at),
    )
    expect(casesIn(opened(rules, visits))).toBe(0)
    const world = opened(rules, [...visits, emergency('e9', '2026-10-05T08:00:00')])
    expect(only(world, 'EpisodeOfCare')['period']).toEqual({ start: '2026-10-05T08:00:00-04:00' })
    expect(board(world)).toContain('outreach:requested 2026-10-07')
    expect(world.last?.encounters.map(({ episodes }) => episodes.length)).toEqual([0, 0, 0, 1])
  })

  it('of a clinic visit opens a case of that visit, and asks for nothing where it says so', () => {
    const clinic = stay('e1', [arrival('2026-10-05T08:00:00', { classAfter: 'outpatient' })])
    const world = opened(by({ class: 'outpatient' }, { task: 'none' }), [clinic])
    expect(casesIn(world)).toBe(1)
    expect(ofType(world, 'Task')).toEqual([])
    expect(world.last?.encounters.map(({ episodes }) => episodes.length)).toEqual([1])
    expect(casesIn(opened(by({ class: 'outpatient' }), [inpatient]))).toBe(0)
  })

  it('that holds no more takes a case back that nobody touched, and none in an empty list', () => {
    const world = after(emptyWorld, [inpatient])
    expect(casesIn(world)).toBe(1)
    const none = { rules: { ...defaultCaseRules, intake: [] } }
    expect(only(after(world, [inpatient], none), 'EpisodeOfCare')['status']).toBe('entered-in-error')
    expect(casesIn(after(emptyWorld, [inpatient], none))).toBe(0)
  })
})

describe('other rules', () => {
  const home = stay('e1', [...inpatient.movements, discharge('2026-10-10T10:00:00', '07')])
  const flagsIn = (rules: CaseRules, stays: readonly Stay[]): number =>
    ofType(after(emptyWorld, stays, { rules }), 'Flag').length

  it('may count a return after leaving against advice, and stays under observation, as readmissions', () => {
    const back = stay('e2', [admission('2026-10-20T09:00:00')])
    expect(flagsIn(defaultCaseRules, [home, back])).toBe(0)
    const counted = {
      ...defaultCaseRules,
      readmission: { classes: ['inpatient'], afterAgainstAdvice: true },
    } as const
    expect(flagsIn(counted, [home, back])).toBe(1)
    const watched = stay('e2', [admission('2026-10-20T09:00:00', { classAfter: 'observation' })])
    expect(flagsIn(counted, [home, watched])).toBe(0)
    const observed = {
      ...defaultCaseRules,
      readmission: { classes: ['observation'], afterAgainstAdvice: true },
    } as const
    expect(flagsIn(observed, [home, watched])).toBe(1)
  })

  it('may ask for no bereavement care', () => {
    const died = stay('e1', [...inpatient.movements, discharge('2026-10-10T10:00:00', '20')])
    const isAsked = (bereavement: boolean): boolean =>
      board(after(emptyWorld, [died], { rules: { ...defaultCaseRules, bereavement } })).some(line =>
        line.startsWith('bereavement'),
      )
    expect([isAsked(true), isAsked(false)]).toEqual([true, false])
  })
})
