import type { FastifyInstance } from 'fastify'
import { Type } from 'typebox'
import {
  reassignBody,
  reassignCaseload,
  type CaseloadTransfer,
} from '../../commands/cases/reassign-caseload.ts'
import { sendProblem } from '../problem.ts'
import { callerOf } from '../caller.ts'
import type { CaseRouteOptions } from './case-exchange.ts'
import { problems, reference } from './schemas.ts'

const text = Type.String()
const optional = Type.Optional

const report = Type.Object({
  from: text,
  to: text,
  transferred: Type.Integer({ description: 'How many cases went over.' }),
  cases: Type.Array(
    Type.Object({
      id: text,
      outcome: Type.Enum(['transferred', 'refused']),
      version: optional(
        Type.String({ description: 'Of the case after it: the ETag without W/ and quotes.' }),
      ),
      code: optional(Type.String({ description: 'docs/reference/errors.md' })),
      rule: optional(Type.String({ description: 'The number of the rule that forbids it.' })),
      why: optional(text),
    }),
    { description: 'Each case of the old manager, and what became of it.' },
  ),
})

const headers = Type.Object({ 'x-actor': optional(reference('Who acts, without AUTH.')) })

/** `POST /caseload/reassign` */
export function reassignRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.post('/caseload/reassign', {
    schema: {
      operationId: 'BulkReassign',
      summary: 'Hands every running case of a manager over to another, with its duties.',
      description:
        'Each case is handed over by itself: one that a rule forbids stays and is reported. Sent again it does the rest.',
      tags: ['cases'],
      headers,
      body: reassignBody,
      response: { 200: report, ...problems(400, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      if (!caller.ok) return sendProblem(reply, caller.failure)
      const done = await reassignCaseload(depsOf(request), caller.value, request.body as CaseloadTransfer)
      return done.ok ? reply.send(done.value) : sendProblem(reply, done.failure)
    },
  })
}
