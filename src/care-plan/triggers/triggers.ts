import { startMsOf, withTime, zonedTextOf } from '../../lib/fhir-time.ts'
import { admissionTriggers, preAdmissionTriggers } from './admission-triggers.ts'
import { careTriggers } from './care-triggers.ts'
import { isOpenFor, type CaseCourse, type CaseFold } from '../case/case-fold.ts'
import { withdrawnDeath, type Death } from '../stays/death.ts'
import { circumstancesOf, facilityStayTriggers } from '../duties/discharge-circumstances.ts'
import { outcomeOf } from '../stays/disposition.ts'
import { contradiction, type Overtaken, type Trigger } from '../duties/duties.ts'
import { identityRules } from '../duties/identity-rules.ts'
import { identityTriggers } from './identity-triggers.ts'
import { modelAt, modelSpans, type ModelSpan } from '../models/model-in-force.ts'
import { isPastAdmission, isPastDischarge } from '../stays/past-movements.ts'
import { endedInpatient, type Movement, type StayFacts } from '../stays/stay-facts.ts'
import { clinicVisitsAfter, runningStayTriggers } from './stay-triggers.ts'
import { watchedTriggers } from './watched-triggers.ts'
import { followUpOf, leadCase, overtakingAdmission, triggerOf, type TriggerInput } from './trigger-input.ts'

/** What calls for duties, each asked as of its own time: whose case was open then? */
export function triggersOf(input: TriggerInput): readonly Trigger[] {
  const { facts, fold, death, rules } = input
  const isPresent = (arrival: Movement): boolean => !isPastAdmission(arrival, facts, rules)
  const admissions = facts.inpatientAdmissions.filter(isPresent)
  const discharges = facts.discharges.filter(one => !isPastDischarge(one, facts, rules))
  return [
    ...fold.courses.flatMap(course => openingTrigger(course)),
    ...[...admissions, ...facts.emergencyArrivals.filter(isPresent)].flatMap(arrival =>
      arrivalTriggers(arrival, fold),
    ),
    ...admissions.flatMap(arrival => admissionTriggers(arrival, input)),
    ...preAdmissionTriggers(input),
    ...runningStayTriggers(input),
    ...watchedTriggers(input),
    ...discharges.flatMap(discharge => dischargeTriggers(discharge, input)),
    ...discharges.flatMap(discharge => facilityStayTriggers(discharge, input)),
    ...discharges.flatMap(discharge => emergencyTriggers(discharge, input)),
    ...careTriggers(input),
    ...deathTriggers(input),
    ...contradictions(input),
    ...identityTriggers(input),
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

function openingTrigger(course: CaseCourse): readonly Trigger[] {
  if (!course.opening) return []
  const { admission, task } = course.opening
  return [{ ...triggerOf('case-opened', admission, course), ...(task && { opensWith: task }) }]
}

function arrivalTriggers(arrival: Movement, fold: CaseFold): readonly Trigger[] {
  return fold.courses
    .filter(course => isOpenFor(fold, course, arrival) && course.opening?.admission !== arrival)
    .map(course => triggerOf('known-admission', arrival, course))
}

function dischargeTriggers(discharge: Movement, input: TriggerInput): readonly Trigger[] {
  const kind = followUpOf(discharge, input)
  const course = leadCase(input.fold, discharge)
  if (!kind || !course) return []
  const overtaken = admittedAgain(discharge, input) ?? awayOnLeave(input)
  const isFollowed = kind === 'discharge-to-community' || kind === 'discharge-against-advice'
  return [
    {
      ...triggerOf(kind, discharge, course),
      ...(isFollowed && circumstancesOf(discharge, course, input)),
      ...(overtaken && { overtaken }),
      ...visitsAfter(discharge, input.facts),
    },
  ]
}

const visitsAfter = (discharge: Movement, facts: StayFacts): Pick<Trigger, 'visits'> => {
  const visits = clinicVisitsAfter(discharge, facts)
  return visits.length > 0 ? { visits } : {}
}

function admittedAgain(discharge: Movement, input: TriggerInput): Overtaken | undefined {
  const admission = overtakingAdmission(discharge, input)
  return (
    admission && {
      reason: 'patient admitted again',
      recorded: admission.recorded,
      atMs: admission.atMs,
    }
  )
}

/** A21 until A22: nobody visits at home meanwhile; a visit that took place stands. */
function awayOnLeave({ facts: { live } }: Pick<TriggerInput, 'facts'>): Overtaken | undefined {
  const away = live.filter(({ stay }) => stay.status === 'onleave')
  const last = away.findLast(({ kind }) => kind === 'leave') ?? away.at(-1)
  return last && { reason: 'patient on leave', recorded: last.recorded, atMs: Number.POSITIVE_INFINITY }
}

/** Gone home from the emergency department while a case was open. */
function emergencyTriggers(discharge: Movement, { fold, facts }: TriggerInput): readonly Trigger[] {
  const isEmergency =
    !endedInpatient(discharge) &&
    (discharge.classAfter === 'emergency' ||
      (discharge.classAfter === 'other' && discharge.stay.class === 'emergency'))
  const outcome = outcomeOf(discharge.disposition)
  const course = leadCase(fold, discharge)
  return isEmergency && course && (outcome === 'community' || outcome === 'against-advice')
    ? [{ ...triggerOf('emergency-discharge', discharge, course), ...visitsAfter(discharge, facts) }]
    : []
}

function deathTriggers({ fold, death, rules }: TriggerInput): readonly Trigger[] {
  if (!death || !rules.bereavement) return []
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
  const dead = withdrawn && leadCase(fold, withdrawn)
  const last = fold.courses.findLast(course => course.standing !== 'withdrawn')
  return [
    ...(withdrawn && dead ? [review(DEATH_WITHDRAWN, withdrawn, { caseId: dead.id, timeZone })] : []),
    ...deathTakenBack(input, dead),
    ...deletedPersonReviews(input),
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
  const course = leadCase(fold, { atMs })
  return course && course !== asked
    ? [contradiction({ id: DEATH_TAKEN_BACK, caseId: course.id, at: zonedTextOf(atMs, timeZone), atMs })]
    : []
}

/** A29: the person was entered in error, their cases perhaps not; nothing of them is closed (adt.md 3.4). */
function deletedPersonReviews({ fold, deletedPerson, timeZone }: TriggerInput): readonly Trigger[] {
  if (!deletedPerson) return []
  const atMs = startMsOf(deletedPerson.at, timeZone)
  return fold.courses
    .filter(course => course.standing !== 'withdrawn' && isOpenFor(fold, course, { atMs }))
    .map(({ id: caseId }) =>
      contradiction({ id: PERSON_DELETED, caseId, at: zonedTextOf(atMs, timeZone), atMs }),
    )
}

/** Trigger ids of reviews that are about a case as a whole. */
const DEATH_WITHDRAWN = 'death-withdrawn'
const DEATH_TAKEN_BACK = 'deceased-taken-back'
const PERSON_DELETED = 'person-deleted'
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

/** What calls people to look at the record itself. */
const asksToLook: ReadonlySet<string> = new Set(['contradiction', ...identityRules.map(({ on }) => on)])

/** Nothing is done for the dead but what their death itself calls for; contradictions are for people all the same. */
const overtakenByDeath = (trigger: Trigger, death: Death): Trigger =>
  asksToLook.has(trigger.kind) || trigger.atMs > death.atMs
    ? trigger
    : { ...trigger, overtaken: { reason: 'patient deceased', recorded: death.recorded, atMs: death.atMs } }
