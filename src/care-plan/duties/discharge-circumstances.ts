import { addDays } from '../../lib/calendar-date.ts'
import { localDate, startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import { careFacts } from './care-facts.ts'
import type { CaseCourse } from '../case/case-fold.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Overtaken, Trigger } from './duties.ts'
import { facilityStays } from '../stays/facility-chain.ts'
import { FACILITY_CONTACT_DAYS, type Circumstances } from './duty-rules.ts'
import { isHighRisk } from '../risk/risk-of.ts'
import { modelAt, modelSpans } from '../models/model-in-force.ts'
import { isBirthStay } from '../stays/newborn.ts'
import { resumptionsOf, restingOnHold } from '../case/case-hold.ts'
import { seriesOf } from './series.ts'
import { endedInpatient, type Movement } from '../stays/stay-facts.ts'
import { followUpOf, leadCase, triggerOf, type TriggerInput } from '../triggers/trigger-input.ts'

/** What the rules about a discharge to the community ask: risk, model, what kind of stay it was, what is booked. */
export function circumstancesOf(discharge: Movement, course: CaseCourse, input: TriggerInput): Circumstances {
  const file = input.files.get(course.id)
  const { timeZone } = input
  const { stay } = discharge
  const model = modelAt(modelSpans(file, input.models, timeZone), discharge.atMs)
  const booked = file && bookedDay(file, discharge, input)
  const caseType = file?.case.caseType ?? course.opening?.caseType
  const birthDate = input.birthDate?.()
  return {
    isHighRisk:
      (course.isHighRisk && isRatedInTime(discharge, file, input)) ||
      (file !== undefined && isHighByScore(file, stay.encounter)) ||
      isHighByFacts(discharge, input),
    isEngaged: file?.case.openedAt !== undefined && startMsOf(file.case.openedAt, timeZone) <= discharge.atMs,
    isNewborn: isBirthStay(stay, {
      timeZone,
      ...(caseType && { caseType }),
      ...(birthDate !== undefined && { birthDate }),
    }),
    isMentalHealth:
      isOldEnough(birthDate, localDate(discharge.atMs, timeZone)) &&
      (input.mentalHealthStays?.().has(stay.encounter) ?? false),
    ...(model && { model }),
    ...(booked !== undefined && { dueOn: booked }),
  }
}

/** People's rating is of the patient as he or she was then: one from before the stay says nothing of its discharge. */
function isRatedInTime(
  { stay }: Movement,
  file: CaseFile | undefined,
  { facts, timeZone }: TriggerInput,
): boolean {
  const rated = file?.risks.filter(
    ({ tableVersion, state }) => tableVersion === undefined && state !== 'entered-in-error',
  )
  const times = rated?.flatMap(({ at }) => at ?? []) ?? []
  const known = times.length > 0 ? times : [file?.case.eligibleAt ?? '']
  const ratedMs = Math.max(...known.map(at => startMsOf(at, timeZone)))
  const admission = facts.inpatientAdmissions.find(one => one.stay.encounter === stay.encounter)
  return Number.isNaN(ratedMs) || !admission || ratedMs >= admission.atMs
}

const FUH_YEARS = 6

/** HEDIS FUH counts members of 6 years and older on the day of discharge; who has no birth date isn't left out. */
function isOldEnough(birthDate: string | undefined, day: string): boolean {
  if (birthDate === undefined) return true
  const year = String(Number(birthDate.slice(0, 4)) + FUH_YEARS).padStart(4, '0')
  return `${year}${birthDate.slice(4)}` <= day
}

/** LACE of 10 or more for the stay (domain.md 2.12). */
const isHighByScore = (file: CaseFile, encounter: string): boolean =>
  file.risks.some(
    ({ method, value, state, encounter: about }) =>
      method.startsWith('lace') &&
      state !== 'entered-in-error' &&
      (about === encounter || about === `Encounter/${encounter}`) &&
      Number(value) >= HIGH_LACE,
  )

/** As the messages alone have it, whether or not anybody wrote the score down. */
const isHighByFacts = (discharge: Movement, { stays = [], conditions, timeZone }: TriggerInput): boolean =>
  isHighRisk(discharge.stay, { stays, asOf: discharge.at, timeZone, conditions: conditions?.() ?? [] })

const HIGH_LACE = 10

const bookedStates: ReadonlySet<string> = new Set(['booked', 'arrived', 'fulfilled'])

/** The day of the first visit after the discharge, as long as it is within the time for reconciling the medicines. */
function bookedDay(
  file: CaseFile,
  discharge: Movement,
  { rules, ...input }: Pick<TriggerInput, 'rules' | 'timeZone'>,
): string | undefined {
  const timeZone = discharge.stay.timeZone ?? input.timeZone
  const last = addDays(localDate(discharge.atMs, timeZone), rules.transition.medRecDays)
  return file.appointments
    .filter(({ state, purpose }) => bookedStates.has(state) && purpose !== 'service' && purpose !== 'other')
    .flatMap(({ start }) => (start === undefined ? [] : [startMsOf(start, timeZone)]))
    .filter(startMs => startMs >= discharge.atMs)
    .map(startMs => localDate(startMs, timeZone))
    .filter(day => day <= last)
    .toSorted()[0]
}

/** The weekly contact with a patient of an opened case who went on to a facility, until the stay there ends. */
export function facilityStayTriggers(discharge: Movement, input: TriggerInput): readonly Trigger[] {
  const kind = followUpOf(discharge, input)
  const course = leadCase(input.fold, discharge)
  const file = course && input.files.get(course.id)
  const isFacility = kind === 'discharge-to-facility' || kind === 'discharge-to-acute-care'
  if (!isFacility || !course || !file?.case.openedAt) return []
  const { timeZone, facts } = input
  const residents = facilityStays(facts, timeZone)
  const end = facts.discharges.find(
    one => one.atMs > discharge.atMs && (endedInpatient(one) || residents.has(one.stay)),
  )
  const endMs = Math.min(end?.atMs ?? Infinity, course.endMs ?? Infinity)
  const overtaken: Overtaken | undefined = Number.isFinite(endMs)
    ? { reason: 'stay ended', recorded: end?.recorded ?? zonedTextOf(endMs, timeZone), atMs: endMs }
    : undefined
  const model = modelAt(modelSpans(file, input.models, timeZone), discharge.atMs)
  const steps = seriesOf({
    trigger: { ...triggerOf('facility-stay', discharge, course), ...(overtaken && { overtaken }) },
    rule: 'facility-contact',
    start: discharge,
    done: careFacts(file, timeZone).contacts,
    settled: input.settled ?? (() => undefined),
    resumed: resumptionsOf(file, timeZone),
    step: () => ({ everyDays: FACILITY_CONTACT_DAYS, ...(model && { model }) }),
    ...(overtaken && { endMs }),
  })
  return steps.map(step => restingOnHold(step, file))
}
