import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify'
import { failureKinds, type Failure, type FailureIssue } from '../lib/result.ts'
import { faultOf, type EmitEvent } from '../commands/ports/events.ts'
import { StoreRefusal } from '../commands/ports/store-fault.ts'
import { Refusal } from './refusal.ts'
import { malformed } from './validation-problem.ts'

/** Sends a failure as RFC 9457 problem+json: what went wrong, where, and what to do next; never a value. */
export function sendProblem(reply: FastifyReply, failure: Failure): FastifyReply {
  const status = failureKinds[failure.kind].api
  if (failure.version !== undefined) reply.header('etag', `W/"${failure.version}"`)
  if (failure.kind === 'unavailable') reply.header('retry-after', '5')
  return reply
    .code(status)
    .header('content-type', 'application/problem+json; charset=utf-8')
    .serializer((body: unknown) => JSON.stringify(body))
    .send({
      type: `urn:casewire:error:${failure.code}`,
      title: failure.code.replaceAll('-', ' '),
      status,
      detail: failure.message,
      code: failure.code,
      ...(failure.expression !== undefined && { location: failure.expression }),
      ...(failure.legal && { legal: failure.legal }),
      ...(failure.rule !== undefined && { rule: failure.rule }),
      ...(explained.has(status) && { why: failure.message }),
      ...(failure.version !== undefined && { version: failure.version }),
      ...(failure.issues && { issues: failure.issues.map(issueJson) }),
    })
}

/** Refusals that a caller wants to know the reason of, not only what was wrong. */
const explained: ReadonlySet<number> = new Set([409, 412, 422])

const issueJson = ({ diagnostics, expression }: FailureIssue): object => ({
  detail: diagnostics,
  ...(expression !== undefined && { location: expression }),
})

/** What Fastify throws for QUERY, a method that is served nowhere here, before it looks for a route. */
export const isMethodWithoutType = (error: Error): boolean =>
  'code' in error && error.code === 'FST_ERR_ROUTE_MISSING_CONTENT_TYPE'

/** What Fastify itself refuses, and faults from outside, as failures of ours. */
function failureOf(error: FastifyError): Failure {
  if (error instanceof Refusal) return error.failure
  if (error instanceof StoreRefusal) return refusedContent
  switch (error.code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        kind: 'too-large',
        code: 'body-too-large',
        message: 'The body is larger than this route takes.',
      }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        kind: 'unsupported-media-type',
        code: 'media-type-unknown',
        message:
          'This route takes no body of that content type; docs/reference/routes.md lists what it takes.',
      }
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
      return {
        kind: 'invalid',
        code: 'request-malformed',
        message: 'Content-Type says JSON and the body is empty: leave the header out, or send {}.',
      }
    case 'FST_ERR_VALIDATION':
      return malformed(error)
    default:
      return (error.statusCode ?? 500) < 500
        ? { kind: 'invalid', code: 'request-malformed', message: 'The request could not be read.' }
        : unavailable
  }
}

const refusedContent: Failure = {
  kind: 'unprocessable',
  code: 'content-not-storable',
  message: 'The database refused the content of this request.',
}

const unavailable: Failure = {
  kind: 'unavailable',
  code: 'service-unavailable',
  message: 'The request could not be completed durably; try again shortly.',
}

/** The error handler of every route that isn't FHIR. A fault is logged without its message, which may quote values. */
export function problemHandler(emit: EmitEvent) {
  return (error: FastifyError, request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const failure = failureOf(error)
    if (failure.kind === 'unavailable') {
      emit('request-failed', {
        requestId: request.id,
        method: request.method,
        route: request.routeOptions.url ?? 'none',
        code: failure.code,
        fault: faultOf(error),
      })
    }
    return sendProblem(reply, failure)
  }
}
