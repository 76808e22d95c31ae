import { Type } from 'typebox'
import { eventSchema } from './schemas.ts'

/** The shapes of the views of a case. A field that the case doesn't have is left out unless it is said to be null. */

const text = Type.String()
const optional = Type.Optional
const nullable = <T extends Parameters<typeof Type.Array>[0]>(schema: T) => Type.Union([schema, Type.Null()])
const time = (description: string) => Type.String({ description, examples: ['2026-10-13T09:00:00-04:00'] })
const versioned = {
  version: Type.String({ description: 'Version of the case; its ETag without W/ and quotes.' }),
}
/** A noun of the case with all its fields (docs/reference/case-api.md). */
const noun = Type.Object({ id: text, state: text }, { additionalProperties: true })
const texts = Type.Array(text)

const model = Type.Object({ id: text, version: optional(text), since: optional(text), title: optional(text) })

const duty = Type.Object({
  id: Type.String({ description: 'Id of the Task.' }),
  rule: Type.String({ examples: ['contact'] }),
  state: Type.String({ examples: ['due', 'missed'] }),
  due: optional(time('End of the time for it.')),
  owner: optional(text),
  overdue: Type.Boolean(),
})

const ground = Type.Object({
  what: Type.Enum(['case', 'task', 'assignment', 'visit']),
  reference: text,
  rule: optional(text),
  state: text,
  since: optional(text),
})

const member = Type.Object({
  member: text,
  role: text,
  active: Type.Boolean(),
  start: optional(text),
  end: optional(text),
  reason: Type.String({ description: 'The rule that makes a member of it, in words.' }),
  onBehalfOf: optional(Type.String({ description: 'Organisation that the member acts for.' })),
  source: Type.Enum(['case', 'assignment', 'encounter', 'task', 'pin'], {
    description: 'What makes a member of it; `pin`: somebody put it there by hand.',
  }),
  because: Type.Array(ground, {
    description: 'The case, tasks, assignments and visits that it rests on.',
  }),
})

export const caseSchema = Type.Object(
  {
    id: text,
    patient: Type.String({ description: 'Id of the Patient.' }),
    ...versioned,
    at: optional(time('The time that was asked for.')),
    state: Type.String({ description: 'Exact state.', examples: ['active'] }),
    status: Type.String({ description: 'EpisodeOfCare.status.', examples: ['active'] }),
    mergedInto: optional(
      Type.Object(
        { case: text, state: text },
        {
          additionalProperties: true,
          description: 'The case that goes on in its place (MergeCases), and where it stood then.',
        },
      ),
    ),
    mergedFrom: optional(Type.Array(text, { description: 'Ids of the cases that were joined to this one.' })),
    phases: Type.Array(text, {
      description: 'Phases that hold; derived.',
      examples: [['implementing', 'following-up']],
    }),
    caseType: text,
    model: nullable(model),
    plan: nullable(
      Type.Object({
        id: text,
        state: text,
        version: text,
        start: optional(text),
        goals: Type.Integer(),
        activities: Type.Integer(),
      }),
    ),
    goals: Type.Array(noun),
    team: Type.Array(member),
    duties: Type.Object({ open: Type.Integer(), overdue: Type.Integer(), list: Type.Array(duty) }),
    nextContact: nullable(Type.Object({ what: text, id: text, at: text, kind: text, by: optional(text) })),
    flags: Type.Array(noun),
    risk: Type.Array(noun),
  },
  { additionalProperties: true },
)

export const caseListSchema = Type.Object({
  cases: Type.Array(
    Type.Object({
      id: text,
      patient: text,
      state: text,
      status: text,
      caseType: text,
      isWaitlisted: Type.Boolean(),
      acuity: optional(text),
      manager: optional(text),
      assigner: optional(text),
      start: optional(text),
      end: optional(text),
      model: nullable(model),
      flags: texts,
      updated: time('When its EpisodeOfCare last changed.'),
    }),
  ),
  next: optional(Type.String({ description: 'Cursor of the next page; none on the last one.' })),
  total: optional(Type.Integer()),
})

export const timelineSchema = Type.Object({
  events: Type.Array(eventSchema),
  next: optional(Type.String({ description: 'Cursor of the next page; none on the last one.' })),
})

export const planSchema = Type.Object({
  ...versioned,
  plan: nullable(noun),
  goals: Type.Array(noun),
  activities: Type.Array(noun),
  needs: Type.Array(noun),
  strengths: Type.Array(noun),
  barriers: Type.Array(noun),
  versions: Type.Array(Type.Object({ id: text, state: text, version: text }, { additionalProperties: true })),
})

export const teamSchema = Type.Object({
  teams: Type.Array(Type.Object({ id: text, status: text })),
  members: Type.Array(member),
})

