import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { fastify, type FastifyInstance } from 'fastify'
import type { EmitEvent } from '../commands/ports/events.ts'
import type { Meters } from '../commands/ports/meters.ts'
import { failureOf as fhirFailureOf } from './fhir/errors.ts'
import { sendFailure as sendFhirFailure } from './fhir/send.ts'
import { problemHandler, sendProblem } from './problem.ts'

export interface HttpServerOptions {
  readonly emit: EmitEvent
  readonly meters: Pick<Meters, 'requestServed'>
  readonly bodyLimitBytes: number
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/**
 * The HTTP server with what every route shares: request ids, metrics by route pattern (never by URL: a query names
 * patients), problem+json. Validation never alters a body: nothing is coerced, removed or filled in.
 */
export function httpServer({ emit, meters, bodyLimitBytes }: HttpServerOptions): FastifyInstance {
  const server = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    genReqId: requestIdOf,
    requestTimeout: 120_000,
    frameworkErrors: (error, request, reply) => {
      void reply.header('x-request-id', request.id)
      if (request.url.startsWith('/fhir')) void sendFhirFailure(reply, fhirFailureOf(error) ?? urlMalformed)
      else void sendProblem(reply, urlMalformed)
    },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 2_000, ignoreTrailingSlash: true },
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true },
    },
  })
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
  })
  server.addHook('onResponse', async (request, reply) => {
    const served = {
      method: request.method,
      route: request.routeOptions.url ?? 'none',
      status: reply.statusCode,
    }
    meters.requestServed({ ...served, seconds: reply.elapsedTime / 1000 })
    emit('request-served', {
      ...served,
      requestId: request.id,
      durationMs: Math.round(reply.elapsedTime),
    })
  })
  server.setErrorHandler(problemHandler(emit))
  server.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, {
      kind: 'not-found',
      code: 'route-unknown',
      message: 'There is nothing at this address; docs/reference/http.md lists the routes.',
    }),
  )
  return server
}

/** What fails before a route is found, such as a % sequence that stands for nothing. */
const urlMalformed = {
  kind: 'invalid',
  code: 'url-malformed',
  message: 'The address has a malformed % sequence.',
} as const

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}
