import type { JWTVerifyResult } from 'jose'
import type { Clock } from '../../lib/clock.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { EmitEvent } from '../../commands/ports/events.ts'
import { identityOf, type Identity } from '../../fhir/smart/identity.ts'
import { IssuerAway } from './fetch-json.ts'
import { openIssuer, type Issuer } from './issuer.ts'
import { verifiedTokens } from './verified-tokens.ts'

export interface TokenSettings {
  /** As `iss` must name them. */
  readonly issuers: readonly string[]
  readonly audiences: readonly string[]
  readonly algorithms: readonly string[]
  readonly clockSkewSeconds: number
  readonly rolesClaim: string
  readonly tenantClaim?: string
  readonly jwksUri?: string
  /** Own FHIR base. */
  readonly base: string
  readonly keysCooldownMs?: number
}

export interface TokenVerifier {
  /** Failures: `token-refused`, `token-expired`, `issuer-unreachable`. */
  readonly identify: (token: string) => Promise<Result<Identity>>
  /** The first one is where clients are sent for a token. */
  readonly issuers: readonly Issuer[]
}

/** How long a token is taken without being checked again, at most: what an issuer withdraws ends as soon. */
const VERIFIED_MS = 60_000
const VERIFIED_MAX = 10_000

/** Checks bearer tokens: JWTs (RFC 9068) of the configured issuers, by their published keys. */
export function tokenVerifier(
  settings: TokenSettings,
  { clock, emit }: { readonly clock: Clock; readonly emit: EmitEvent },
): TokenVerifier {
  const { issuers: names, jwksUri, keysCooldownMs } = settings
  const issuers = names.map(name =>
    openIssuer({
      ...{ name, emit },
      ...(jwksUri !== undefined && { jwksUri }),
      ...(keysCooldownMs !== undefined && { keysCooldownMs }),
    }),
  )
  const verified = verifiedTokens<Identity>(VERIFIED_MAX)
  return {
    issuers,
    identify: async token => {
      const nowMs = clock.nowMs()
      const known = verified.get(token, nowMs)
      if (known) return ok(known)
      const checked = await check(token, { settings, issuers, nowMs })
      if (!checked.ok) return checked
      const { payload } = checked.value
      const identity = identityOf(payload, settings)
      if (!identity) return refused('it names no client: client_id, azp or sub')
      const expiresMs = (payload.exp ?? 0) * 1000
      if (expiresMs > nowMs) verified.set(token, identity, Math.min(expiresMs, nowMs + VERIFIED_MS))
      return ok(identity)
    },
  }
}

interface Checking {
  readonly settings: TokenSettings
  readonly issuers: readonly Issuer[]
  readonly nowMs: number
}

async function check(token: string, checking: Checking): Promise<Result<JWTVerifyResult>> {
  const { settings, issuers, nowMs } = checking
  const { decodeJwt, jwtVerify } = await import('jose')
  try {
    const { iss } = decodeJwt(token)
    const issuer = issuers.find(({ name }) => name === iss)
    if (!issuer) return refused('its claim iss is none of AUTH_ISSUER')
    const result = await jwtVerify(token, issuer.key, {
      algorithms: [...settings.algorithms],
      issuer: issuer.name,
      audience: [...settings.audiences],
      clockTolerance: settings.clockSkewSeconds,
      currentDate: new Date(nowMs),
      requiredClaims: ['exp', 'iss', 'aud'],
    })
    const unfit = unfitness(result)
    return unfit === undefined ? ok(result) : refused(unfit)
  } catch (error) {
    return failureOf(error)
  }
}

/** Of what the issuer really signed, but not as a bearer token for a resource server. */
function unfitness({ protectedHeader, payload }: JWTVerifyResult): string | undefined {
  const type = protectedHeader.typ?.toLowerCase().replace(/^application\//, '')
  if (type !== undefined && type !== 'jwt' && type !== 'at+jwt')
    return 'it is no access token: typ of its header'
  return payload['cnf'] === undefined
    ? undefined
    : 'it is bound to a key of its client (cnf): bearer tokens only'
}

const refused = (why: string): { readonly ok: false; readonly failure: Failure } =>
  fail({
    kind: 'unauthenticated',
    code: 'token-refused',
    message: `The token is refused: ${why}. Ask the issuer for a token for this server.`,
  })

const expired: Failure = {
  kind: 'unauthenticated',
  code: 'token-expired',
  message: 'The token has expired; ask the issuer for a fresh one.',
}

const away: Failure = {
  kind: 'unavailable',
  code: 'issuer-unreachable',
  message: 'The issuer of the token can not be asked for its keys now; try again shortly.',
}

/** By the code of jose; a bug of ours goes on its way. */
function failureOf(error: unknown): Result<never> {
  if (error instanceof IssuerAway) return fail(away)
  const { code, claim } = error as { readonly code?: unknown; readonly claim?: unknown }
  switch (code) {
    case 'ERR_JWT_EXPIRED':
      return fail(expired)
    case 'ERR_JWT_CLAIM_VALIDATION_FAILED':
      return refused(`its claim ${String(claim)} is missing or does not fit`)
    case 'ERR_JOSE_ALG_NOT_ALLOWED':
    case 'ERR_JOSE_NOT_SUPPORTED':
      return refused('its algorithm is none of AUTH_ALGORITHMS')
    case 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED':
    case 'ERR_JWKS_NO_MATCHING_KEY':
      return refused('its signature is by no key of the issuer')
    case 'ERR_JWKS_MULTIPLE_MATCHING_KEYS':
      return refused('its header does not say which key signed it (kid)')
    case 'ERR_JWS_INVALID':
    case 'ERR_JWT_INVALID':
      return refused('it is no JWT')
    case 'ERR_JWKS_TIMEOUT':
    case 'ERR_JWKS_INVALID':
    case 'ERR_JOSE_GENERIC':
      return fail(away)
    default:
      throw error
  }
}
