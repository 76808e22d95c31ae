import { hash } from 'node:crypto'
import type { Access, Permission } from './access.ts'
import { resourceScopes, rulesOf, type ResourceScope } from './scopes.ts'

/** Who is calling, as a checked token says. */
export interface Identity {
  /** Who stands in Provenance, facts and audit: the user, else the client as a Device. */
  readonly actor: string
  /** The client, unique over all issuers; counts against its limits. */
  readonly client: string
  readonly access: Access
  /** May use `/admin` and `/metrics`. */
  readonly isOperator: boolean
  /** May bring HL7 messages, which change whatever they are about. */
  readonly mayFeed: boolean
  /** What the claim of the tenant says; undefined when there is none, or none is asked for. */
  readonly tenant?: string
}

/** Where a token's words are, and whose they are. */
export interface ClaimSettings {
  /** Own FHIR base: users below it are known here. */
  readonly base: string
  readonly issuers: readonly string[]
  readonly rolesClaim: string
  readonly tenantClaim?: string
}

export type Claims = Readonly<Record<string, unknown>>

const roleNames: ReadonlySet<string> = new Set([
  ...['case-manager', 'supervisor', 'reviewer', 'payer', 'provider', 'patient', 'system'],
])
const OPERATOR = 'operator'

/** What the claims of a checked token mean; undefined when they name no client. */
export function identityOf(claims: Claims, settings: ClaimSettings): Identity | undefined {
  const client = clientOf(claims)
  if (client === undefined) return undefined
  const told = userTold(claims['fhirUser'], settings.base)
  const user = told !== undefined && USER.test(told) ? told : undefined
  const patient = patientInContext(claims)
  const scopes = resourceScopes(scopesOf(claims))
  const roles = texts(claimAt(claims, settings.rolesClaim))
  const tenant = settings.tenantClaim === undefined ? undefined : claimAt(claims, settings.tenantClaim)
  const context = { ...(patient !== undefined && { patient }), ...(told !== undefined && { user: told }) }
  return {
    actor: user ?? deviceOf(client, claims, settings),
    client: `${String(claims['iss'])} ${client}`,
    access: {
      rules: rulesOf(scopes, context),
      roles: new Set(roles.filter(role => roleNames.has(role))),
    },
    isOperator: roles.includes(OPERATOR) || isWholeSystem(scopes, ['c', 'r', 'u', 'd', 's']),
    mayFeed: isWholeSystem(scopes, ['c', 'u']),
    ...(typeof tenant === 'string' && { tenant }),
  }
}

/** `system/*` with these permissions, in one scope or several, nothing narrowed. */
const isWholeSystem = (scopes: readonly ResourceScope[], permissions: readonly Permission[]): boolean =>
  permissions.every(permission =>
    scopes.some(
      scope =>
        scope.level === 'system' &&
        scope.type === '*' &&
        scope.query === undefined &&
        scope.permissions.has(permission),
    ),
  )

/** RFC 9068 says `client_id`, OpenID Connect `azp`; `sub` of a token for a client alone is the client. */
const clientOf = (claims: Claims): string | undefined =>
  ['client_id', 'azp', 'cid', 'appid', 'sub']
    .map(name => claims[name])
    .find((value): value is string => typeof value === 'string' && value !== '')

/** `scope` is one text (RFC 8693, 4.2); some servers write a list, or call it `scp`. */
const scopesOf = (claims: Claims): readonly string[] =>
  texts(claims['scope'] ?? claims['scp']).flatMap(text => text.split(' '))

const texts = (value: unknown): readonly string[] =>
  [value].flat().filter((each): each is string => typeof each === 'string')

/** A claim by its name, else by a path of names with dots: `realm_access.roles`. */
function claimAt(claims: Claims, path: string): unknown {
  if (Object.hasOwn(claims, path)) return claims[path]
  let value: unknown = claims
  for (const name of path.split('.')) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined
    value = (value as Claims)[name]
  }
  return value
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/
const USER =
  /^(?:Practitioner|PractitionerRole|Patient|RelatedPerson|Organization|Device)\/[A-Za-z0-9\-.]{1,64}$/

/**
 * Who the user is said to be, without the own base. Whoever is no `USER` by that (one of another server, a type that can't act
 * here) is not the actor, but the client is; what isn't text is nobody.
 */
function userTold(fhirUser: unknown, base: string): string | undefined {
  if (fhirUser === undefined || fhirUser === null) return undefined
  if (typeof fhirUser !== 'string') return ''
  return fhirUser.startsWith(`${base}/`) ? fhirUser.slice(base.length + 1) : fhirUser
}

/** The launch context, wherever an issuer puts it; two that differ are none. */
function patientInContext(claims: Claims): string | undefined {
  const given = [
    claims['patient'],
    claims['launch_response_patient'],
    claimAt(claims, 'launch_response.patient'),
  ]
  const ids = new Set(texts(given).map(text => text.replace(/^Patient\//, '')))
  const [id] = ids
  return ids.size === 1 && id !== undefined && ID.test(id) ? id : undefined
}

const SHORT = /^[A-Za-z0-9\-.]{1,57}$/

/** Clients of the first issuer by their name where FHIR allows it, others by a hash: two issuers may use one name. */
function deviceOf(client: string, claims: Claims, { issuers }: ClaimSettings): string {
  const issuer = String(claims['iss'])
  if (issuer === issuers[0] && SHORT.test(client)) return `Device/client-${client}`
  return `Device/client-${hash('sha256', `${issuer} ${client}`).slice(0, 32)}`
}
