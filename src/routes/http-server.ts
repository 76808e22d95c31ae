import { randomUUID } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import {
  fastify,
  type FastifyError,
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
} from 'fastify'
import type { Failure } from '../lib/result.ts'
import type { EmitEvent } from '../commands/ports/events.ts'
import type { Meters } from '../commands/ports/meters.ts'
import { allowedMethods, type KnownRoute } from './allowed-methods.ts'
import type { Door } from './auth/door.ts'
import { isOpen } from './auth/route-needs.ts'
import { decorateVisitors } from './caller.ts'
import { answerClientError } from './client-error.ts'
import { crossOrigin } from './cross-origin.ts'
import { failureOf as fhirFailureOf, urlMalformed } from './fhir/errors.ts'
import { sendFailure as sendFhirFailure } from './fhir/send.ts'
import { strangeHost } from './own-host.ts'
import { plainUrl } from './plain-url.ts'
import { isMethodWithoutType, problemHandler, sendProblem } from './problem.ts'

export interface HttpServerOptions {
  readonly emit: EmitEvent
  readonly meters: Pick<Meters, 'requestServed'>
  readonly bodyLimitBytes: number
  /** Whether a Host header names this server; undefined = every one is served. */
  readonly isOwnHost?: (header: string | undefined) => boolean
  /** Asks for tokens; undefined = nobody is asked who they are. */
  readonly door?: Door
  /** Takes what the audit keeps of each request; nothing is kept when absent. */
  readonly audit?: (request: FastifyRequest, reply: FastifyReply) => void
  /** Whose web pages may call this server; none when absent. */
  readonly corsOrigins?: readonly string[]
}

const REQUEST_ID = /^[\x21-\x7e]{1,128}$/

/**
 * The HTTP server with what every route shares: request ids, metrics by route pattern (never by URL: a query names
 * patients), problem+json. Validation never alters a body: nothing is coerced, removed or filled in.
 */
export function httpServer(options: HttpServerOptions): FastifyInstance {
  const { emit, meters, bodyLimitBytes, isOwnHost, door, corsOrigins, audit } = options
  const server = fastify({
    logger: false,
    bodyLimit: bodyLimitBytes,
    genReqId: requestIdOf,
    requestTimeout: 120_000,
    frameworkErrors: (error, request, reply) => {
      void reply.header('x-request-id', request.id)
      const isFhir = request.url.startsWith('/fhir')
      void refuse(request.url, reply, (isFhir ? fhirFailureOf(error) : undefined) ?? urlMalformed)
    },
    clientErrorHandler: answerClientError,
    return503OnClosing: true,
    forceCloseConnections: 'idle',
    rewriteUrl: ({ url = '/' }) => plainUrl(url),
    routerOptions: { maxParamLength: 2_000, ignoreTrailingSlash: true },
    ajv: {
      customOptions: { coerceTypes: false, removeAdditional: false, useDefaults: false, allErrors: true },
      onCreate: compileOnFirstUse,
    },
  })
  decorateVisitors(server)
  const routes: KnownRoute[] = []
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, path: url })
  })
  if (corsOrigins) crossOrigin(server, corsOrigins)
  server.addHook('onRequest', async (request, reply) => {
    reply.header('x-request-id', request.id)
    // What one user was shown or told must not be there for the next one; FHIR answers may be kept by who asks again each time.
    if (!isOpen(request.method, request.routeOptions.url)) reply.header('cache-control', 'no-store')
    if (isOwnHost?.(request.headers.host) === false) return refuse(request.url, reply, strangeHost)
    const refused = await door?.(request, reply)
    return refused && refuse(request.url, reply, refused)
  })
  server.addHook('onResponse', (request, reply, done) => {
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
    audit?.(request, reply)
    done()
  })
  const refuseMethod = (request: FastifyRequest, reply: FastifyReply): FastifyReply => {
    const allowed = allowedMethods(routes, request.url)
    if (allowed.length === 0) return sendProblem(reply, nothingHere)
    return sendProblem(reply.header('allow', allowed.join(', ')), methodUnknown)
  }
  const sendError = problemHandler(emit)
  server.setErrorHandler((error: FastifyError, request, reply) =>
    isMethodWithoutType(error) ? refuseMethod(request, reply) : sendError(error, request, reply),
  )
  server.setNotFoundHandler(refuseMethod)
  return server
}

interface Validator {
  (value: unknown): unknown
  errors?: unknown
}

/** A schema is compiled when the first request comes that it is for: all of them at once were a fifth of a start. */
function compileOnFirstUse(ajv: object): void {
  const compiler = ajv as { compile: (schema: object) => Validator }
  const compile = compiler.compile.bind(compiler)
  compiler.compile = schema => {
    let made: Validator | undefined
    const validate: Validator = value => {
      made ??= compile(schema)
      const isValid = made(value)
      validate.errors = made.errors
      return isValid
    }
    return validate
  }
}

/** In the words of the door that was knocked at. */
const refuse = (url: string, reply: FastifyReply, failure: Failure): FastifyReply =>
  url.startsWith('/fhir') ? sendFhirFailure(reply, failure) : sendProblem(reply, failure)

const nothingHere: Failure = {
  kind: 'not-found',
  code: 'route-unknown',
  message: 'There is nothing at this address; docs/reference/routes.md lists the routes.',
}

const methodUnknown: Failure = {
  kind: 'method-not-allowed',
  code: 'method-not-allowed',
  message: 'This address has no such method; the header Allow lists those that it has.',
}

function requestIdOf(request: IncomingMessage): string {
  const given = request.headers['x-request-id']
  return typeof given === 'string' && REQUEST_ID.test(given) ? given : randomUUID()
}
