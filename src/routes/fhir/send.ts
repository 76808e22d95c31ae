import type { FastifyReply } from 'fastify'
import { failureKinds, type Failure } from '../../lib/result.ts'
import { codedOutcome } from '../../fhir/outcome.ts'
import type { Answer } from './exchange.ts'
import { FHIR_JSON } from './media-types.ts'

/** Sends what a handler answers; its body is JSON text already. */
export function sendAnswer(reply: FastifyReply, { status, headers = {}, body }: Answer): FastifyReply {
  reply.code(status).headers(headers)
  if (body === undefined) return reply.send()
  return reply.header('content-type', FHIR_JSON).send(body)
}

/** Sends a failure as an OperationOutcome with its status. */
export function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.kind === 'unavailable') reply.header('retry-after', '5')
  const body = JSON.stringify(codedOutcome(failure))
  return reply.code(failureKinds[failure.kind].fhir).header('content-type', FHIR_JSON).send(body)
}
