import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CadencePhase, ModelProfile } from '../models/model-profile.ts'
import type { ContactKind } from '../nouns/contact.ts'

const DAYS_A_WEEK = 7
const MINUTES_AN_HOUR = 60
/**
 * What a contact of each kind takes when the case doesn't say yet, the note about it included. Defaults [D]: 30 minutes
 * are what 4 contacts and 120 minutes a week of the intensive model come to (domain.md 4.6); the others by what they add.
 */
export const minutesOfKind: Readonly<Record<ContactKind, number>> = {
  portal: 10,
  phone: 30,
  video: 30,
  office: 45,
  home: 60,
  accompanied: 120,
}

/** Minutes that a contact of a kind takes. */
export type MinutesOf = (kind: ContactKind) => number

export const usualMinutes: MinutesOf = kind => minutesOfKind[kind]

/** Contacts a week that a model asks for, once so many were made under it. */
export function contactsPerWeek({ cadence }: Pick<ModelProfile, 'cadence'>, made = 0): number {
  const phase = phaseAt({ cadence }, made)
  return phase ? Math.max(phase.perWeek ?? 0, DAYS_A_WEEK / phase.everyDays) : 0
}

function phaseAt({ cadence }: Pick<ModelProfile, 'cadence'>, made: number): CadencePhase | undefined {
  let left = made
  for (const phase of cadence) {
    const { times = Number.POSITIVE_INFINITY } = phase
    if (left < times) return phase
    left -= times
  }
  return undefined
}

/** How long contacts of this case take: the mean of those of the kind whose minutes were recorded, else the usual. */
export const minutesIn =
  ({ contacts }: Pick<CaseFile, 'contacts'>): MinutesOf =>
  kind => {
    const recorded = contacts.filter(one => one.state === 'made' && one.kind === kind)
    const minutes = recorded.flatMap(one => one.minutes ?? [])
    return minutes.length === 0
      ? minutesOfKind[kind]
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

/**
 * The manager's minutes a week for the contacts of a model: as many at home as must be face to face, the others by phone,
 * each by what one takes; no less than the model asks for.
 */
export function contactMinutesPerWeek(
  profile: Pick<ModelProfile, 'cadence' | 'fidelity'>,
  { minutes = usualMinutes, made = 0 }: { readonly minutes?: MinutesOf; readonly made?: number } = {},
): number {
  const count = contactsPerWeek(profile, made)
  const { inPersonDays } = phaseAt(profile, made) ?? {}
  const inPerson = inPersonDays === undefined ? 0 : Math.min(count, DAYS_A_WEEK / inPersonDays)
  const planned = inPerson * minutes('home') + (count - inPerson) * minutes('phone')
  return Math.max(planned, profile.fidelity.minutesPerWeek ?? 0)
}

/** The same in hours. */
export const hoursPerWeek = (
  profile: ModelProfile,
  frame: { readonly minutes?: MinutesOf; readonly made?: number } = {},
): number => contactMinutesPerWeek(profile, frame) / MINUTES_AN_HOUR
