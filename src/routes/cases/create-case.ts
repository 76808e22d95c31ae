import type { FastifyInstance } from 'fastify'
import { createCaseBody } from '../../commands/cases/command-schemas.ts'
import { createCase, type CreateRequest } from '../../commands/cases/create-case.ts'
import { sendProblem } from '../problem.ts'
import { callerOf } from '../caller.ts'
import { repeatableIn, sendAnswer, type CaseRouteOptions } from './case-exchange.ts'
import { caseAnswer, problems, writeHeaders } from './schemas.ts'

/** `POST /cases`: a case that people identify. */
export function createRoute(server: FastifyInstance, { depsOf }: CaseRouteOptions): void {
  server.post('/cases', {
    schema: {
      operationId: 'IdentifyCase',
      summary: 'Identify a case of a patient.',
      description: 'Cases that admissions call for are opened by the ADT feed; this is for all others.',
      tags: ['cases'],
      headers: writeHeaders,
      body: createCaseBody,
      response: { 201: caseAnswer, ...problems(400, 409, 413, 415, 422, 503) },
    },
    handler: async (request, reply) => {
      const caller = callerOf(request)
      if (!caller.ok) return sendProblem(reply, caller.failure)
      const repeatable = repeatableIn(request, caller.value)
      if (!repeatable.ok) return sendProblem(reply, repeatable.failure)
      const { at, ...payload } = request.body as CreateRequest['payload'] & { readonly at?: string }
      const answered = await createCase(depsOf(request), caller.value, {
        payload,
        ...(at !== undefined && { at }),
        ...(repeatable.value && { repeatable: repeatable.value }),
      })
      if (answered.ok) reply.header('location', `/cases/${answered.value.body.case.id}`)
      return sendAnswer(reply, answered)
    },
  })
}
