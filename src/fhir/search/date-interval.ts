/**
 * What a FHIR date says as a half-open interval of time: `2026-02` is [1 Feb, 1 Mar). A date without a zone is taken
 * in UTC, so that one answer holds wherever the server runs. Sources: http://hl7.org/fhir/R4/search.html#date,
 * http://hl7.org/fhir/R4/datatypes.html#dateTime
 */
export interface DateInterval {
  readonly lowMs: number
  readonly highMs: number
}

/** Stand for an open start and an open end: the years that a FHIR date can name are 0001 to 9999. */
export const BEGINNING_MS = -62_135_596_800_000
export const END_MS = 253_402_300_800_000

const DATE =
  /^(\d{4})(?:-(\d\d)(?:-(\d\d)(?:T(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:\d\d)?)?)?)?$/

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000

/** The interval of a date, dateTime or instant at its precision; undefined when it is none or doesn't exist (30 February). */
export function dateInterval(text: string): DateInterval | undefined {
  const parts = DATE.exec(text)
  if (!parts) return undefined
  const [, year = '', month, day, hour, minute, second, fraction, zone] = parts
  const y = Number(year)
  if (y < 1) return undefined
  if (month === undefined) return { lowMs: utcMs(y, 1, 1), highMs: utcMs(y + 1, 1, 1) }
  const m = Number(month)
  if (m < 1 || m > 12) return undefined
  if (day === undefined) return { lowMs: utcMs(y, m, 1), highMs: utcMs(y, m + 1, 1) }
  const d = Number(day)
  if (d < 1 || d > daysInMonth(y, m)) return undefined
  const midnight = utcMs(y, m, d)
  if (hour === undefined) return { lowMs: midnight, highMs: midnight + DAY_MS }
  return timeInterval(midnight, [hour, minute ?? '', second, fraction, zone])
}

type TimeParts = readonly [
  hour: string,
  minute: string,
  second: string | undefined,
  fraction: string | undefined,
  zone: string | undefined,
]

function timeInterval(midnight: number, parts: TimeParts): DateInterval | undefined {
  const [hour, minute, second, fraction, zone] = parts
  const offset = offsetMs(zone)
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 60 || offset === undefined)
    return undefined
  const base = midnight - offset + (Number(hour) * 60 + Number(minute)) * MINUTE_MS
  if (second === undefined) return { lowMs: base, highMs: base + MINUTE_MS }
  const low = base + Number(second) * 1000
  if (fraction === undefined) return { lowMs: low, highMs: low + 1000 }
  const ms = Number(fraction.slice(0, 3).padEnd(3, '0'))
  return { lowMs: low + ms, highMs: low + ms + (fraction.length >= 3 ? 1 : 10 ** (3 - fraction.length)) }
}

function offsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone === 'Z') return 0
  const hours = Number(zone.slice(1, 3))
  const minutes = Number(zone.slice(4, 6))
  if (hours > 14 || minutes > 59) return undefined
  return (zone.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * MINUTE_MS
}

const isLeap = (year: number): boolean => year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)

const daysInMonth = (year: number, month: number): number =>
  month === 2 ? (isLeap(year) ? 29 : 28) : [4, 6, 9, 11].includes(month) ? 30 : 31

/** Days since 1970-01-01 of the proleptic Gregorian calendar (years of 400-year eras), so that no Date is needed. */
function utcMs(year: number, month: number, day: number): number {
  const carried = month > 12 ? { y: year + 1, m: 1 } : { y: year, m: month }
  const y = carried.m <= 2 ? carried.y - 1 : carried.y
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * (carried.m + (carried.m > 2 ? -3 : 9)) + 2) / 5) + day - 1
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear
  return (era * 146_097 + dayOfEra - 719_468) * DAY_MS
}

/** The interval of a Period; an absent start or end is open. Undefined when it has neither, or a bad one. */
export function periodInterval(period: {
  readonly start?: unknown
  readonly end?: unknown
}): DateInterval | undefined {
  if (period.start === undefined && period.end === undefined) return undefined
  const low = typeof period.start === 'string' ? dateInterval(period.start) : undefined
  const high = typeof period.end === 'string' ? dateInterval(period.end) : undefined
  if ((period.start !== undefined && !low) || (period.end !== undefined && !high)) return undefined
  return { lowMs: low?.lowMs ?? BEGINNING_MS, highMs: high?.highMs ?? END_MS }
}
