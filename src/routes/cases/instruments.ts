import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { instrumentList } from '../../commands/cases/reading-matter.ts'
import type { CaseRouteOptions } from './case-exchange.ts'
import { problems } from './schemas.ts'

const text = Type.String()
const optional = Type.Optional

const item = Type.Object({
  linkId: text,
  text,
  loinc: optional(text),
  type: Type.Enum(['choice', 'boolean', 'integer', 'string']),
  options: optional(
    Type.Array(
      Type.Object({
        code: Type.String({ description: 'What RecordAnswers takes as the answer.' }),
        display: text,
        score: optional(Type.Number({ description: 'None: an answer that is not counted.' })),
      }),
    ),
  ),
  repeats: optional(Type.Boolean()),
  optional: optional(Type.Boolean({ description: 'Not needed for a total.' })),
})

const instrument = Type.Object({
  id: text,
  version: text,
  canonical: Type.String({ description: 'What QuestionnaireResponse.questionnaire names.' }),
  title: text,
  description: text,
  loinc: optional(text),
  copyright: text,
  source: text,
  domains: Type.Array(Type.String({ description: 'Domain of an assessment that it informs.' })),
  items: Type.Array(item),
  scorings: Type.Array(
    Type.Object({
      kind: Type.Enum(['sum', 'groups', 'yes-no']),
      measure: text,
      version: text,
      items: Type.Array(text),
      ranges: Type.Array(Type.Object({ from: Type.Number(), to: Type.Number(), interpretation: text })),
    }),
    { description: 'Versioned tables of scoring, with groups and skips where they have any.' },
  ),
  suggestions: Type.Array(Type.Unknown(), { description: 'What answers and scores propose to a person.' }),
})

/** `GET /instruments` */
export function instrumentsRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.get('/instruments', {
    schema: {
      operationId: 'listInstruments',
      summary: 'Every instrument of assessment: questions, answers, scoring tables and what they propose.',
      tags: ['cases'],
      response: { 200: Type.Object({ instruments: Type.Array(instrument) }), ...problems(503) },
    },
    handler: request => Promise.resolve({ instruments: instrumentList(depsOf(request).canonicalBase) }),
  })
}
