import { Temporal } from 'temporal-polyfill'

/** The offset `+HH:MM` of a whole local hour of a zone; undefined where the hour is skipped or its offset changes. */
type HourOffset = string | undefined

/** Beyond this a zone's table is dropped and built anew: it is a memo, hostile dates must not make it grow. */
const HOURS_MAX = 20_000

const tables = new Map<string, Map<string, HourOffset>>()

/**
 * A wall-clock time `YYYY-MM-DDTHH:MM:SS` of a zone, with its offset: `2026-03-14T08:30:00-04:00`. A time that the
 * clocks skipped is moved forward by the gap (02:30 becomes 03:30); one that came twice is the first, with the
 * earlier offset. Offsets with seconds (local mean time, before about 1900) are cut to minutes, as FHIR has none.
 * Throws on an unknown zone: configuration was checked by then.
 */
export function zonedText(timeZone: string, local: string): string {
  const offset = hourOffset(timeZone, local.slice(0, 13))
  return offset === undefined ? resolved(timeZone, local) : local + offset
}

function hourOffset(timeZone: string, hour: string): HourOffset {
  let table = tables.get(timeZone)
  if (table === undefined || table.size >= HOURS_MAX) {
    table = new Map()
    tables.set(timeZone, table)
  }
  if (table.has(hour)) return table.get(hour)
  const offset = computedOffset(timeZone, hour)
  table.set(hour, offset)
  return offset
}

function computedOffset(timeZone: string, hour: string): HourOffset {
  const [start, end] = [`${hour}:00:00`, `${hour}:59:59`]
  const [first, last] = [resolved(timeZone, start), resolved(timeZone, end)]
  const isPlain = first.startsWith(start) && last.startsWith(end) && first.slice(19) === last.slice(19)
  return isPlain ? first.slice(19) : undefined
}

function resolved(timeZone: string, local: string): string {
  const zoned = Temporal.PlainDateTime.from(local).toZonedDateTime(timeZone, { disambiguation: 'compatible' })
  return zoned.toPlainDateTime().toString({ smallestUnit: 'second' }) + zoned.offset.slice(0, 6)
}

const PARTS = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(:\d\d)(\.\d+)?([+-])(\d\d):(\d\d)$/
const DAY_MINUTES = 24 * 60

/**
 * `YYYY-MM-DDTHH:MM:SS[.f]+HH:MM` as UTC with milliseconds, further digits cut; undefined where UTC falls outside the
 * years 1 to 9999. Plain arithmetic: it runs several times for every message.
 */
export function utcInstant(text: string): string | undefined {
  const [, year, month, day, hour, minute, seconds, fraction = '.', sign, hours, minutes] =
    PARTS.exec(text) ?? []
  const shift = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? 1 : -1)
  const moved = Number(hour) * 60 + Number(minute) + shift
  const days = Math.floor(moved / DAY_MINUTES)
  const date =
    days === 0
      ? `${year}-${month}-${day}`
      : dateOfDay(dayOfDate(Number(year), Number(month), Number(day)) + days)
  if (date === undefined) return undefined
  const inDay = moved - days * DAY_MINUTES
  const time = `${two(Math.floor(inDay / 60))}:${two(inDay % 60)}`
  return `${date}T${time}${seconds}${`${fraction}000`.slice(0, 4)}Z`
}

const two = (value: number): string => String(value).padStart(2, '0')

/** Days in the proleptic Gregorian calendar, counted in years that begin in March so that leap days come last. */
function dayOfDate(year: number, month: number, day: number): number {
  const march = month > 2 ? year : year - 1
  const dayOfYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + day - 1
  return march * 365 + Math.floor(march / 4) - Math.floor(march / 100) + Math.floor(march / 400) + dayOfYear
}

function dateOfDay(days: number): string | undefined {
  const era = Math.floor(days / 146_097)
  const inEra = days - era * 146_097
  const century = Math.floor(
    (inEra - Math.floor(inEra / 1460) + Math.floor(inEra / 36_524) - Math.floor(inEra / 146_096)) / 365,
  )
  const inYear = inEra - (365 * century + Math.floor(century / 4) - Math.floor(century / 100))
  const march = Math.floor((5 * inYear + 2) / 153)
  const month = march < 10 ? march + 3 : march - 9
  const year = century + era * 400 + (month <= 2 ? 1 : 0)
  const date = `${two(month)}-${two(inYear - Math.floor((153 * march + 2) / 5) + 1)}`
  return year >= 1 && year <= 9999 ? `${String(year).padStart(4, '0')}-${date}` : undefined
}
