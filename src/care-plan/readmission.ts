import { daysBetween } from '../lib/calendar-date.ts'
import { localDate } from '../lib/fhir-time.ts'
import type { CaseRules } from './case-rules.ts'
import { announcesReadmission, isHospitalTransfer, isInpatientTransfer, outcomeOf } from './disposition.ts'
import { endedInpatient, type Movement, type StayFacts } from './stay-facts.ts'

/** An inpatient admission that counts as a readmission, and the discharge that it follows. */
export interface Readmission {
  readonly admission: Movement
  readonly index: Movement
}

/**
 * Unplanned inpatient admissions within the days that count after the latest inpatient end, at any facility
 * (adt.md 3.5). Not after a transfer between hospitals; not within a day at another facility, or after a discharge to
 * an inpatient institution, which may be a part of the same hospital and send under its name (that is one stay); not
 * after death or leaving against advice, nor when the return was planned. Days are calendar days of the facility.
 */
export function readmissionsOf(
  facts: StayFacts,
  rules: Pick<CaseRules, 'readmissionDays'>,
  timeZone: string,
): readonly Readmission[] {
  const ends = facts.discharges.filter(endedInpatient)
  return facts.inpatientAdmissions.flatMap(admission => {
    const index = ends.findLast(end => end.stay !== admission.stay && end.atMs <= admission.atMs)
    return index && counts(admission, index, { days: rules.readmissionDays, timeZone })
      ? [{ admission, index }]
      : []
  })
}

function counts(
  admission: Movement,
  index: Movement,
  { days, timeZone }: { readonly days: number; readonly timeZone: string },
): boolean {
  if (admission.stay.planned || announcesReadmission(index.disposition)) return false
  const outcome = outcomeOf(index.disposition)
  if (outcome === 'expired' || outcome === 'against-advice' || isHospitalTransfer(index.disposition))
    return false
  const gap = daysBetween(localDate(index.atMs, timeZone), localDate(admission.atMs, timeZone))
  const isOneStay = gap <= 1 && (isInpatientTransfer(index.disposition) || isElsewhere(admission, index))
  return gap <= days && !isOneStay
}

const isElsewhere = (admission: Movement, index: Movement): boolean =>
  admission.stay.facility !== undefined &&
  index.stay.facility !== undefined &&
  admission.stay.facility !== index.stay.facility
