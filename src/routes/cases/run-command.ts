import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Type } from 'typebox'
import { commandSchemas, type CommandSchema } from '../../commands/cases/command-schemas.ts'
import { commandUnknown, runCommand } from '../../commands/cases/run-command.ts'
import { callerOf } from '../caller.ts'
import { sendProblem } from '../problem.ts'
import { headerText, idOf, repeatableIn, sendAnswer, type CaseRouteOptions } from './case-exchange.ts'
import { caseAnswer, caseParams, problems, writeHeaders } from './schemas.ts'

/** `POST /cases/{id}/commands/{Name}`: one route a command, so that each payload stands in the OpenAPI document. */
export function commandRoutes(server: FastifyInstance, options: CaseRouteOptions): void {
  for (const command of commandSchemas) {
    server.post(`/cases/:id/commands/${command.name}`, {
      schema: {
        operationId: command.name,
        summary: command.summary,
        tags: ['commands'],
        params: caseParams,
        headers: writeHeaders,
        body: command.body,
        response: { 200: caseAnswer, ...problems(400, 404, 409, 412, 413, 415, 422, 503) },
      },
      handler: (request, reply) => run(command, { request, reply, options }),
    })
  }
  server.post('/cases/:id/commands/:name', {
    schema: {
      operationId: 'unknownCommand',
      summary: 'Any other name: 404 with the names of all commands.',
      tags: ['commands'],
      params: Type.Object({ ...caseParams.properties, name: Type.String() }),
      response: problems(400, 404, 413, 415),
    },
    handler: (_request, reply) => sendProblem(reply, commandUnknown()),
  })
}

interface Exchange {
  readonly request: FastifyRequest
  readonly reply: FastifyReply
  readonly options: CaseRouteOptions
}

async function run(
  { name, own }: CommandSchema,
  { request, reply, options }: Exchange,
): Promise<FastifyReply> {
  const caller = callerOf(request)
  if (!caller.ok) return sendProblem(reply, caller.failure)
  const repeatable = repeatableIn(request, caller.value)
  if (!repeatable.ok) return sendProblem(reply, repeatable.failure)
  const body = request.body as Readonly<Record<string, unknown>>
  const { at, reason } = body as { readonly at?: string; readonly reason?: string }
  const ifMatch = headerText(request.headers['if-match'])
  const answered = await runCommand(options.depsOf(request), caller.value, {
    caseId: idOf(request),
    name,
    payload: Object.fromEntries(
      Object.entries(body).filter(([field]) => own.has(field) || (field !== 'at' && field !== 'reason')),
    ),
    ...(at !== undefined && { at }),
    ...(reason !== undefined && { reason }),
    ...(ifMatch !== undefined && { ifMatch }),
    ...(repeatable.value && { repeatable: repeatable.value }),
  })
  return sendAnswer(reply, answered)
}
