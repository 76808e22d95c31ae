import { addDays, weekdayOf, type CalendarDate } from './calendar-date.ts'

/** Says which days are holidays; weekends are nobody's to configure yet. */
export interface Calendar {
  readonly isHoliday: (date: CalendarDate) => boolean
  /** Name of the holiday, for people; undefined when the day is none or nobody knows. */
  readonly nameOf?: (date: CalendarDate) => string | undefined
}

/**
 * The day on which the n-th business day after `date` ends. Day 0 is the day of the event, whatever day it is
 * (as CMS counts the two business days of transitional care after the date of discharge).
 */
export function addBusinessDays(date: CalendarDate, businessDays: number, calendar: Calendar): CalendarDate {
  let day = date
  for (let left = businessDays; left > 0;) {
    day = addDays(day, 1)
    if (isBusinessDay(day, calendar)) left -= 1
  }
  return day
}

/** The days that `addBusinessDays`, or with -1 `businessDaysBefore`, passed over, in the order it went. */
export function skippedDays(
  date: CalendarDate,
  businessDays: number,
  calendar: Calendar,
  step: 1 | -1 = 1,
): readonly CalendarDate[] {
  const skipped: CalendarDate[] = []
  let day = date
  for (let left = businessDays; left > 0;) {
    day = addDays(day, step)
    if (isBusinessDay(day, calendar)) left -= 1
    else skipped.push(day)
  }
  return skipped
}

/** The n-th business day before `date`, which itself is day 0. */
export function businessDaysBefore(
  date: CalendarDate,
  businessDays: number,
  calendar: Calendar,
): CalendarDate {
  let day = date
  for (let left = businessDays; left > 0;) {
    day = addDays(day, -1)
    if (isBusinessDay(day, calendar)) left -= 1
  }
  return day
}

export function isBusinessDay(date: CalendarDate, calendar: Calendar): boolean {
  const weekday = weekdayOf(date)
  return weekday !== 0 && weekday !== 6 && !calendar.isHoliday(date)
}
