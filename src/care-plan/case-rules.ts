import type { StayClass } from './stay.ts'
import type { WatchedValue } from './watched-values.ts'

/** Case type, code of {cm}/CodeSystem/case-type (domain.md 4.9). */
export const caseTypes = [
  'acute',
  'chronic',
  'catastrophic',
  'behavioural',
  'maternal-newborn',
  'social',
  'ltss',
  'transition',
] as const

export type CaseType = (typeof caseTypes)[number]

/** What an organisation may set about cases (interface.md 6, CASE_RULES). */
export interface CaseRules {
  /** The first rule that an admission fulfils opens a case, when every case of the patient has ended. */
  readonly intake: readonly IntakeRule[]
  /** A case closed for no longer than this is reopened instead of a new one. */
  readonly reopenDays: number
  readonly readmissionDays: number
  readonly transition: TransitionRules
  /** What its source recorded later than this after it happened calls for no urgent notice. */
  readonly lateAfterHours: number
  /** Whose change calls for a duty. */
  readonly watched: readonly WatchedValue[]
  /** Another person approves a closure than the one who proposed it. */
  readonly secondPersonCloses: boolean
}

export interface IntakeRule {
  readonly id: string
  readonly when: { readonly class: StayClass }
  readonly caseType: CaseType
}

export interface TransitionRules {
  readonly contactBusinessDays: number
  readonly visitDaysHigh: number
  readonly visitDays: number
  readonly medRecDays: number
}

/** interface.md 6: every inpatient admission opens a case of type acute. */
export const defaultCaseRules: CaseRules = {
  intake: [{ id: 'inpatient-admission', when: { class: 'inpatient' }, caseType: 'acute' }],
  reopenDays: 30,
  readmissionDays: 30,
  transition: { contactBusinessDays: 2, visitDaysHigh: 7, visitDays: 14, medRecDays: 30 },
  lateAfterHours: 72,
  watched: ['payer', 'pcp', 'address', 'diagnosis'],
  secondPersonCloses: true,
}
