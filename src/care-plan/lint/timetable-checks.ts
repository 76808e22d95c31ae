import { daysBetween, weekdayOf, type CalendarDate } from '../../lib/calendar-date.ts'
import { localDate, startMsOf, zonedTextOf } from '../../lib/fhir-time.ts'
import type { Appointment } from '../nouns/contact.ts'
import { weekdays, type Activity } from '../nouns/plan.ts'
import { adapted } from './activity-checks.ts'
import type { Found, LintElement, LintScene } from './finding.ts'
import { isOpenActivity } from './goal-checks.ts'

/** Minutes to get from one place to another. */
const TRAVEL_MINUTES = 30
const DEFAULT_MINUTES = 60
const DAY_MINUTES = 1440

/** A time at which the patient is taken up: on certain weekdays between two days, or on one day. */
interface Slot {
  readonly element: LintElement
  readonly mend: Found['mend'] & object
  readonly days: readonly number[]
  readonly from?: CalendarDate
  readonly to?: CalendarDate
  /** Minutes since midnight; the end may lie in the next day. */
  readonly start: number
  readonly end: number
  /** Absent = at a distance or unknown. */
  readonly place?: string
  /** Activity that it is, or carries out. */
  readonly activity?: string
}

export const overlapping = (scene: LintScene): readonly Found[] =>
  clashes(scene, (first, second) => second.start < first.end).map(({ element, mend }) => ({
    element,
    mend,
    says: 'Two services fall on the same time.',
  }))

export const impossibleTravel = (scene: LintScene): readonly Found[] =>
  clashes(scene, isTooFar).map(({ element, mend }) => ({
    element,
    mend,
    says: `Two services at different places follow one another with less than ${TRAVEL_MINUTES} minutes between.`,
  }))

const isTooFar = (first: Slot, second: Slot): boolean =>
  second.start >= first.end &&
  second.start - first.end < TRAVEL_MINUTES &&
  first.place !== undefined &&
  second.place !== undefined &&
  first.place !== second.place

/** The later one of every two that get in each other's way on some day. */
function clashes(scene: LintScene, isClash: (first: Slot, second: Slot) => boolean): readonly Slot[] {
  const slots = slotsOf(scene).toSorted((a, b) => a.start - b.start || (a.element.id < b.element.id ? -1 : 1))
  return slots.filter((second, i) =>
    slots
      .slice(0, i)
      .some(first => isSameDay(first, second) && !isSame(first, second) && isClash(first, second)),
  )
}

const isSame = (a: Slot, b: Slot): boolean => a.activity !== undefined && a.activity === b.activity

/** Whether some day belongs to both. */
function isSameDay(a: Slot, b: Slot): boolean {
  const from = [a.from ?? '', b.from ?? ''].toSorted().at(-1) ?? ''
  const to = [a.to ?? '9999-12-31', b.to ?? '9999-12-31'].toSorted()[0] ?? ''
  if (from > to) return false
  const shared = a.days.filter(day => b.days.includes(day))
  if (from === '' || to === '9999-12-31') return shared.length > 0
  const length = daysBetween(from, to)
  return shared.some(day => (((day - weekdayOf(from)) % 7) + 7) % 7 <= length)
}

const slotsOf = ({ file, activities, context: { timeZone } }: LintScene): readonly Slot[] => [
  ...activities.filter(isOpenActivity).flatMap(activity => weekly(activity, timeZone)),
  ...file.appointments.flatMap(appointment => once(appointment, timeZone)),
]

/** weekdayOf: 0 = Sunday. */
const numberOfDay = (day: string): number => ((weekdays as readonly string[]).indexOf(day) + 1) % 7

function weekly(activity: Activity, timeZone: string): readonly Slot[] {
  const { id, days, timeOfDay, durationMinutes = DEFAULT_MINUTES, start, end } = activity
  if (timeOfDay === undefined || days.length === 0) return []
  const begins = minutesIn(timeOfDay)
  return [
    {
      element: { noun: 'activity', id, expression: 'ServiceRequest.occurrence' },
      mend: adapted(id, { timeOfDay: '<HH:MM>', days: ['<day>'] }),
      days: days.map(numberOfDay),
      ...(start !== undefined && { from: dayIn(start, timeZone) }),
      ...(end !== undefined && { to: dayIn(end, timeZone) }),
      start: begins,
      end: begins + durationMinutes,
      ...placeOf(activity.place, activity.setting),
      activity: id,
    },
  ]
}

const TAKES_TIME: ReadonlySet<string> = new Set(['proposed', 'pending', 'booked', 'arrived'])

function once({ id, state, start, end, location, activity }: Appointment, timeZone: string): readonly Slot[] {
  if (!TAKES_TIME.has(state) || start === undefined) return []
  const startMs = startMsOf(start, timeZone)
  const minutes = end === undefined ? DEFAULT_MINUTES : (startMsOf(end, timeZone) - startMs) / 60_000
  const day = localDate(startMs, timeZone)
  const begins = minutesIn(zonedTextOf(startMs, timeZone).slice(11, 16))
  return [
    {
      element: { noun: 'appointment', id, expression: 'Appointment.start' },
      mend: {
        command: 'RescheduleAppointment',
        payload: { appointment: id, start: '<start>', end: '<end>' },
      },
      days: [weekdayOf(day)],
      from: day,
      to: day,
      start: begins,
      end: Math.min(begins + minutes, 2 * DAY_MINUTES),
      ...placeOf(location, undefined),
      ...(activity !== undefined && { activity }),
    },
  ]
}

/** Where it is; a service at a distance is nowhere. */
const placeOf = (place: string | undefined, setting: string | undefined): { readonly place?: string } => {
  if (setting === 'remote') return {}
  if (place !== undefined) return { place }
  return setting === undefined ? {} : { place: setting }
}

const minutesIn = (clock: string): number => Number(clock.slice(0, 2)) * 60 + Number(clock.slice(3, 5))

const dayIn = (time: string, timeZone: string): CalendarDate => localDate(startMsOf(time, timeZone), timeZone)
