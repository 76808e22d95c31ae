import { Temporal } from 'temporal-polyfill'
import { addDays, dateOf, dayNumber, type CalendarDate } from './calendar-date.ts'
import { zonedText } from './zone.ts'

/** What a FHIR date or dateTime covers, both ends included, in milliseconds since 1970. */
export interface TimeSpan {
  readonly startMs: number
  readonly endMs: number
}

const DATE_TIME =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T([01]\d|2[0-3]):([0-5]\d):([0-5]\d|60)(?:\.(\d{1,9}))?(Z|[+-](?:(?:0\d|1[0-3]):[0-5]\d|14:00)))?)?)?$/

const DAY = '([1-9]\\d{3}|0[1-9]\\d{2}|00[1-9]\\d|000[1-9])-(0[1-9]|1[0-2])-(0[1-9]|[12]\\d|3[01])'
const TIME = 'T([01]\\d|2[0-3]):[0-5]\\d:[0-5]\\d(\\.\\d{1,9})?(Z|[+-]((0\\d|1[0-3]):[0-5]\\d|14:00))'

/** A dateTime with time and offset as schemas describe it; days that don't exist pass here and are none to `spanOf`. */
export const INSTANT_PATTERN = `^${DAY}${TIME}$`

/** The same, or a whole day. */
export const DAY_OR_INSTANT_PATTERN = `^${DAY}(${TIME})?$`

const SECOND_MS = 1000
const MINUTE_MS = 60 * SECOND_MS
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS

/**
 * The span of a FHIR date, dateTime or instant (http://hl7.org/fhir/R4/datatypes.html#dateTime): a text without a time
 * covers its whole day, month or year in `timeZone`. Undefined for anything else, and for days that don't exist.
 */
export function spanOf(text: string, timeZone: string): TimeSpan | undefined {
  // A whole dateTime says its offset itself: the same in every zone.
  if (text.length <= DAY_CHARS) return computedSpan(text, timeZone)
  const known = spans.get(text)
  if (known !== undefined) return known
  const span = computedSpan(text, timeZone)
  if (span === undefined || text.length > REMEMBERED_CHARS) return span
  if (spans.size >= SPANS_MAX) spans.clear()
  spans.set(text, span)
  return span
}

const DAY_CHARS = 'YYYY-MM-DD'.length
const REMEMBERED_CHARS = 'YYYY-MM-DDTHH:MM:SS.mmm+HH:MM'.length
/** Beyond this the memo is dropped and built anew: hostile dates must not make it grow. */
const SPANS_MAX = 4_000

/** A memo: the same few times are compared again and again in every decision. */
const spans = new Map<string, TimeSpan>()

function computedSpan(text: string, timeZone: string): TimeSpan | undefined {
  const match = DATE_TIME.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, zone] = match
  const first: CalendarDate = `${year}-${month ?? '01'}-${day ?? '01'}`
  if (dateOf(dayNumber(first)) !== first) return undefined
  if (hour !== undefined) {
    const clockMs = Number(hour) * HOUR_MS + Number(minute) * MINUTE_MS + Number(second) * SECOND_MS
    const wholeMs = dayNumber(first) * DAY_MS + clockMs - offsetMsOf(zone ?? 'Z')
    if (fraction === undefined) return { startMs: wholeMs, endMs: wholeMs + SECOND_MS - 1 }
    const exactMs = wholeMs + Math.floor(Number(`0.${fraction}`) * SECOND_MS)
    return { startMs: exactMs, endMs: exactMs }
  }
  const next = day ? addDays(first, 1) : month ? firstOfNextMonth(first) : `${Number(year) + 1}-01-01`
  return { startMs: midnightMs(first, timeZone), endMs: midnightMs(next, timeZone) - 1 }
}

/** Start of what the text covers; NaN when it isn't a date. */
export const startMsOf = (text: string, timeZone: string): number =>
  spanOf(text, timeZone)?.startMs ?? Number.NaN

