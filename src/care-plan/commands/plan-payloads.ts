import { Type } from 'typebox'
import { dateField, dateTimeField, idField, partyField, textField } from './payload.ts'

/** Pieces of the payloads of plan, goal and activity commands. */

/** Refuses what it doesn't name. */
export const closed = { additionalProperties: false } as const

export const idList = (description: string) =>
  Type.Array(idField('Id'), { description, maxItems: 100, uniqueItems: true })

export const planId = idField('Id of the plan')
export const goalId = idField('Id of the goal')
export const activityId = idField('Id of the activity')
export const why = textField('Why, in the words of who does it')

export const planChanges = Type.Object(
  {
    title: Type.Optional(textField('Title of the plan', 200)),
    start: Type.Optional(dateTimeField('When it is to begin')),
    end: Type.Optional(dateTimeField('When it is to end')),
    addGoals: Type.Optional(idList('Ids of goals to put in')),
    removeGoals: Type.Optional(idList('Ids of goals to take out')),
    addActivities: Type.Optional(idList('Ids of activities to put in')),
    removeActivities: Type.Optional(idList('Ids of activities to take out')),
    addNeeds: Type.Optional(idList('Ids of needs to put in')),
    removeNeeds: Type.Optional(idList('Ids of needs to take out')),
    addStrengths: Type.Optional(idList('Ids of strengths to put in')),
    removeStrengths: Type.Optional(idList('Ids of strengths to take out')),
  },
  { ...closed, minProperties: 1 },
)

const level = (description: string) => textField(description, 500)

/** The five texts of goal attainment scaling. */
export const gasTexts = Type.Tuple(
  [
    level('-2: much less than expected'),
    level('-1: less than expected'),
    level('0: expected'),
    level('+1: more than expected'),
    level('+2: much more than expected'),
  ],
  { description: 'What each of the five levels looks like, from -2 to +2' },
)

export const weightField = Type.Integer({
  description: 'Weight for the GAS T score: 1 (as important as any) to 3',
  minimum: 1,
  maximum: 3,
})

export const targetField = dateField('Day by which it is to be reached')
export const byField = partyField('Who says so: `Patient/x`, `RelatedPerson/x`, `Practitioner/x`')
