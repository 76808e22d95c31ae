import { Type } from 'typebox'
import { actorHeader, idempotencyKeyHeader, ifMatchHeader } from '../header-schemas.ts'
import { INSTANT_PATTERN } from '../../lib/fhir-time.ts'

/** Pieces of the schemas that describe the case API in /openapi.json; what goes in is checked by them too. */

export const caseParams = Type.Object({
  id: Type.String({
    description: 'Id of the case: that of its EpisodeOfCare.',
    pattern: '^[A-Za-z0-9\\-.]{1,64}$',
    examples: ['0198f3a2-7c4e-8b21-9d10-5a6c7e8f9012'],
  }),
})

export const instantText = (description: string) =>
  Type.String({ description, pattern: INSTANT_PATTERN, examples: ['2026-10-13T09:00:00-04:00'] })

export const viewQuery = Type.Object(
  {
    at: Type.Optional(
      instantText('As it was known at this time: a date with time and offset (write + as %2B).'),
    ),
  },
  { additionalProperties: false },
)

/** Headers are described, not closed: every client sends others too. */
export const writeHeaders = Type.Object({
  'x-actor': actorHeader,
  'if-match': ifMatchHeader('ETag of the case as you saw it: 412 when it has changed since.'),
  'idempotency-key': idempotencyKeyHeader,
})

const text = Type.String()
export const reference = (description: string) =>
  Type.String({ description, examples: ['Practitioner/noor'] })
const optional = Type.Optional

export const eventSchema = Type.Object({
  id: Type.String({ description: 'Stable: the id of the CloudEvent.' }),
  type: Type.String({ examples: ['GoalSet'] }),
  noun: Type.String({ examples: ['goal'] }),
  nounId: text,
  at: Type.String({ description: 'When it happened.' }),
  recorded: Type.String({ description: 'When it was recorded.' }),
  actor: reference('Who did it.'),
  reason: optional(text),
  changes: Type.Unknown({
    description: 'The fields that got a new value; all of them at the birth of a noun.',
  }),
})

export const caseAnswer = Type.Object({
  case: Type.Object({
    id: text,
    state: Type.String({ examples: ['active'] }),
    version: Type.String({ description: 'The ETag without W/ and quotes.' }),
  }),
  events: Type.Array(eventSchema, { description: 'What the command came to, duties that follow included.' }),
  resources: Type.Array(text, { description: 'References of everything that changed.' }),
})

const problemSchema = Type.Object(
  {
    type: Type.String({ examples: ['urn:casewire:error:illegal-transition'] }),
    title: text,
    status: Type.Integer(),
    detail: text,
    code: optional(Type.String({ description: 'docs/reference/errors.md' })),
    location: optional(Type.String({ description: 'The field or element at fault.' })),
    legal: optional(
      Type.Array(text, {
        description: '409, and 422 of a rule or a condition: the commands that are possible now.',
      }),
    ),
    rule: optional(Type.String({ description: '422: the number of the rule.', examples: ['I3'] })),
    why: optional(Type.String({ description: '409, 412 and 422: what stands in the way.' })),
    version: optional(Type.String({ description: '412: the version that stands; ETag has it too.' })),
    issues: optional(
      Type.Array(Type.Object({ location: optional(text), detail: text }), {
        description: 'Every fault, when there are several.',
      }),
    ),
  },
  { description: 'RFC 9457' },
)

const meanings: Readonly<Record<number, string>> = {
  400: 'The request is malformed: `location` names the field.',
  403: 'The Host of the request is not this server (`host-strange`).',
  404: 'No such case, noun or command.',
  409: 'Not possible in this state: `legal` lists what is.',
  410: '`next` is older than an hour: begin again without it.',
  412: 'The case has changed since the version that If-Match names.',
  413: 'The body is too large.',
  415: 'Send application/json.',
  422: 'A rule forbids it: `rule` and `why` say which.',
  503: 'Nothing was written; try again.',
}

/** Responses of these statuses, as problem+json. */
export const problems = (...statuses: readonly number[]): Readonly<Record<number, unknown>> =>
  Object.fromEntries(
    [...new Set([...statuses, 403])].map(status => [
      status,
      {
        description: meanings[status] ?? 'Refused.',
        content: { 'application/problem+json': { schema: problemSchema } },
      },
    ]),
  )
