import { isLoopback } from './schema-check.ts'
import type { FlatEnvironment } from './variables.ts'
import type { Wrong } from './wrong.ts'

/** Whose tokens are taken, and what of them is read. */
export interface AuthConfig {
  /** As `iss` of a token must name them, letter by letter. */
  readonly issuers: readonly string[]
  /** Any of them in `aud` is enough; undefined = the own FHIR base. */
  readonly audiences?: readonly string[]
  /** JWS algorithms. */
  readonly algorithms: readonly string[]
  readonly clockSkewSeconds: number
  readonly rolesClaim: string
  /** Where the keys are; undefined = where the issuer's own description says. */
  readonly jwksUri?: string
  /** Undefined = there is one tenant and nobody names it. */
  readonly tenants?: TenantsConfig
}

export interface TenantsConfig {
  readonly claim: string
  /** The first one is whose messages come without a token (Kafka, peers) and whose data was there before. */
  readonly names: readonly string[]
}

/** What one client may ask for; undefined = as much as it likes. */
export interface LimitsConfig {
  readonly requestsPerMinute?: number
  readonly concurrentRequests?: number
}

export function authOf(flat: FlatEnvironment): AuthConfig | undefined {
  if (flat.AUTH_ISSUER === undefined) return undefined
  return {
    issuers: flat.AUTH_ISSUER.split(','),
    ...(flat.AUTH_AUDIENCE !== undefined && { audiences: flat.AUTH_AUDIENCE.split(',') }),
    algorithms: flat.AUTH_ALGORITHMS.split(','),
    clockSkewSeconds: flat.AUTH_CLOCK_SKEW_SECONDS,
    rolesClaim: flat.AUTH_ROLES_CLAIM,
    ...(flat.AUTH_JWKS_URI !== undefined && { jwksUri: flat.AUTH_JWKS_URI }),
    ...(flat.TENANT_CLAIM !== undefined &&
      flat.TENANTS !== undefined && {
        tenants: { claim: flat.TENANT_CLAIM, names: flat.TENANTS.split(',') },
      }),
  }
}

export const limitsOf = (flat: FlatEnvironment): LimitsConfig => ({
  ...(flat.LIMIT_REQUESTS_PER_MINUTE !== undefined && { requestsPerMinute: flat.LIMIT_REQUESTS_PER_MINUTE }),
  ...(flat.LIMIT_CONCURRENT_REQUESTS !== undefined && { concurrentRequests: flat.LIMIT_CONCURRENT_REQUESTS }),
})

type Given = Readonly<Record<string, string>>

/** What goes together with AUTH_ISSUER, and what does not. */
export const wrongAuth = (given: Given): readonly Wrong[] =>
  given['AUTH_ISSUER'] === undefined ? withoutIssuer(given) : withIssuer(given)

const needIssuer = [
  ...['AUTH_AUDIENCE', 'AUTH_ALGORITHMS', 'AUTH_CLOCK_SKEW_SECONDS', 'AUTH_ROLES_CLAIM', 'AUTH_JWKS_URI'],
  ...['TENANT_CLAIM', 'TENANTS'],
]

const withoutIssuer = (given: Given): readonly Wrong[] =>
  needIssuer
    .filter(name => given[name] !== undefined)
    .map(name => wrong(name, given, 'nothing, because AUTH_ISSUER is not set'))

function withIssuer(given: Given): readonly Wrong[] {
  const {
    AUTH,
    AUTH_ISSUER: issuers = '',
    AUTH_JWKS_URI: jwksUri,
    TENANT_CLAIM: claim,
    TENANTS: tenants,
  } = given
  const found: Wrong[] = []
  if (AUTH !== undefined) found.push(wrong('AUTH', given, 'nothing, because AUTH_ISSUER is set'))
  if (isUnnamed(given)) {
    const allowed =
      'a value, or PUBLIC_URL, because HOST does not say under which address clients know this server'
    found.push(wrong('AUTH_AUDIENCE', given, allowed))
  }
  if (isTwice(issuers)) found.push(wrong('AUTH_ISSUER', given, 'each issuer once'))
  if (jwksUri !== undefined && (issuers.includes(',') || jwksUri.includes(','))) {
    found.push(wrong('AUTH_JWKS_URI', given, 'one URL, and only with a single AUTH_ISSUER'))
  }
  const together = 'a value, because TENANT_CLAIM and TENANTS go together'
  if (claim !== undefined && tenants === undefined) found.push(wrong('TENANTS', given, together))
  if (tenants !== undefined && claim === undefined) found.push(wrong('TENANT_CLAIM', given, together))
  if (isTwice(tenants ?? '')) found.push(wrong('TENANTS', given, 'each name once'))
  return found
}

/** Beyond loopback the own base can't be told from HOST: a token for some other server would be taken, or none at all. */
const isUnnamed = ({ HOST, PUBLIC_URL, AUTH_AUDIENCE }: Given): boolean =>
  HOST !== undefined && !isLoopback(HOST) && PUBLIC_URL === undefined && AUTH_AUDIENCE === undefined

function isTwice(names: string): boolean {
  const each = names.split(',')
  return new Set(each).size < each.length
}

function wrong(name: string, given: Given, allowed: string): Wrong {
  const value = given[name]
  return { name, given: value === undefined ? 'nothing' : JSON.stringify(value), allowed }
}
