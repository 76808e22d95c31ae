import { Type, type Static } from 'typebox'
import { fail, ok, type Result } from '../../lib/result.ts'
import { shiftedTime, startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import { foundNoun } from './found-noun.ts'
import { appointmentPurposes, type Appointment } from '../nouns/contact.ts'
import type { Activity } from '../nouns/plan.ts'
import { idField, partyField, textField } from './payload.ts'

/** What is told of an appointment beside its times. */
export const appointmentFields = {
  purpose: Type.Enum([...appointmentPurposes], { description: 'What it is for.' }),
  text: Type.Optional(textField('What it is, in words.')),
  provider: Type.Optional(partyField('Who gives the service.')),
  location: Type.Optional(
    Type.String({ description: 'Where: `Location/x`.', pattern: '^Location/[A-Za-z0-9\\-.]{1,64}$' }),
  ),
  activity: Type.Optional(idField('The activity that it carries out.')),
  companion: Type.Optional(partyField('Who comes along.')),
}

const appointmentPayload = Type.Object(appointmentFields)
export type AppointmentFields = Static<typeof appointmentPayload>

/** The fields, when the activity is one of the case. */
export function knownFields(
  file: CaseFile,
  { purpose, text, provider, location, activity, companion }: AppointmentFields,
): Result<Pick<Appointment, 'purpose'> & Partial<Appointment>> {
  if (activity !== undefined) {
    const found = foundNoun(file, 'activity', activity)
    if (!found.ok) return found
  }
  return ok({
    purpose,
    ...(text !== undefined && { text }),
    ...(provider !== undefined && { provider }),
    ...(location !== undefined && { location }),
    ...(activity !== undefined && { activity }),
    ...(companion !== undefined && { companion }),
  })
}

const DEFAULT_MINUTES = 30
const MINUTE_MS = 60_000

/** Start and end; an appointment that has a start has an end (R4 app-2), and it is later. */
export function timesOf(
  file: CaseFile,
  { start: from, end: to }: { readonly start?: string; readonly end?: string },
  { activity }: { readonly activity?: string },
): Result<Pick<Appointment, 'start' | 'end'>> {
  if (from === undefined) return to === undefined ? ok({}) : fail(noStart)
  const minutes = activityIn(file, activity)?.durationMinutes ?? DEFAULT_MINUTES
  const until = to ?? shiftedTime(from, minutes * MINUTE_MS)
  return startMsOf(until, 'UTC') > startMsOf(from, 'UTC') ? ok({ start: from, end: until }) : fail(notLater)
}

const noStart = {
  kind: 'unprocessable',
  code: 'appointment-times',
  message: 'An appointment that has an end has a start too.',
} as const
const notLater = {
  kind: 'unprocessable',
  code: 'appointment-times',
  message: 'An appointment ends after it starts.',
} as const

export const activityIn = ({ activities }: CaseFile, id: string | undefined): Activity | undefined =>
  activities.find(activity => activity.id === id)
