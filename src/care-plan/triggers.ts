import { addDays } from '../lib/calendar-date.ts'
import { localDate, startMsOf, withTime, zonedTextOf } from '../lib/fhir-time.ts'
import { isOpenAt, type CaseCourse, type CaseFold } from './case-fold.ts'
import type { CaseFile } from './case-file.ts'
import type { CaseRules } from './case-rules.ts'
import { withdrawnDeath, type Death } from './death.ts'
import { careTriggers } from './care-triggers.ts'
import { circumstancesOf, facilityStayTriggers } from './discharge-circumstances.ts'
import { outcomeOf } from './disposition.ts'
import { contradiction, type Overtaken, type Trigger } from './duties.ts'
import type { TriggerKind } from './duty-rules.ts'
import type { ConditionCode } from './risk/charlson.ts'
import type { Settled } from './series.ts'
import { modelAt, modelSpans, type ModelSpan } from './model-in-force.ts'
import type { ModelLookup } from './model-profile.ts'
import type { Stay } from './stay.ts'
import { endedInpatient, type Movement, type StayFacts } from './stay-facts.ts'

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
  /** Coded diagnoses, for the risk of coming back. */
  readonly conditions?: () => readonly ConditionCode[]
  /** Every visit, for the same. */
  readonly stays?: readonly Stay[]
  readonly death?: Death
  /** When a death that doesn't stand was last told without a discharge. */
  readonly thoughtDead?: { readonly at: string }
  readonly rules: CaseRules
  readonly timeZone: string
}

/** What calls for duties, each asked as of its own time: whose case was open then? */
export function triggersOf(input: TriggerInput): readonly Trigger[] {
  const { facts, fold, death } = input
  return [
    ...fold.courses.flatMap(course => openingTrigger(course)),
    ...[...facts.inpatientAdmissions, ...facts.emergencyArrivals].flatMap(arrival =>
      arrivalTriggers(arrival, fold),
    ),
    ...facts.inpatientAdmissions.flatMap(arrival => admissionTriggers(arrival, fold)),
    ...facts.discharges.flatMap(discharge => dischargeTriggers(discharge, input)),
    ...facts.discharges.flatMap(discharge => facilityStayTriggers(discharge, input)),
    ...facts.discharges.flatMap(discharge => emergencyTriggers(discharge, fold)),
    ...careTriggers(input),
    ...deathTriggers(fold, death),
    ...contradictions(input),
  ]
    .map(underModel(input))
    .map(trigger => (death && trigger.kind !== 'death' ? overtakenByDeath(trigger, death) : trigger))
}

/** Each with the model that its case was under then: it says when the supervisor gets what nobody did. */
function underModel({ files, models, timeZone }: TriggerInput): (trigger: Trigger) => Trigger {
  const spans = new Map<string, readonly ModelSpan[]>()
  return trigger => {
    const file = files.get(trigger.caseId)
    if (trigger.model || !file || file.case.models.length === 0) return trigger
    const known = spans.get(trigger.caseId) ?? modelSpans(file, models, timeZone)
    spans.set(trigger.caseId, known)
    const model = modelAt(known, trigger.atMs)
    return model ? { ...trigger, model } : trigger
  }
}

/**
 * The case that a patient-wide duty belongs to, when several are open: the derived one, else the oldest. Duties about
 * one discharge must not stand twice.
 */
export const leadCase = (fold: CaseFold, atMs: number): CaseCourse | undefined =>
  fold.courses.find(course => isOpenAt(course, atMs))

