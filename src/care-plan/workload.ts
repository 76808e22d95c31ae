import type { Duty } from './duties.ts'
import { hoursPerWeek as contactHours } from './contact-hours.ts'
import type { ModelProfile } from './model-profile.ts'

/** What a contact, and any other duty, is taken to need when nothing says more. */
const MINUTES = 30
/** Duties that don't recur are done within four weeks. */
const WEEKS = 4
const MINUTES_AN_HOUR = 60

/** Hours a week that a case asks of its manager: the contacts of its model, and its other open duties over four weeks. */
export function hoursPerWeek(duties: readonly Duty[], model: ModelProfile | undefined): number {
  const single = duties.filter(({ rule }) => rule !== 'cadence-contact').length
  const recurring = model ? contactHours(model, { minutes: MINUTES }) : 0
  const hours = recurring + (single * MINUTES) / (WEEKS * MINUTES_AN_HOUR)
  return Math.round(hours * 100) / 100
}
