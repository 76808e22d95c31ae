import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { listCases, type CaseQuery } from '../../commands/cases/list-cases.ts'
import { sendProblem } from '../problem.ts'
import type { CaseRouteOptions } from './case-exchange.ts'
import { problems } from './schemas.ts'
import { caseListSchema } from './view-schemas.ts'

const codes = (description: string, example: string) =>
  Type.Optional(
    Type.String({
      description: `${description}; several with commas.`,
      pattern: '^[A-Za-z0-9-]+(,[A-Za-z0-9-]+)*$',
      examples: [example],
    }),
  )

const references = (description: string, types: string, example: string) =>
  Type.Optional(
    Type.String({
      description: `${description}; several with commas.`,
      pattern: `^${types}[A-Za-z0-9\\-.]{1,64}(,${types}[A-Za-z0-9\\-.]{1,64})*$`,
      examples: [example],
    }),
  )

const query = Type.Object(
  {
    state: codes('Exact state of the case', 'active,closing'),
    status: codes('Status of the EpisodeOfCare', 'active'),
    type: codes('Case type', 'acute'),
    model: codes('Model in force', 'clinical'),
    acuity: codes('Acuity', 'high'),
    flag: codes('Flag of the service on the case, code of {cm}/CodeSystem/flag', 'illegal-transition'),
    manager: references('Accountable case manager', '(Practitioner|PractitionerRole)/', 'Practitioner/noor'),
    assigner: references('Who assigned it', 'Organization/', 'Organization/acme'),
    patient: references('Patient', '(Patient/)?', 'Patient/1'),
    sort: Type.Optional(
      Type.Enum(['updated', '-updated', 'start', '-start'], {
        description: 'Order; - is descending. Newest change first when left out.',
      }),
    ),
    count: Type.Optional(
      Type.String({
        description: 'Cases a page, 50 when left out, at most 500.',
        pattern: '^[1-9][0-9]{0,2}$',
      }),
    ),
    next: Type.Optional(Type.String({ description: 'Cursor that the page before gave.', minLength: 1 })),
    total: Type.Optional(Type.Enum(['true', 'false'], { description: 'Whether all matches are counted.' })),
  },
  { additionalProperties: false },
)

/** `GET /cases` */
export function listRoute(server: FastifyInstance, { deps }: CaseRouteOptions): void {
  server.get('/cases', {
    schema: {
      operationId: 'listCases',
      summary: 'Cases by state, model, manager and more, a page at a time.',
      tags: ['cases'],
      querystring: query,
      response: { 200: caseListSchema, ...problems(400, 503) },
    },
    handler: async (request, reply) => {
      const list = await listCases(deps, request.query as CaseQuery)
      return list.ok ? list.value : sendProblem(reply, list.failure)
    },
  })
}
