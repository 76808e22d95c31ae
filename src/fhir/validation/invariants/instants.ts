const DATE_TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2}(?:\.\d+)?)(?:Z|([+-])(\d{2}):(\d{2}))$/

/**
 * True when the first date or dateTime is certainly after the second. Of different precision, the shorter stands for all
 * of its year, month or day: 2026-03-14T10:00:00Z isn't after 2026-03-14.
 */
export function isAfter(a: string, b: string): boolean {
  if (a.length === b.length && a.slice(-6) === b.slice(-6)) return a > b
  const [left, right] = [secondsOf(a), secondsOf(b)]
  if (left !== undefined && right !== undefined) return left > right
  const length = Math.min(a.length, b.length, 10)
  return a.slice(0, length) > b.slice(0, length)
}

/** Seconds since 1970 of a date with time and zone. */
function secondsOf(text: string): number | undefined {
  const found = DATE_TIME.exec(text)
  if (!found) return undefined
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = found.slice(1, 7).map(Number)
  const offset = (Number(found[8] ?? 0) * 60 + Number(found[9] ?? 0)) * (found[7] === '-' ? -1 : 1)
  return daysBefore(year, month, day) * 86_400 + (hour * 60 + minute - offset) * 60 + second
}

/** Days from 1970-01-01 in the Gregorian calendar, years beginning in March so that the leap day comes last. */
function daysBefore(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year
  const dayOfYear = Math.floor((153 * ((month + 9) % 12) + 2) / 5) + day - 1
  return (
    shifted * 365 +
    Math.floor(shifted / 4) -
    Math.floor(shifted / 100) +
    Math.floor(shifted / 400) +
    dayOfYear -
    719_468
  )
}
