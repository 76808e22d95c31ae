import type { FastifyReply, FastifyRequest } from 'fastify'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Identity } from '../../fhir/smart/identity.ts'
import { admit, HOME_TENANT } from '../caller.ts'
import { isOpen, mayUse } from './route-needs.ts'
import type { TokenVerifier } from './token-verifier.ts'

export interface DoorOptions {
  readonly verifier: Pick<TokenVerifier, 'identify'>
  /** Undefined = there is one tenant, and no claim says which. */
  readonly tenants?: {
    readonly numbers: ReadonlyMap<string, number>
    /** Whose operators look after the process, too. */
    readonly home: number
  }
}

/** Asks who is calling before anything else happens; gives why somebody is not let in. */
export type Door = (request: FastifyRequest, reply: FastifyReply) => Promise<Failure | undefined>

/**
 * The door of every route but the open ones: a bearer token (RFC 6750) of an issuer that is trusted, for a tenant that is
 * known, with scopes or a role for the route. Failures: those of the verifier, `token-missing`, `token-twice`,
 * `tenant-unknown`, `access-denied`.
 */
export function authDoor({ verifier, tenants }: DoorOptions): Door {
  return async (request, reply) => {
    const route = request.routeOptions.url
    if (isOpen(request.method, route)) return undefined
    if (isGivenTwice(request)) return challenge(reply, twice)
    const token = bearerIn(request.headers.authorization)
    if (token === undefined) return challenge(reply, missing)
    const identity = await verifier.identify(token)
    if (!identity.ok) return challenge(reply, identity.failure)
    const tenant = tenantOf(identity.value, tenants)
    if (!tenant.ok) return tenant.failure
    // A refusal is kept where whoever was refused belongs.
    admit(request, { identity: identity.value, tenant: tenant.value })
    const allowed = mayUse(identity.value, request.method, route)
    if (!allowed.ok) return challenge(reply, allowed.failure)
    return tenants && tenant.value !== tenants.home && isOfProcess(route)
      ? challenge(reply, homeOnly)
      : undefined
  }
}

const BEARER = /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i

const bearerIn = (header: string | undefined): string | undefined => BEARER.exec(header ?? '')?.[1]

/** Node keeps the first of several and drops the others; what stands before this server may have looked at another one. */
const isGivenTwice = ({ raw }: FastifyRequest): boolean =>
  raw.rawHeaders.filter((text, i) => i % 2 === 0 && text.toLowerCase() === 'authorization').length > 1

const twice: Failure = {
  kind: 'invalid',
  code: 'token-twice',
  message: 'Send one Authorization header: of several nobody can tell which one counts.',
}

const missing: Failure = {
  kind: 'unauthenticated',
  code: 'token-missing',
  message:
    'Send Authorization: Bearer with an access token; /fhir/.well-known/smart-configuration says where tokens are had.',
}

function tenantOf({ tenant }: Identity, tenants: DoorOptions['tenants']): Result<number> {
  if (!tenants) return ok(HOME_TENANT)
  const number = tenant === undefined ? undefined : tenants.numbers.get(tenant)
  return number === undefined ? fail(stranger) : ok(number)
}

/** What counts over all tenants. */
const isOfProcess = (route: string | undefined): boolean => route === '/metrics'

const homeOnly: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'This counts over all tenants: only operators of the first of TENANTS may see it.',
}

const stranger: Failure = {
  kind: 'forbidden',
  code: 'tenant-unknown',
  message: 'The token is of no tenant of this server: its claim TENANT_CLAIM must name one of TENANTS.',
}

/** RFC 6750, 3.1; a request without a token is told no error. */
const errors: ReadonlyMap<string, string> = new Map([
  ['token-twice', ', error="invalid_request"'],
  ['token-refused', ', error="invalid_token"'],
  ['token-expired', ', error="invalid_token", error_description="expired"'],
  ['access-denied', ', error="insufficient_scope"'],
])

function challenge(reply: FastifyReply, failure: Failure): Failure {
  if (failure.kind !== 'unavailable') {
    reply.header('www-authenticate', `Bearer realm="casewire"${errors.get(failure.code) ?? ''}`)
  }
  return failure
}
