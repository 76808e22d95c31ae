import { fail, ok, type Result } from '../lib/result.ts'
import { addDays } from '../lib/calendar-date.ts'
import { utcInstant, zonedText } from '../lib/zone.ts'
import type { Message } from './message.ts'

/** What gives a time without an offset its zone: MSH-7's offset, else the source's zone with its summer time. */
export interface ZoneRule {
  /** `+HH:MM`, as `zoneRule` finds it in MSH-7. */
  readonly messageOffset?: string
  /** IANA name, e.g. `America/New_York`; checked when configuration was read. */
  readonly timeZone: string
}

export type DtmPrecision = 'year' | 'month' | 'day' | 'hour' | 'minute' | 'second' | 'fraction'

interface Dtm {
  readonly precision: DtmPrecision
  /** FHIR date text of the same precision, at most a day. */
  readonly date: string
  /** `HH:MM:SS`, padded with zeros; undefined for a date. */
  readonly time: string | undefined
  /** With its point, as sent; '' without one. */
  readonly fraction: string
  readonly offset: string | undefined
}

/** HL7 v2.9, 2A.3.21; more than four digits of a second are taken too, dropping a time for its precision helps nobody. */
const DTM = /^(\d{4})(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(?:(\d\d)(\.\d{1,9})?)?)?)?)?)?([+-]\d{4})?$/

/** The rule for the times of one message. */
export function zoneRule(message: Message, timeZone: string): ZoneRule {
  const messageOffset = readDtm(message.first('MSH')?.text(7) ?? '')?.offset
  return messageOffset === undefined ? { timeZone } : { messageOffset, timeZone }
}

/** The precision of a DTM, or undefined when the text is none. */
export const dtmPrecision = (text: string): DtmPrecision | undefined => readDtm(text)?.precision

/**
 * A DTM as FHIR dateTime (http://hl7.org/fhir/R4/datatypes.html#dateTime): precision kept down to the day, seconds
 * and minutes that FHIR demands padded with zeros, and an offset whenever there is a time: its own, else MSH-7's,
 * else the zone's (skipped times move forward, repeated ones are the first). Fails with `dtm-invalid`.
 */
export function dtmToDateTime(text: string, zone: ZoneRule): Result<string> {
  const dtm = readDtm(text)
  if (dtm === undefined) return refuse()
  return ok(dtm.time === undefined ? dtm.date : timed(dtm, dtm.date, dtm.time, zone))
}

/** The date of a DTM as sent, never moved by a zone, in the precision sent. Fails with `dtm-invalid`. */
export function dtmToDate(text: string): Result<string> {
  const dtm = readDtm(text)
  return dtm === undefined ? refuse() : ok(dtm.date)
}

/**
 * A DTM as UTC instant with milliseconds (further digits cut), the start of the interval where it is partial:
 * `2026` is the first moment of that year in the zone. Fails with `dtm-invalid`.
 */
export function dtmToInstant(text: string, zone: ZoneRule): Result<string> {
  const dtm = readDtm(text)
  if (dtm === undefined) return refuse()
  const date = dtm.date + '-01-01'.slice(dtm.date.length - 4)
  const instant = utcInstant(timed(dtm, date, dtm.time ?? '00:00:00', zone))
  return instant === undefined ? refuse() : ok(instant)
}

/** `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM`. */
function timed(dtm: Dtm, day: string, clock: string, { messageOffset, timeZone }: ZoneRule): string {
  const isLast = clock.startsWith(LAST_HOUR)
  const [date, time] = isLast ? [addDays(day, 1), '00:00:00'] : [day, clock]
  const offset = dtm.offset ?? messageOffset
  if (offset !== undefined) return `${date}T${time}${dtm.fraction}${offset}`
  const zoned = zonedText(timeZone, `${date}T${time}`)
  return dtm.fraction === '' ? zoned : zoned.slice(0, 19) + dtm.fraction + zoned.slice(19)
}

function readDtm(text: string): Dtm | undefined {
  const [, year, month, day, hour, minute = '00', second = '00', fraction = '', zone] = DTM.exec(text) ?? []
  if (year === undefined || !isDate(Number(year), month, day)) return undefined
  const isMidnight = hour === LAST_HOUR && !/[1-9]/.test(minute + second + fraction)
  if (hour !== undefined && !isMidnight && (hour > '23' || minute > '59' || second > '59')) return undefined
  const offset = zone === undefined ? undefined : `${zone.slice(0, 3)}:${zone.slice(3)}`
  if (offset !== undefined && !OFFSET.test(offset)) return undefined
  const date = [year, month, day].filter(part => part !== undefined).join('-')
  const time = hour === undefined ? undefined : `${hour}:${minute}:${second}`
  return {
    precision: precisionOf(text.replace(/[+-].*$/, '')),
    date,
    time,
    fraction,
    offset: offset === '-00:00' ? '+00:00' : offset,
  }
}

/** `2400` is midnight at the end of that day (ISO 8601:2019, 4.3.8), as clinical charting writes it; FHIR has no such time. */
const LAST_HOUR = '24'

/** Whether a DTM is midnight at the end of its day: the first moment of the next, where it is a time. */
export const isEndOfDay = (text: string): boolean =>
  text.slice(8, 10) === LAST_HOUR && readDtm(text) !== undefined

/** FHIR's bounds, which are those of the world's zones. */
const OFFSET = /^[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)$/

const PRECISIONS: readonly DtmPrecision[] = ['year', 'month', 'day', 'hour', 'minute', 'second']

const precisionOf = (digits: string): DtmPrecision =>
  digits.includes('.') ? 'fraction' : (PRECISIONS[(digits.length - 4) / 2] ?? 'second')

const DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Nobody who is told of was there before: such a year is a slip or a filler (adt.md 3.1.6: 1013-11-13). */
const EARLIEST_YEAR = 1800

function isDate(year: number, month: string | undefined, day: string | undefined): boolean {
  if (year < EARLIEST_YEAR) return false
  if (month === undefined) return true
  const isLeap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  const days = DAYS[Number(month) - 1]
  if (days === undefined) return false
  return day === undefined || (day >= '01' && Number(day) <= days + (isLeap && month === '02' ? 1 : 0))
}

const refuse = (): Result<string> =>
  fail({
    kind: 'invalid',
    code: 'dtm-invalid',
    message: 'Not a date or time of the form YYYY[MM[DD[HH[MM[SS[.SSSS]]]]]][+/-ZZZZ] that exists',
  })
