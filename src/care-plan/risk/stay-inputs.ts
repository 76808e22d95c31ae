import { dateOf, daysBetween, dayNumber, type CalendarDate } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import { transferBefore } from '../stays/facility-chain.ts'
import { stayFacts, type Movement, type StayFacts } from '../stays/stay-facts.ts'
import type { Stay } from '../stays/stay.ts'

/** What the movements of a patient's stays say for the scores of one of them. */
export interface StayInputs {
  /** Calendar days from admission to discharge, or to `asOf` while the stay lasts; undefined when nobody was admitted yet. */
  readonly days: number | undefined
  readonly isAcute: boolean | undefined
  readonly emergencyVisits: number | undefined
  readonly admissionsPriorYear: number | undefined
}

export interface StayQuestion {
  readonly stays: readonly Stay[]
  /** dateTime: nothing later counts. */
  readonly asOf: string
  readonly timeZone: string
}

const nothing: StayInputs = {
  days: undefined,
  isAcute: undefined,
  emergencyVisits: undefined,
  admissionsPriorYear: undefined,
}

export function stayInputs(stay: Stay, { stays, asOf, timeZone }: StayQuestion): StayInputs {
  const facts = stayFacts(stays, timeZone)
  const asOfMs = startMsOf(asOf, timeZone)
  const admission = admissionOf(stay, facts)
  if (!admission || !(admission.atMs <= asOfMs)) return nothing
  const end = facts.discharges.find(discharge => isOf(discharge, stay))
  const untilMs = Math.min(end?.atMs ?? asOfMs, asOfMs)
  const admitted = localDate(admission.atMs, timeZone)
  const isBetween = ({ atMs }: Movement, months: number): boolean =>
    atMs < admission.atMs && localDate(atMs, timeZone) >= monthsBefore(admitted, months)
  const index = indexVisit(admission, facts)
  return {
    days: daysBetween(admitted, localDate(untilMs, timeZone)),
    isAcute: isAcute(admission, { facts, timeZone, isFromEmergency: index !== undefined }),
    emergencyVisits: facts.emergencyArrivals.filter(
      arrival => !isOf(arrival, stay) && arrival !== index && isBetween(arrival, 6),
    ).length,
    admissionsPriorYear: facts.inpatientAdmissions.filter(
      other =>
        !isOf(other, stay) && isBetween(other, 12) && transferBefore(other, facts, timeZone) === undefined,
    ).length,
  }
}

const isOf = (movement: Movement, stay: Stay): boolean => movement.stay.encounter === stay.encounter

/** The inpatient admission; of a stay without one, its first arrival. */
const admissionOf = (stay: Stay, { inpatientAdmissions, live }: StayFacts): Movement | undefined =>
  inpatientAdmissions.find(movement => isOf(movement, stay)) ??
  live.find(
    movement => isOf(movement, stay) && (movement.kind === 'admission' || movement.kind === 'registration'),
  )

const HOUR_MS = 3_600_000

/** An emergency visit that ended so shortly before the admission led to it. */
const INDEX_VISIT_HOURS = 6

/** The emergency visit that led to the admission: of the same visit, still open, or over for at most six hours. */
function indexVisit(admission: Movement, facts: StayFacts): Movement | undefined {
  return facts.emergencyArrivals.findLast(arrival => {
    if (arrival.atMs > admission.atMs) return false
    if (isOf(arrival, admission.stay)) return true
    const end = facts.discharges.find(discharge => isOf(discharge, arrival.stay))
    return arrival.stay.class === 'emergency' && isSameArrival(arrival, end, admission)
  })
}

const DAY_MS = 24 * HOUR_MS

const isSameArrival = (arrival: Movement, end: Movement | undefined, admission: Movement): boolean =>
  end ? admission.atMs - end.atMs <= INDEX_VISIT_HOURS * HOUR_MS : admission.atMs - arrival.atMs <= 2 * DAY_MS

/** Emergent, by where the patient came from and by PV1-4; who is transferred from another stay was acute there. */
function isAcute(
  admission: Movement,
  {
    facts,
    timeZone,
    isFromEmergency,
  }: { readonly facts: StayFacts; readonly timeZone: string; readonly isFromEmergency: boolean },
): boolean | undefined {
  const { admissionType, isTransferIn, planned } = admission.stay
  if (isTransferIn === true || transferBefore(admission, facts, timeZone)) return false
  if (isFromEmergency || admissionType === 'emergency' || admissionType === 'urgent') return true
  return admissionType !== undefined || planned ? false : undefined
}

/** The same day so many months before, or the last day of a shorter month. */
export function monthsBefore(date: CalendarDate, months: number): CalendarDate {
  const total = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 - months
  const month = monthText(total)
  const first = dayNumber(`${month}-01`)
  const length = dayNumber(`${monthText(total + 1)}-01`) - first
  return dateOf(first + Math.min(Number(date.slice(8, 10)), length) - 1)
}

const monthText = (total: number): string =>
  `${String(Math.floor(total / 12)).padStart(4, '0')}-${String((total % 12) + 1).padStart(2, '0')}`
