import { startMsOf } from '../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { ModelProfile } from './model-profile.ts'

const DAYS_A_WEEK = 7
const MINUTES_AN_HOUR = 60
/** What a contact takes when the case doesn't say yet. */
const CONTACT_MINUTES = 30

/** Contacts a week that a model asks for, once so many were made under it. */
export function contactsPerWeek({ cadence }: Pick<ModelProfile, 'cadence'>, made = 0): number {
  let left = made
  for (const { everyDays, perWeek, times = Number.POSITIVE_INFINITY } of cadence) {
    if (left < times) return Math.max(perWeek ?? 0, DAYS_A_WEEK / everyDays)
    left -= times
  }
  return 0
}

/** How long a contact of this case takes: the mean of those whose minutes were recorded. */
export function minutesPerContact({ contacts }: Pick<CaseFile, 'contacts'>): number {
  const minutes = contacts.flatMap(one => (one.state === 'made' ? (one.minutes ?? []) : []))
  return minutes.length === 0
    ? CONTACT_MINUTES
    : minutes.reduce((sum, each) => sum + each, 0) / minutes.length
}

/** Contacts made from an instant on. */
export const contactsSince = (
  { contacts }: Pick<CaseFile, 'contacts'>,
  { sinceMs, untilMs, timeZone }: Stretch,
): CaseFile['contacts'] =>
  contacts.filter(({ state, at }) => {
    const atMs = startMsOf(at, timeZone)
    return state === 'made' && atMs >= sinceMs && atMs <= untilMs
  })

/** A stretch of time, both ends included. */
export interface Stretch {
  readonly sinceMs: number
  readonly untilMs: number
  readonly timeZone: string
}

/** The manager's hours a week under a model: contacts by what one takes here, and no less than the model's minutes. */
export function hoursPerWeek(
  profile: ModelProfile,
  { minutes, made = 0 }: { readonly minutes: number; readonly made?: number },
): number {
  const planned = contactsPerWeek(profile, made) * minutes
  return Math.max(planned, profile.fidelity.minutesPerWeek ?? 0) / MINUTES_AN_HOUR
}