/** Kind of each discharge that calls for follow-up. */
export function followUpOf(discharge: Movement): TriggerKind | undefined {
  if (!endedInpatient(discharge)) return undefined
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

function openingTrigger(course: CaseCourse): readonly Trigger[] {
  return course.opening ? [triggerOf('case-opened', course.opening.admission, course)] : []
}

function arrivalTriggers(arrival: Movement, fold: CaseFold): readonly Trigger[] {
  return fold.courses
    .filter(course => isOpenAt(course, arrival.atMs) && course.opening?.admission !== arrival)
    .map(course => triggerOf('known-admission', arrival, course))
}

/** Every inpatient stay is reviewed, planned for and told of, in the case that leads. */
function admissionTriggers(admission: Movement, fold: CaseFold): readonly Trigger[] {
  const course = leadCase(fold, admission.atMs)
  return course ? [triggerOf('inpatient-admission', admission, course)] : []
}

function dischargeTriggers(discharge: Movement, input: TriggerInput): readonly Trigger[] {
  const kind = followUpOf(discharge)
  const course = leadCase(input.fold, discharge.atMs)
  if (!kind || !course) return []
  const admission = overtakingAdmission(discharge, input)
  const overtaken: Overtaken | undefined = admission && {
    reason: 'patient admitted again',
    recorded: admission.recorded,
    atMs: admission.atMs,
  }
  const isFollowed = kind === 'discharge-to-community' || kind === 'discharge-against-advice'
  return [
    {
      ...triggerOf(kind, discharge, course),
      ...(isFollowed && circumstancesOf(discharge, course, input)),
      ...(overtaken && { overtaken }),
    },
  ]
}

/** Gone home from the emergency department while a case was open. */
function emergencyTriggers(discharge: Movement, fold: CaseFold): readonly Trigger[] {
  const isEmergency =
    !endedInpatient(discharge) &&
    (discharge.classAfter === 'emergency' ||
      (discharge.classAfter === 'other' && discharge.stay.class === 'emergency'))
  const outcome = outcomeOf(discharge.disposition)
  const course = leadCase(fold, discharge.atMs)
  return isEmergency && course && (outcome === 'community' || outcome === 'against-advice')
    ? [triggerOf('emergency-discharge', discharge, course)]
    : []
}

function deathTriggers(fold: CaseFold, death: Death | undefined): readonly Trigger[] {
  if (!death) return []
  const { encounter, message, at, atMs, recorded } = death
  return fold.courses
    .filter(course => course.isDeceased && course.standing !== 'withdrawn')
    .map(course => ({
      kind: 'death',
      id: 'death',
      caseId: course.id,
      isHighRisk: course.isHighRisk,
      at,
      atMs,
      recorded,
      recordedMs: atMs,
      ...(encounter !== undefined && { encounter }),
      ...(message !== undefined && { message }),
    }))
}

/** What only people can resolve: a death taken back, an admission after death, a case whose reason is gone. */
function contradictions(input: TriggerInput): readonly Trigger[] {
  const { facts, fold, death, timeZone } = input
  const withdrawn = death ? undefined : withdrawnDeath(facts)
  const dead = withdrawn && leadCase(fold, withdrawn.atMs)
  const last = fold.courses.findLast(course => course.standing !== 'withdrawn')
  return [
    ...(withdrawn && dead ? [review(DEATH_WITHDRAWN, withdrawn, { caseId: dead.id, timeZone })] : []),
    ...deathTakenBack(input, dead),
    ...fold.afterDeath.flatMap(admission =>
      last ? [review(admission.id, admission, { caseId: last.id, timeZone })] : [],
    ),
    ...fold.courses.filter(isBereft).map(course => {
      const admission = facts.withdrawnAdmissions.at(-1)
      return admission
        ? review(CASE_WITHDRAWN, admission, { caseId: course.id, timeZone })
        : contradiction({ id: CASE_WITHDRAWN, caseId: course.id, at: course.start, atMs: course.startMs })
    }),
  ]
}

/**
 * A death that only Patient.deceased told and took back again: its case goes on, and people look once. A case that is
 * asked about already, because a discharge as expired was withdrawn, is not asked about twice.
 */
function deathTakenBack(
  { fold, death, thoughtDead, timeZone }: TriggerInput,
  asked: CaseCourse | undefined,
): readonly Trigger[] {
  if (death || !thoughtDead) return []
  const atMs = startMsOf(thoughtDead.at, timeZone)
  const course = leadCase(fold, atMs)
  return course && course !== asked
    ? [contradiction({ id: DEATH_TAKEN_BACK, caseId: course.id, at: zonedTextOf(atMs, timeZone), atMs })]
    : []
}

/** Trigger ids of reviews that are about a case as a whole. */
const DEATH_WITHDRAWN = 'death-withdrawn'
const DEATH_TAKEN_BACK = 'deceased-taken-back'
const CASE_WITHDRAWN = 'case-withdrawn'

/** Somebody works on it, but the admission that opened it was taken back. */
const isBereft = (course: CaseCourse): boolean => course.standing === 'kept' && course.endMs === undefined

function review(
  id: string,
  movement: Movement,
  { caseId, timeZone }: { readonly caseId: string; readonly timeZone: string },
): Trigger {
  const at = withTime(movement.cancelledAt ?? movement.recorded, timeZone)
  const about = { encounter: movement.stay.encounter, message: movement.message }
  return contradiction({ id, caseId, at, atMs: startMsOf(at, timeZone), ...about })
}

export const triggerOf = (kind: TriggerKind, movement: Movement, course: CaseCourse): Trigger => ({
  kind,
  id: movement.id,
  caseId: course.id,
  isHighRisk: course.isHighRisk,
  at: movement.at,
  atMs: movement.atMs,
  recorded: movement.recorded,
  recordedMs: movement.recordedMs,
  encounter: movement.stay.encounter,
  message: movement.message,
})

/** Nothing is done for the dead but what their death itself calls for; contradictions are for people all the same. */
const overtakenByDeath = (trigger: Trigger, death: Death): Trigger =>
  trigger.kind === 'contradiction' || trigger.atMs > death.atMs
    ? trigger
    : { ...trigger, overtaken: { reason: 'patient deceased', recorded: death.recorded, atMs: death.atMs } }
