import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  diffCase,
  diffPlanVersions,
  type DiffRequest,
  type PlanDiffRequest,
} from '../../commands/cases/diff-case.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { caseParams, instantText, problems } from './schemas.ts'
import { diffSchema, planDiffSchema } from './view-schemas.ts'

const query = Type.Object(
  {
    from: instantText('What was known at this time'),
    to: Type.Optional(instantText('is compared with what was known at this one; now when left out.')),
  },
  { additionalProperties: false },
)

const planText = (description: string) =>
  Type.String({ description, pattern: '^[A-Za-z0-9\\-.]{1,64}(@\\d{1,6}\\.\\d{1,6})?$' })

const planQuery = Type.Object(
  {
    from: planText(
      'Id of one plan of the case; of one of its revisions with `@major.minor`, e.g. `<id>@1.0`.',
    ),
    to: planText('That of the other.'),
  },
  { additionalProperties: false },
)

/** `GET /cases/{id}/diff` and `GET /cases/{id}/plan/diff` */
export function diffRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
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
      const diff = await diffCase(depsOf(request), { ...asked, id: idOf(request) })
      return diff.ok ? diff.value : sendProblem(reply, diff.failure)
    },
  })
  server.get('/cases/:id/plan/diff', {
    schema: {
      operationId: 'diffPlans',
      summary: 'What differs between two versions of the plan, element by element.',
      tags: ['views'],
      params: caseParams,
      querystring: planQuery,
      response: { 200: planDiffSchema, ...problems(400, 404, 503) },
    },
    handler: async (request, reply) => {
      const asked = request.query as Omit<PlanDiffRequest, 'id'>
      const diff = await diffPlanVersions(depsOf(request), { ...asked, id: idOf(request) })
      return diff.ok ? diff.value : sendProblem(reply, diff.failure)
    },
  })
}
