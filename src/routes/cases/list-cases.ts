import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { listCases, type CaseQuery } from '../../commands/cases/list-cases.ts'
import { callerOf } from '../caller.ts'
import { sendProblem } from '../problem.ts'
import { caseCodes } from '../../commands/cases/case-codes.ts'
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

/** Codes of a closed list; what else is asked for is refused with all of them (routes/validation-problem.ts). */
const codeList = (description: string, legal: readonly string[]) =>
  Type.Optional(
    Type.String({
      description: `${description}: ${legal.join(', ')}; several with commas.`,
      pattern: `^(${legal.join('|')})(,(${legal.join('|')}))*$`,
      examples: legal.slice(0, 1),
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
    state: codeList('Exact state of the case', caseCodes.state),
    status: codeList('Status of the EpisodeOfCare', caseCodes.status),
    type: codeList('Case type', caseCodes.type),
    model: codes('Model in force', 'clinical'),
    acuity: codeList('Acuity', caseCodes.acuity),
    flag: codes('Flag of the service on the case, code of {cm}/CodeSystem/flag', 'illegal-transition'),
    manager: references('Accountable case manager', '(Practitioner|PractitionerRole)/', 'Practitioner/noor'),
    assigner: references('Who assigned it', 'Organization/', 'Organization/acme'),
    patient: references('Patient', '(Patient/)?', 'Patient/1'),
    sort: Type.Optional(
      Type.Enum(['id', 'updated', '-updated', 'start', '-start'], {
        description:
          'Order; - is descending. By id when left out: a walk through the pages then meets every case once, whatever ' +
          'changes meanwhile. By time of change it is a view of the moment: what changes moves to another page.',
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
export function listRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.get('/cases', {
    schema: {
      operationId: 'listCases',
      summary: 'Cases by state, model, manager and more, a page at a time.',
      tags: ['cases'],
      querystring: query,
      response: { 200: caseListSchema, ...problems(400, 410, 503) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      if (!caller.ok) return sendProblem(reply, caller.failure)
      const list = await listCases(depsOf(request), caller.value, request.query as CaseQuery)
      return list.ok ? list.value : sendProblem(reply, list.failure)
    },
  })
}
