import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { DAY_OR_INSTANT_PATTERN } from '../../lib/fhir-time.ts'
import { supposeCase, type Supposition } from '../../commands/cases/what-if.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { caseParams, problems } from './schemas.ts'
import { whatIfSchema } from './view-schemas.ts'

const time = (description: string) =>
  Type.String({
    description,
    pattern: DAY_OR_INSTANT_PATTERN,
    examples: ['2026-11-26T10:00:00-05:00'],
  })
const id = (description: string) => Type.String({ description, pattern: '^[A-Za-z0-9\\-.]{1,64}$' })
const closed = { additionalProperties: false }
const FACTS_MAX = 50

const body = Type.Object(
  {
    discharge: Type.Optional(
      Type.Object(
        {
          encounter: id('Id of the Encounter.'),
          at: time('When the patient would leave.'),
          disposition: Type.Optional(
            Type.String({ description: 'NUBC code; as it was, else 01.', pattern: '^[0-9]{2}$' }),
          ),
        },
        { ...closed, description: 'A discharge, or the one there is at another time or to another place.' },
      ),
    ),
    admission: Type.Optional(
      Type.Object(
        {
          at: time('When the patient would come.'),
          class: Type.Optional(Type.Enum(['inpatient', 'emergency'])),
          planned: Type.Optional(Type.Boolean()),
        },
        { ...closed, description: 'A further admission, or a visit to the emergency department.' },
      ),
    ),
    model: Type.Optional(
      Type.Object(
        {
          id: Type.String({ pattern: '^[A-Za-z0-9\\-.]{1,64}$', examples: ['intensive'] }),
          version: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9\\-.]{1,64}$' })),
          since: Type.Optional(time('From when on; now when left out.')),
        },
        {
          ...closed,
          description: 'Another model, chosen as SelectModel or SwitchModel would; refused as they would be.',
        },
      ),
    ),
    facts: Type.Optional(
      Type.Array(
        Type.Object({ resourceType: Type.String(), id: id('Its id.') }, { additionalProperties: true }),
        {
          description: 'FHIR resources as they would stand, new or changed.',
          maxItems: FACTS_MAX,
        },
      ),
    ),
  },
  closed,
)

/** `POST /cases/{id}/what-if` */
export function whatIfRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.post('/cases/:id/what-if', {
    schema: {
      operationId: 'supposeCase',
      summary: 'What duties, due times and workload would be if; nothing is written.',
      tags: ['views'],
      params: caseParams,
      body,
      response: { 200: whatIfSchema, ...problems(400, 404, 409, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const supposition = request.body as Supposition
      const supposed = await supposeCase(depsOf(request), { id: idOf(request), supposition })
      return supposed.ok ? supposed.value : sendProblem(reply, supposed.failure)
    },
  })
}
