import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { fastify, type FastifyInstance } from 'fastify'
import type { EmitEvent } from '../commands/ports/events.ts'
import type { Meters } from '../commands/ports/meters.ts'
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

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}
