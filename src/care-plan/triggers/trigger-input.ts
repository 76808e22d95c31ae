import { addDays } from '../../lib/calendar-date.ts'
import { localDate } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import { isOpenFor, type CaseCourse, type CaseFold } from '../case/case-fold.ts'
import type { CaseRules } from '../case/case-rules.ts'
import type { Death } from '../stays/death.ts'
import { outcomeOf } from '../stays/disposition.ts'
import type { Trigger } from '../duties/duties.ts'
import type { TriggerKind } from '../duties/duty-rules.ts'
import { facilityStays } from '../stays/facility-chain.ts'
import type { IdentityReview } from './identity-triggers.ts'
import type { ModelLookup } from '../models/model-profile.ts'
import type { ConditionCode } from '../risk/charlson.ts'
import type { Settled } from '../duties/series.ts'
import { endedInpatient, type Movement, type StayFacts } from '../stays/stay-facts.ts'
import type { Stay } from '../stays/stay.ts'
import type { ValueChange } from '../duties/watched-values.ts'

/** What triggers are looked for in. */
export interface TriggerInput {
  readonly facts: StayFacts
  readonly fold: CaseFold
  /** What people did, by case id; a case that nobody looked at yet may have none. */
  readonly files: ReadonlyMap<string, CaseFile>
  readonly models: ModelLookup
  /** What people finished or waived themselves, where the next duty follows from that. */
  readonly settled?: Settled
  /** Encounters that were about a mental illness. */
  readonly mentalHealthStays?: () => ReadonlySet<string>
  /** Patient.birthDate, as precise as it is known. */
  readonly birthDate?: () => string | undefined
  /** Coded diagnoses, for the risk of coming back. */
  readonly conditions?: () => readonly ConditionCode[]
  /** Every visit, for the same. */
  readonly stays?: readonly Stay[]
  readonly death?: Death
  /** When a death that doesn't stand was last told without a discharge. */
  readonly thoughtDead?: { readonly at: string }
  /** When the source of the person's record deleted it (A29), recorded time. */
  readonly deletedPerson?: { readonly at: string }
  /** What was said of who is who, as far as it concerns the patient. */
  readonly identityReviews?: readonly IdentityReview[]
  /** Watched values that changed, as messages told. */
  readonly changes?: readonly ValueChange[]
  readonly rules: CaseRules
  readonly timeZone: string
}

/**
 * The case that a patient-wide duty belongs to, when several are open: the derived one, else the oldest. Duties about
 * one discharge must not stand twice.
 */
export const leadCase = (
  fold: CaseFold,
  moment: Pick<Movement, 'atMs'> & Partial<Pick<Movement, 'stay'>>,
): CaseCourse | undefined => fold.courses.find(course => isOpenFor(fold, course, moment))

/** Kind of each discharge that calls for follow-up: of an inpatient, or from a facility that a stay went on in. */
export function followUpOf(
  discharge: Movement,
  { facts, timeZone }: Pick<TriggerInput, 'facts' | 'timeZone'>,
): TriggerKind | undefined {
  if (!endedInpatient(discharge) && !facilityStays(facts, timeZone).has(discharge.stay)) return undefined
  switch (outcomeOf(discharge.disposition)) {
    case 'community':
      return 'discharge-to-community'
    case 'against-advice':
      return 'discharge-against-advice'
    case 'facility':
      return 'discharge-to-facility'
    case 'acute-transfer':
      return 'discharge-to-acute-care'
    case 'expired':
    case 'still-patient':
      return undefined
  }
}

/** The admission that ends a discharge's watch: inpatient, of another stay, within the days that count. */
export function overtakingAdmission(
  discharge: Movement,
  { facts, rules, timeZone }: Pick<TriggerInput, 'facts' | 'rules' | 'timeZone'>,
): Movement | undefined {
  const lastDay = addDays(localDate(discharge.atMs, timeZone), rules.readmissionDays)
  return facts.inpatientAdmissions.find(
    admission =>
      admission.stay !== discharge.stay &&
      admission.atMs >= discharge.atMs &&
      localDate(admission.atMs, timeZone) <= lastDay,
  )
}

/** A movement as a trigger of a case. */
export const triggerOf = (kind: TriggerKind, movement: Movement, course: CaseCourse): Trigger => ({
  kind,
  id: movement.id,
  caseId: course.id,
  isHighRisk: course.isHighRisk,
  at: movement.at,
  atMs: movement.atMs,
  recorded: movement.recorded,
  recordedMs: movement.recordedMs,
  knownMs: movement.knownMs,
  encounter: movement.stay.encounter,
  ...(movement.stay.timeZone !== undefined && { timeZone: movement.stay.timeZone }),
  message: movement.message,
  ...(movement.isHistoric && { isSilent: true as const }),
})
