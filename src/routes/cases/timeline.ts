import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import { caseTimeline, type TimelineRequest } from '../../commands/cases/case-timeline.ts'
import { callerOf } from '../caller.ts'
import { sendProblem } from '../problem.ts'
import { idOf, type CaseRouteOptions } from './case-exchange.ts'
import { caseParams, instantText, problems } from './schemas.ts'
import { timelineSchema } from './view-schemas.ts'

const query = Type.Object(
  {
    at: Type.Optional(instantText('Only what was recorded by then.')),
    order: Type.Optional(Type.Enum(['oldest', 'newest'], { description: 'Oldest first when left out.' })),
    count: Type.Optional(
      Type.String({ description: 'Events a page, 100 when left out.', pattern: '^[1-9][0-9]{0,3}$' }),
    ),
    next: Type.Optional(Type.String({ description: 'Cursor that the page before gave.', minLength: 1 })),
  },
  { additionalProperties: false },
)

/** `GET /cases/{id}/timeline` */
export function timelineRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.get('/cases/:id/timeline', {
    schema: {
      operationId: 'getTimeline',
      summary: 'Everything that happened to the case, by whatever door, in order of recording.',
      tags: ['views'],
      params: caseParams,
      querystring: query,
      response: { 200: timelineSchema, ...problems(400, 404, 410, 503) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      if (!caller.ok) return sendProblem(reply, caller.failure)
      const asked = { ...(request.query as Omit<TimelineRequest, 'id'>), id: idOf(request) }
      const timeline = await caseTimeline(depsOf(request), caller.value, asked)
      return timeline.ok ? timeline.value : sendProblem(reply, timeline.failure)
    },
  })
}
