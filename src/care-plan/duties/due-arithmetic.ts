import { skippedDays, type Calendar } from '../../lib/business-days.ts'
import { weekdayOf, type CalendarDate } from '../../lib/calendar-date.ts'
import { localDate, startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import { zoneOf, type Duty } from './duties.ts'
import { spanWords } from './duty-words.ts'

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']

/** `Mon 2026-11-30`. */
export const shortDay = (date: CalendarDate): string => `${WEEKDAYS[weekdayOf(date)] ?? ''} ${date}`

export interface ArithmeticContext {
  readonly calendar: Calendar
  readonly timeZone: string
}

/**
 * How a due time was computed, for people: `Wed 2026-11-25 + 2 business days: Thu 2026-11-26 Thanksgiving Day,
 * Sat 2026-11-28, Sun 2026-11-29 skipped -> Mon 2026-11-30`. Days skipped are told by name.
 */
export function dueArithmetic(
  { trigger, dueIn, due }: Pick<Duty, 'trigger' | 'dueIn' | 'due'>,
  context: ArithmeticContext,
): string {
  const { calendar } = context
  const timeZone = zoneOf(trigger, context)
  const last = shortDay(localDate(startMsOf(due, timeZone), timeZone))
  if (dueIn.unit === 'on') return `the record names ${last}`
  const from = localDate(trigger.atMs, timeZone)
  const span = spanWords(dueIn)
  if (dueIn.unit === 'before') {
    const skipped = skippedDays(dueIn.date, dueIn.count, calendar, -1)
    return `${shortDay(dueIn.date)} - ${span}${passedOver(skipped, calendar)} -> ${last}`
  }
  if (dueIn.unit === 'hours') {
    const clock = (text: string): string => `${shortDay(text.slice(0, 10))} ${text.slice(11, 16)}`
    return `${clock(zonedTextOf(trigger.atMs, timeZone))} + ${span} -> ${clock(due)}`
  }
  const skipped = dueIn.unit === 'business-days' ? skippedDays(from, dueIn.count, calendar) : []
  return `${shortDay(from)} + ${span}${passedOver(skipped, calendar)} -> ${last}`
}

const passedOver = (skipped: readonly CalendarDate[], calendar: Calendar): string => {
  const named = skipped.map(date => [shortDay(date), calendar.nameOf?.(date)].filter(Boolean).join(' '))
  return named.length === 0 ? '' : `: ${named.join(', ')} skipped`
}
