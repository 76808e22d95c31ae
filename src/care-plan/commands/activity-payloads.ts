import { Type } from 'typebox'
import { missReasons } from '../nouns/contact.ts'
import { activityKinds, activitySettings, weekdays } from '../nouns/plan.ts'
import { dateTimeField, partyField, textField } from './payload.ts'
import { closed, idList } from './plan-payloads.ts'

/** Pieces of the payloads of activity commands. */

const oneOf = <const T extends readonly string[]>(codes: T, description: string) =>
  Type.Enum([...codes] as T[number][], { description })

export const kindField = oneOf(activityKinds, 'What kind of activity it is')
export const settingField = oneOf(
  activitySettings,
  'Where it takes place: the right setting for this service',
)
export const missReasonField = oneOf(missReasons, 'Code of {cm}/CodeSystem/miss-reason')
export const activityText = textField('What is to be done', 500)

export const codeField = Type.Object(
  {
    system: Type.String({ description: 'Code system', pattern: '^\\S+$', maxLength: 200 }),
    code: Type.String({ description: 'Code', pattern: '^\\S+( \\S+)*$', maxLength: 100 }),
    display: Type.Optional(textField('What the code means', 300)),
  },
  { ...closed, description: 'Code of the service' },
)

/** When, where and by whom: what may be settled at first and changed later. */
export const timing = {
  performer: Type.Optional(partyField('Who does it: `Practitioner/x`, `Organization/x`, `RelatedPerson/x`')),
  perWeek: Type.Optional(Type.Integer({ description: 'Times per week', minimum: 1, maximum: 50 })),
  days: Type.Optional(
    Type.Array(oneOf(weekdays, 'Day of the week'), { description: 'On fixed days', uniqueItems: true }),
  ),
  timeOfDay: Type.Optional(
    Type.String({ description: 'At a fixed time, HH:MM', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' }),
  ),
  durationMinutes: Type.Optional(
    Type.Integer({ description: 'How long it takes each time', minimum: 1, maximum: 1440 }),
  ),
  place: Type.Optional(
    Type.String({ description: 'Place, as `Location/x`', pattern: '^Location/[A-Za-z0-9\\-.]{1,64}$' }),
  ),
  start: Type.Optional(dateTimeField('When it begins')),
  end: Type.Optional(dateTimeField('When it ends')),
}

export const goalsField = idList('Ids of the goals that it serves')
export const needsField = idList('Ids of the needs that are its reason')
export const afterField = idList('Ids of activities that must come first')
