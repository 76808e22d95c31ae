import type { FastifyReply } from 'fastify'
import { parseJson } from '../../lib/json.ts'
import { failureKinds, type Failure } from '../../lib/result.ts'
import { codedOutcome } from '../../fhir/outcome.ts'
import type { Answer } from './exchange.ts'
import { answerType } from './media-types.ts'
import { queryOf } from './query.ts'

/** Sends what a handler answers; its body is JSON text already. */
export function sendAnswer(reply: FastifyReply, { status, headers = {}, body, bytes }: Answer): FastifyReply {
  reply.code(status).headers(headers)
  if (bytes) return reply.header('content-type', bytes.type).send(bytes.content)
  return body === undefined ? reply.send() : sendJson(reply, body)
}

/** Sends a failure as an OperationOutcome with its status. */
export function sendFailure(reply: FastifyReply, failure: Failure): FastifyReply {
  if (failure.kind === 'unavailable') reply.header('retry-after', '5')
  const body = JSON.stringify(codedOutcome(failure))
  return sendJson(reply.code(failureKinds[failure.kind].fhir), body)
}

/** Sends FHIR JSON, indented when `_pretty=true` asks for it (http://hl7.org/fhir/R4/http.html#pretty). */
export function sendJson(reply: FastifyReply, text: string): FastifyReply {
  const query = queryOf(reply.request)
  const format = query.get('_format') ?? undefined
  const isPretty = query.get('_pretty') === 'true'
  const body = isPretty ? JSON.stringify(parseJson(text), undefined, 2) : text
  return reply.header('content-type', answerType({ accept: reply.request.headers.accept, format })).send(body)
}
