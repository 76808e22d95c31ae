import type { FastifyInstance, FastifyRequest } from 'fastify'
import { ok, type Result } from '../lib/result.ts'
import type { Caller } from '../commands/fhir/fhir-deps.ts'
import type { Identity } from '../fhir/smart/identity.ts'
import { actorOf } from './actor.ts'

/** Who is at the door, as far as the door asked. */
export interface Visitor {
  /** undefined = nobody is asked who they are (no AUTH_ISSUER), or the route is public. */
  readonly identity?: Identity
  /** Whose data is meant. */
  readonly tenant: number
}

/** The tenant of who comes without a token, and of all that was there before there were tenants. */
export const HOME_TENANT = 1

const DECORATOR = 'visitor'

export const decorateVisitors = (server: FastifyInstance): unknown => server.decorateRequest(DECORATOR, null)

export const admit = (request: FastifyRequest, visitor: Visitor): void =>
  request.setDecorator(DECORATOR, visitor)

export const visitorOf = (request: FastifyRequest): Visitor =>
  request.getDecorator<Visitor | null>(DECORATOR) ?? { tenant: HOME_TENANT }

/** On whose behalf a request runs: the token's, or, where none is asked for, that of X-Actor. Failure: `actor-malformed`. */
export function callerOf(request: FastifyRequest): Result<Caller> {
  const { identity } = visitorOf(request)
  if (identity) return ok({ actor: identity.actor, requestId: request.id, access: identity.access })
  const actor = actorOf(request.headers['x-actor'])
  return actor.ok ? ok({ actor: actor.value, requestId: request.id }) : actor
}
