import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { Failure } from '../lib/result.ts'
import { visitorOf } from './caller.ts'
import { Refusal } from './refusal.ts'

/** What one client may ask for; undefined = as much as it likes. */
export interface Limits {
  readonly requestsPerMinute?: number
  readonly concurrentRequests?: number
}

const CLIENTS_MAX = 10_000

/**
 * Holds each client to its limits: 429 with Retry-After beyond them. Register it before the routes. A client is that of
 * the token, else an address; the probes are never counted.
 */
export function limitClients(
  server: FastifyInstance,
  { requestsPerMinute, concurrentRequests }: Limits,
): void {
  if (requestsPerMinute !== undefined) {
    void server.register(import('@fastify/rate-limit'), {
      max: requestsPerMinute,
      timeWindow: '1 minute',
      cache: CLIENTS_MAX,
      keyGenerator: clientOf,
      allowList: isProbe,
      errorResponseBuilder: () => new Refusal(tooMany),
    })
  }
  if (concurrentRequests !== undefined) limitConcurrency(server, concurrentRequests)
}

function limitConcurrency(server: FastifyInstance, max: number): void {
  const running = new Map<string, number>()
  const counted = new WeakMap<FastifyRequest, string>()
  server.addHook('onRequest', async (request, reply) => {
    if (isProbe(request)) return
    const client = clientOf(request)
    const now = running.get(client) ?? 0
    if (now >= max) {
      reply.header('retry-after', '1')
      throw new Refusal(tooManyAtOnce)
    }
    running.set(client, now + 1)
    counted.set(request, client)
  })
  server.addHook('onResponse', async request => {
    const client = counted.get(request)
    if (client === undefined) return
    const left = (running.get(client) ?? 1) - 1
    if (left === 0) running.delete(client)
    else running.set(client, left)
  })
}

const clientOf = (request: FastifyRequest): string =>
  visitorOf(request).identity?.client ?? `address ${request.ip}`

const probes: ReadonlySet<string | undefined> = new Set(['/livez', '/readyz', '/startupz'])

const isProbe = ({ routeOptions }: FastifyRequest): boolean => probes.has(routeOptions.url)

const tooMany: Failure = {
  kind: 'throttled',
  code: 'too-many-requests',
  message: 'This client has asked more in a minute than it may; go on after Retry-After seconds.',
}

const tooManyAtOnce: Failure = {
  kind: 'throttled',
  code: 'too-many-at-once',
  message: 'This client has as many requests running as it may; wait for one of them to be answered.',
}
