import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Contact, Transition } from '../nouns/contact.ts'

/** Time spent on a case in one calendar month of its zone. */
export interface MonthMinutes {
  /** `2026-12`. */
  readonly month: string
  /** Minutes that count for ChronicCareMgmt. */
  readonly minutes: number
  /** Minutes of contacts within a transition: they belong to TransitionalCare and are never counted twice. */
  readonly transitionalMinutes: number
  /** Steps of 20 minutes reached: CPT 99490 is the first, 99439 each further one. */
  readonly steps: number
  /** Ids of the contacts counted, of both kinds. */
  readonly contacts: readonly string[]
}

/** CMS Chronic Care Management: at least so many minutes of clinical staff a calendar month, and for each further step. */
const STEP_MINUTES = 20

/** The months in which contacts were made, oldest first (domain.md 4.8). */
export function minutesByMonth(
  { contacts, transitions }: Pick<CaseFile, 'contacts' | 'transitions'>,
  timeZone: string,
): readonly MonthMinutes[] {
  const made = contacts.flatMap(contact => timedContact(contact, transitions, timeZone))
  return [...Map.groupBy(made, ({ day }) => day.slice(0, 7))]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, list]) => {
      const minutes = total(list.filter(({ isTransitional }) => !isTransitional))
      return {
        month,
        minutes,
        transitionalMinutes: total(list.filter(({ isTransitional }) => isTransitional)),
        steps: Math.floor(minutes / STEP_MINUTES),
        contacts: list.map(({ id }) => id),
      }
    })
}

interface TimedContact {
  readonly id: string
  readonly day: string
  readonly minutes: number
  readonly isTransitional: boolean
}

function timedContact(
  { id, state, at, minutes }: Contact,
  transitions: readonly Transition[],
  timeZone: string,
): readonly TimedContact[] {
  const atMs = startMsOf(at, timeZone)
  if (state !== 'made' || minutes === undefined || Number.isNaN(atMs)) return []
  const day = localDate(atMs, timeZone)
  return [{ id, day, minutes, isTransitional: transitions.some(one => isWithin(day, one, timeZone)) }]
}

/** A voided transition never was; the clocks run only after a discharge to the community. */
const running: ReadonlySet<Transition['state']> = new Set([
  'discharged-community',
  'stabilised',
  'readmitted',
  'died',
])

function isWithin(day: string, { state, start, end }: Transition, timeZone: string): boolean {
  if (!running.has(state) || start === undefined) return false
  const dayOf = (text: string): string =>
    text.includes('T') ? localDate(startMsOf(text, timeZone), timeZone) : text
  return dayOf(start) <= day && (end === undefined || day <= dayOf(end))
}

const total = (list: readonly TimedContact[]): number => list.reduce((sum, { minutes }) => sum + minutes, 0)
