import { isBusinessDay } from '../../lib/business-days.ts'
import { addDays } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import {
  contactMinutesPerWeek,
  contactsPerWeek,
  minutesIn,
  usualMinutes,
  type MinutesOf,
} from '../load/contact-hours.ts'
import type { ModelProfile } from '../models/model-profile.ts'
import type { Found, LintContext, LintScene, ManagerLoad } from './finding.ts'

const WEEK = 7
const WORKDAYS = 5

/** A full-time week. */
export const fullWeekMinutes = 40 * 60

/** Nothing else in it: what can't be done in that can't be done. */
const fullWeek: ManagerLoad = { capacityMinutes: fullWeekMinutes, plannedMinutes: 0 }

/** What the model asks of its manager in its busiest week. */
export function weeklyDemand(
  { cadence, fidelity }: ModelProfile,
  minutes: MinutesOf = usualMinutes,
): {
  readonly contacts: number
  readonly minutes: number
} {
  const perWeek = cadence.map(phase => contactsPerWeek({ cadence: [phase] }))
  const contacts = Math.max(0, fidelity.contactsPerWeek ?? 0, ...perWeek)
  const phases = cadence.map(phase => contactMinutesPerWeek({ cadence: [phase], fidelity }, { minutes }))
  return { contacts, minutes: Math.max(contacts * minutes('phone'), ...phases) }
}

/** The contacts of the case's model against what is left of the manager's coming week, holidays left out. */
export function cadenceImpossible({ file, context }: LintScene): readonly Found[] {
  const held = file.case.models.at(-1)
  const model = held && context.models(held.model, held.version)
  if (!model) return []
  const { capacityMinutes, plannedMinutes } = context.managerLoad ?? fullWeek
  const { contacts, minutes } = weeklyDemand(model, minutesIn(file))
  const left = Math.floor((capacityMinutes * workdaysAhead(context)) / WORKDAYS - plannedMinutes)
  if (minutes <= left) return []
  return [
    {
      element: { noun: 'case', id: file.case.id, expression: 'EpisodeOfCare.careManager' },
      says: `The model asks for ${Math.ceil(contacts)} contacts and ${Math.ceil(minutes)} minutes a week; the manager has ${Math.max(0, left)} minutes left in the next seven days.`,
      mend: { command: 'HandOver', payload: { to: '<manager>', reason: '<why>' } },
    },
  ]
}

function workdaysAhead({ at, timeZone, calendar }: LintContext): number {
  const today = localDate(startMsOf(at, timeZone), timeZone)
  const days = Array.from({ length: WEEK }, (_, i) => addDays(today, i))
  return days.filter(day => isBusinessDay(day, calendar)).length
}
