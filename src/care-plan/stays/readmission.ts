import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate } from '../../lib/fhir-time.ts'
import type { CaseRules } from '../case/case-rules.ts'
import { arrivalsOf } from '../case/intake.ts'
import { announcesReadmission, isHospitalTransfer, isInpatientTransfer, outcomeOf } from './disposition.ts'
import { endedInpatient, type Movement, type StayFacts } from './stay-facts.ts'

/** An inpatient admission that counts as a readmission, and the discharge that it follows. */
export interface Readmission {
  readonly admission: Movement
  readonly index: Movement
}

type Counting = Pick<CaseRules, 'readmissionDays' | 'readmission'>

/**
 * Unplanned inpatient admissions within the days that count after the latest inpatient end, at any facility
 * (adt.md 3.5). Not after a transfer between hospitals; not within a day at another facility, or after a discharge to
 * an inpatient institution, which may be a part of the same hospital and send under its name (that is one stay); not
 * after death, nor after leaving against advice or of another class unless the rules say so, nor when the return was
 * planned. Days are calendar days of the facility.
 */
export function readmissionsOf(facts: StayFacts, rules: Counting, timeZone: string): readonly Readmission[] {
  const { classes } = rules.readmission
  const ends = facts.discharges.filter(end => endedInpatient(end) || classes.includes(end.stay.class))
  const admissions = classes.every(one => one === 'inpatient')
    ? facts.inpatientAdmissions
    : firstOfStays(arrivalsOf(facts, [...classes, 'inpatient']))
  return admissions.flatMap(admission => {
    const index = ends.findLast(end => end.stay !== admission.stay && end.atMs <= admission.atMs)
    return index && counts(admission, index, { rules, timeZone }) ? [{ admission, index }] : []
  })
}

function counts(
  admission: Movement,
  index: Movement,
  { rules, timeZone }: { readonly rules: Counting; readonly timeZone: string },
): boolean {
  if (admission.stay.planned || announcesReadmission(index.disposition)) return false
  const outcome = outcomeOf(index.disposition)
  if (outcome === 'expired' || isHospitalTransfer(index.disposition)) return false
  if (outcome === 'against-advice' && !rules.readmission.afterAgainstAdvice) return false
  const gap = daysBetween(localDate(index.atMs, timeZone), localDate(admission.atMs, timeZone))
  const isOneStay = gap <= 1 && (isInpatientTransfer(index.disposition) || isElsewhere(admission, index))
  return gap <= rules.readmissionDays && !isOneStay
}

/** An emergency visit that became an admission is one return. */
const firstOfStays = (arrivals: readonly Movement[]): readonly Movement[] =>
  arrivals.filter((arrival, i) => arrivals.findIndex(({ stay }) => stay === arrival.stay) === i)

const isElsewhere = (admission: Movement, index: Movement): boolean =>
  admission.stay.facility !== undefined &&
  index.stay.facility !== undefined &&
  admission.stay.facility !== index.stay.facility