export const legalSchema = Type.Object({
  ...versioned,
  case: Type.Object({ state: text, legal: texts }),
  new: Type.Array(text, { description: 'Commands that bring something new.' }),
  nouns: Type.Array(Type.Object({ noun: text, id: text, state: text, legal: texts })),
  other: Type.Array(text, { description: 'Commands that change what is there without moving its state.' }),
})

export const riskSchema = Type.Object({
  ...versioned,
  acuity: nullable(text),
  live: Type.Array(
    Type.Object(
      { encounter: text, asOf: text, scores: Type.Array(Type.Unknown()) },
      {
        description: 'While the patient is in hospital: as it would be at a discharge now.',
      },
    ),
  ),
  latest: Type.Array(noun),
  all: Type.Array(noun),
  facilities: Type.Array(Type.Unknown(), { description: 'Stays that are one way through facilities.' }),
})

const elementChange = Type.Object({
  path: Type.String({ examples: ['goals[g1].text'] }),
  change: Type.Enum(['added', 'removed', 'changed']),
  before: optional(Type.Unknown()),
  after: optional(Type.Unknown()),
})

export const diffSchema = Type.Object({
  id: text,
  from: text,
  to: nullable(text),
  version: Type.Object({ from: nullable(text), to: text }),
  changes: Type.Array(elementChange),
})

export const planDiffSchema = Type.Object({
  id: text,
  from: text,
  to: text,
  changes: Type.Array(elementChange),
})

export const lintSchema = Type.Object({
  ...versioned,
  plan: nullable(text),
  errors: Type.Integer(),
  warnings: Type.Integer(),
  findings: Type.Array(
    Type.Object({
      rule: Type.String({ examples: ['goal-without-activity'] }),
      severity: Type.Enum(['error', 'warning', 'information']),
      element: Type.Object({ noun: text, id: text, expression: text }),
      says: text,
      mend: optional(
        Type.Object(
          { command: text, payload: Type.Unknown() },
          { description: 'The command that mends it.' },
        ),
      ),
    }),
  ),
})

export const minutesSchema = Type.Object({
  ...versioned,
  months: Type.Array(
    Type.Object({
      month: Type.String({ examples: ['2026-12'] }),
      minutes: Type.Integer({ description: 'Minutes that count for ChronicCareMgmt.' }),
      transitionalMinutes: Type.Integer(),
      steps: Type.Integer({ description: 'Steps of 20 minutes reached.' }),
      contacts: texts,
    }),
  ),
  services: Type.Array(
    Type.Object({
      activity: text,
      text,
      kept: Type.Integer(),
      missed: Type.Integer(),
      lateCancelled: Type.Integer(),
      excused: Type.Integer(),
      ratio: optional(Type.Number()),
      isToAdapt: Type.Boolean(),
    }),
  ),
})

const source = Type.Object({
  kind: text,
  id: text,
  says: Type.String({ examples: ['the discharge'] }),
  at: optional(text),
  message: optional(Type.String({ description: 'meta.source of the message that told it.' })),
  encounter: optional(text),
  about: optional(Type.String({ description: 'What it was, in the words of who reported it.' })),
  withdrawnAt: optional(Type.String({ description: 'When it became known that it does not hold any more.' })),
})

export const obligationsSchema = Type.Object({
  ...versioned,
  open: Type.Integer(),
  overdue: Type.Integer(),
  obligations: Type.Array(
    Type.Object(
      {
        id: Type.String({ description: 'Id of the Task.' }),
        rule: text,
        says: Type.String({ description: 'What is to be done, and the rule in words.' }),
        source: Type.String({ description: 'Clause or source of the rule.' }),
        trigger: source,
        arithmetic: optional(Type.String({ description: 'How the due time was computed.' })),
        voided: optional(
          Type.Object(
            { reason: text, says: text, at: optional(text) },
            { description: 'Why it need not be done after all, and when that became known.' },
          ),
        ),
        due: optional(text),
        state: text,
        status: text,
        owner: optional(text),
        overdue: Type.Boolean(),
        outputs: texts,
      },
      { additionalProperties: true },
    ),
  ),
})

export const dutyLine = Type.Object({
  rule: text,
  trigger: Type.String({
    description: 'Id of what calls for it; `model:now` and `preview-...` are only supposed.',
  }),
  due: text,
  words: text,
})

export const whatIfSchema = Type.Object({
  ...versioned,
  raised: Type.Array(dutyLine, { description: 'Duties that there would be.' }),
  gone: Type.Array(dutyLine, { description: 'Duties that there would not be any more.' }),
  moved: Type.Array(Type.Object({ rule: text, trigger: text, from: text, to: text })),
  workload: Type.Object(
    { before: Type.Number(), after: Type.Number() },
    { description: 'Hours a week that the case asks of its manager.' },
  ),
})
