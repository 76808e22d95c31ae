import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { diffCase, type DiffRequest } from '../../commands/cases/diff-case.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { caseParams, instantText, problems } from './schemas.ts'
import { diffSchema } from './view-schemas.ts'

const query = Type.Object(
  {
    from: instantText('What was known at this time'),
    to: Type.Optional(instantText('is compared with what was known at this one; now when left out.')),
  },
  { additionalProperties: false },
)

/** `GET /cases/{id}/diff` */
export function diffRoute(server: FastifyInstance, { deps }: CaseRouteOptions): void {
  server.get('/cases/:id/diff', {
    schema: {
      operationId: 'diffCase',
      summary: 'What of the case differs between two times, element by element.',
      tags: ['views'],
      params: caseParams,
      querystring: query,
      response: { 200: diffSchema, ...problems(400, 404, 503) },
    },
    handler: async (request, reply) => {
      const asked = request.query as Omit<DiffRequest, 'id'>
      const diff = await diffCase(deps, { ...asked, id: idOf(request) })
      return diff.ok ? diff.value : sendProblem(reply, diff.failure)
    },
  })
}
