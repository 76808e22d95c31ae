import type { StayClass } from '../stays/stay.ts'
import type { WatchedValue } from '../duties/watched-values.ts'

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
  readonly readmission: ReadmissionRules
  readonly transition: TransitionRules
  /** What its source recorded later than this after it happened calls for no urgent notice. */
  readonly lateAfterHours: number
  /** Whose change calls for a duty. */
  readonly watched: readonly WatchedValue[]
  /** The family of a patient who died is looked after. */
  readonly bereavement: boolean
  /** Another person approves a closure than the one who proposed it. */
  readonly secondPersonCloses: boolean
}

/** What is asked for when a rule opens a case. */
export const intakeTasks = ['screen', 'outreach', 'none'] as const

export type IntakeTask = (typeof intakeTasks)[number]

/** All that is given must hold of the arrival, asked as of its own time. */
export interface IntakeRule {
  readonly id: string
  readonly when: {
    /** Inpatient when left out. */
    readonly class?: StayClass
    /** Whole years. */
    readonly minAge?: number
    /** Numbers or names of insurance companies (IN1-3, IN1-4). */
    readonly payer?: readonly string[]
    /** Beginnings of codes of the stay's diagnoses. */
    readonly diagnosis?: readonly string[]
    /** So many arrivals in emergency departments in six months, this one included. */
    readonly edVisits6Months?: number
  }
  readonly caseType: CaseType
  /** Screening when left out. */
  readonly task?: IntakeTask
}

/** Which stays count for readmissions, beside inpatient ones. */
export interface ReadmissionRules {
  readonly classes: readonly StayClass[]
  /** Whether a return after leaving against medical advice counts. */
  readonly afterAgainstAdvice: boolean
}

export interface TransitionRules {
  readonly contactBusinessDays: number
  readonly visitDaysHigh: number
  readonly visitDays: number
  readonly medRecDays: number
}

/** interface.md 6: every inpatient admission opens a case of type acute. */
export const defaultCaseRules: CaseRules = {
  intake: [{ id: 'inpatient-admission', when: { class: 'inpatient' }, caseType: 'acute', task: 'screen' }],
  reopenDays: 30,
  readmissionDays: 30,
  readmission: { classes: ['inpatient'], afterAgainstAdvice: false },
  transition: { contactBusinessDays: 2, visitDaysHigh: 7, visitDays: 14, medRecDays: 30 },
  lateAfterHours: 72,
  watched: ['payer', 'pcp', 'address', 'diagnosis'],
  bereavement: true,
  secondPersonCloses: true,
}
