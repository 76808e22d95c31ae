import { Type } from 'typebox'
import { ACTOR_PATTERN } from './actor.ts'

/** Headers as /openapi.json describes them; one that has another form is refused by its own code (routes/validation-problem.ts). */
export const actorHeader = Type.Optional(
  Type.String({
    description: 'Who acts, without AUTH.',
    pattern: ACTOR_PATTERN,
    examples: ['Practitioner/noor'],
  }),
)

/** One entity tag (RFC 9110 8.8.3), as fhir/etag.ts reads it. */
const TAG = '(?:W/)?"[!#-~\\u0080-\\u00ff]*"'

export const ifMatchHeader = (description: string) =>
  Type.Optional(
    Type.String({
      description,
      pattern: `^(?:[ \\t]*\\*[ \\t]*|[ \\t,]*${TAG}(?:[ \\t]*,[ \\t,]*${TAG})*[ \\t,]*)$`,
      examples: ['W/"1f0c2a"'],
    }),
  )

export const idempotencyKeyHeader = Type.Optional(
  Type.String({
    description: 'A fresh value for each request, so that it can be sent again safely.',
    pattern: '^[!-~]{1,255}$',
    examples: ['5a6c7e8f-9012-4d10-8b21-0198f3a27c4e'],
  }),
)
