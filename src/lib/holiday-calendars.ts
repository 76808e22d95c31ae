import { createRequire } from 'node:module'
import type Holidays from 'date-holidays'
import type { Calendar } from './business-days.ts'

/** Country of each calendar that CALENDAR may name (interface.md 2). */
export const calendarCountries = { 'us-federal': 'US', it: 'IT', pt: 'PT', br: 'BR' } as const

export type CalendarName = keyof typeof calendarCountries

/**
 * The nation-wide public holidays of a country, days observed instead of a week-end included; regional days and patron
 * saints are not. Years are computed when first asked for.
 */
export function holidayCalendar(name: CalendarName): Calendar {
  let source: Holidays | undefined
  const years = new Map<string, ReadonlyMap<string, string>>()
  const yearOf = (date: string): ReadonlyMap<string, string> => {
    const year = date.slice(0, 4)
    const known = years.get(year) ?? holidaysOf((source ??= holidaysIn(calendarCountries[name])), year)
    years.set(year, known)
    return known
  }
  return {
    isHoliday: date => yearOf(date).has(date),
    nameOf: date => yearOf(date).get(date),
  }
}

/** Loaded with the first date that is asked for: 0.2 s and 30 MB that a start doesn't wait for. */
function holidaysIn(country: string): Holidays {
  const Library = createRequire(import.meta.url)('date-holidays') as typeof Holidays
  return new Library(country, { types: ['public'] })
}

/** Name of each holiday of a year by its date. */
const holidaysOf = (source: Holidays, year: string): ReadonlyMap<string, string> =>
  new Map(source.getHolidays(Number(year)).map(({ date, name }) => [date.slice(0, 10), name]))
