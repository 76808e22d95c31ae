import type { CalendarDate } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { CaseRules, IntakeRule } from './case-rules.ts'
import { monthsBefore } from '../risk/stay-inputs.ts'
import type { Movement, StayFacts } from '../stays/stay-facts.ts'
import type { StayClass } from '../stays/stay.ts'

/** An insurance as messages told of it. */
export interface PayerSpan {
  /** Number and name of the company, as sent. */
  readonly names: readonly string[]
  /** When it was first recorded (dateTime). */
  readonly from: string
  /** When it was last recorded, where its source names others now. */
  readonly until?: string
}

/** What rules of intake ask about beside the arrival itself. */
export interface IntakeFacts {
  readonly stays: StayFacts
  readonly timeZone: string
  readonly birthDate?: () => string | undefined
  readonly payers?: () => readonly PayerSpan[]
  /** Codes of the diagnoses of a visit. */
  readonly diagnosesOf?: (encounter: string) => readonly string[]
}

/** Arrivals that may open a case, in effective order: inpatient admissions, and the first of each class that a rule names. */
export function intakeArrivals(stays: StayFacts, { intake }: Pick<CaseRules, 'intake'>): readonly Movement[] {
  const classes = new Set(intake.map(classOf))
  classes.delete('inpatient')
  return classes.size === 0 ? stays.inpatientAdmissions : arrivalsOf(stays, [...classes, 'inpatient'])
}

/** The first arrival of each stay in each of some classes, in effective order. */
export function arrivalsOf(
  { live, inpatientAdmissions }: StayFacts,
  classes: readonly StayClass[],
): readonly Movement[] {
  const seen = new Set<string>()
  return live.filter(movement => {
    const { classAfter, kind, stay } = movement
    if (!classes.includes(classAfter)) return false
    if (classAfter === 'inpatient') return inpatientAdmissions.includes(movement)
    const key = `${stay.encounter} ${classAfter}`
    if ((kind !== 'registration' && kind !== 'admission') || seen.has(key)) return false
    seen.add(key)
    return true
  })
}

const classOf = ({ when }: IntakeRule): StayClass => when.class ?? 'inpatient'

/** The first rule that an arrival fulfils, asked as of its own time. */
export const intakeRuleFor = (
  arrival: Movement,
  { intake }: Pick<CaseRules, 'intake'>,
  facts: IntakeFacts,
): IntakeRule | undefined =>
  intake.find(rule => classOf(rule) === arrival.classAfter && fulfils(arrival, rule, facts))

function fulfils(arrival: Movement, { when }: IntakeRule, facts: IntakeFacts): boolean {
  const { minAge, payer, diagnosis, edVisits6Months } = when
  return (
    (minAge === undefined || isOfAge(arrival, minAge, facts)) &&
    (edVisits6Months === undefined || emergencyVisits(arrival, facts) >= edVisits6Months) &&
    (payer === undefined || isInsured(arrival, payer, facts)) &&
    (diagnosis === undefined || isDiagnosed(arrival, diagnosis, facts))
  )
}

/** Whole years on the day of arrival; unknown is no age. */
function isOfAge(arrival: Movement, years: number, { birthDate, timeZone }: IntakeFacts): boolean {
  const born = birthDate?.()
  return (
    born !== undefined && born.length === DAY_CHARS && ageOn(born, localDate(arrival.atMs, timeZone)) >= years
  )
}

const ageOn = (born: CalendarDate, day: CalendarDate): number =>
  Number(day.slice(0, 4)) - Number(born.slice(0, 4)) - (day.slice(5) < born.slice(5) ? 1 : 0)

const DAY_CHARS = 'YYYY-MM-DD'.length

/** Arrivals in emergency departments in the six months that end with this one, itself included. */
function emergencyVisits({ atMs }: Movement, { stays, timeZone }: IntakeFacts): number {
  const since = monthsBefore(localDate(atMs, timeZone), 6)
  return stays.emergencyArrivals.filter(
    visit => visit.atMs <= atMs && localDate(visit.atMs, timeZone) >= since,
  ).length
}

/** An insurance that was told before the stay ended, and named still when it began. */
function isInsured(
  arrival: Movement,
  wanted: readonly string[],
  { payers, stays, timeZone }: IntakeFacts,
): boolean {
  const end = stays.discharges.find(({ stay }) => stay === arrival.stay)?.atMs ?? Number.POSITIVE_INFINITY
  const names = new Set(wanted.map(plain))
  return (payers?.() ?? []).some(
    ({ names: own, from, until }) =>
      own.some(name => names.has(plain(name))) &&
      startMsOf(from, timeZone) <= end &&
      (until === undefined || startMsOf(until, timeZone) >= arrival.recordedMs),
  )
}

const plain = (text: string): string => text.trim().toUpperCase()

/** A code that begins with one of those named; dots make no difference. */
function isDiagnosed({ stay }: Movement, wanted: readonly string[], { diagnosesOf }: IntakeFacts): boolean {
  const starts = wanted.map(undotted)
  return (diagnosesOf?.(stay.encounter) ?? []).some(code =>
    starts.some(start => undotted(code).startsWith(start)),
  )
}

const undotted = (code: string): string => plain(code).replaceAll('.', '')