/** The day that a clock in `timeZone` shows at an instant. */
export const localDate = (ms: number, timeZone: string): CalendarDate =>
  localTextOf(ms, timeZone).slice(0, 10)

/** An instant as that zone's clock shows it, with its offset: `2026-10-14T23:59:59-04:00`. */
export function zonedTextOf(ms: number, timeZone: string): string {
  const offsetMinutes = Math.trunc(offsetMsAt(ms, timeZone) / MINUTE_MS)
  return localTextOf(ms, timeZone) + offsetText(offsetMinutes)
}

/** A dateTime so many milliseconds later (whole seconds), in the offset that it is written with. */
export function shiftedTime(text: string, ms: number): string {
  const zone = /(Z|[+-]\d{2}:\d{2})$/.exec(text)?.[0] ?? 'Z'
  const shifted = localAt(startMsOf(text, 'UTC') + ms, offsetMsOf(zone))
  return shifted + zone
}

/** The last second of a day in a zone, with the offset in force then. */
export const endOfDay = (date: CalendarDate, timeZone: string): string =>
  zonedText(timeZone, `${date}T23:59:59`)

/**
 * A dateTime with time and zone, whatever precision it came with: a bare date becomes the start of its day. What isn't
 * a date stays as it is.
 */
export function withTime(text: string, timeZone: string): string {
  const span = text.includes('T') ? undefined : spanOf(text, timeZone)
  return span ? zonedTextOf(span.startMs, timeZone) : text
}

/** The later of two dateTimes that have a time and an offset; the first when they are equal. */
export const laterOf = (a: string, b: string): string => (startMsOf(b, 'UTC') > startMsOf(a, 'UTC') ? b : a)

const firstOfNextMonth = (first: CalendarDate): CalendarDate => `${addDays(first, 31).slice(0, 7)}-01`

const midnightMs = (date: CalendarDate, timeZone: string): number => {
  const text = zonedText(timeZone, `${date}T00:00:00`)
  const clockMs = Number(text.slice(11, 13)) * HOUR_MS + Number(text.slice(14, 16)) * MINUTE_MS
  return dayNumber(text.slice(0, 10)) * DAY_MS + clockMs - offsetMsOf(text.slice(19))
}

function offsetMsOf(zone: string): number {
  if (zone === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6))
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS
}

function offsetText(minutes: number): string {
  const size = Math.abs(minutes)
  return `${minutes < 0 ? '-' : '+'}${two(Math.floor(size / 60))}:${two(size % 60)}`
}

const localTextOf = (ms: number, timeZone: string): string =>
  localAt(ms, Math.trunc(offsetMsAt(ms, timeZone) / MINUTE_MS) * MINUTE_MS)

function localAt(ms: number, offsetMs: number): string {
  const localMs = ms + offsetMs
  const day = Math.floor(localMs / DAY_MS)
  const seconds = Math.floor((localMs - day * DAY_MS) / SECOND_MS)
  return `${dateOf(day)}T${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

const two = (number: number): string => String(number).padStart(2, '0')

/** Beyond this the memo is dropped and built anew: hostile dates must not make it grow. */
const DAYS_MAX = 20_000

/** Offset of a zone on a UTC day; undefined on days when it changes. A memo: asking Temporal costs 10 us. */
const offsets = new Map<string, number | undefined>()

function offsetMsAt(ms: number, timeZone: string): number {
  const day = Math.floor(ms / DAY_MS)
  const key = `${timeZone}\n${day}`
  if (!offsets.has(key)) {
    if (offsets.size >= DAYS_MAX) offsets.clear()
    const atStart = exactOffsetMs(day * DAY_MS, timeZone)
    offsets.set(key, atStart === exactOffsetMs((day + 1) * DAY_MS, timeZone) ? atStart : undefined)
  }
  return offsets.get(key) ?? exactOffsetMs(ms, timeZone)
}

const exactOffsetMs = (ms: number, timeZone: string): number =>
  Temporal.Instant.fromEpochMilliseconds(ms).toZonedDateTimeISO(timeZone).offsetNanoseconds / 1e6
