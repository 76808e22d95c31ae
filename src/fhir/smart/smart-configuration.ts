import type { Resource } from '../resource.ts'

/** What the issuer of tokens says about itself (OpenID Connect Discovery, RFC 8414). */
export type IssuerWords = Readonly<Record<string, unknown>>

/** Passed on as the issuer says them. */
const passedOn = [
  ...['issuer', 'jwks_uri', 'authorization_endpoint', 'token_endpoint', 'registration_endpoint'],
  ...['introspection_endpoint', 'revocation_endpoint', 'management_endpoint', 'userinfo_endpoint'],
  ...['token_endpoint_auth_methods_supported', 'token_endpoint_auth_signing_alg_values_supported'],
  ...['grant_types_supported', 'response_types_supported'],
]

/** What this service understands, whatever the issuer grants. */
const ownScopes = ['patient/*.cruds', 'user/*.cruds', 'system/*.cruds']

/**
 * `.well-known/smart-configuration` (https://hl7.org/fhir/smart-app-launch/conformance.html#metadata): where tokens are
 * had is the issuer's to say, what they open is ours.
 */
export function smartConfiguration(issuer: IssuerWords): object {
  return {
    ...Object.fromEntries(
      passedOn.flatMap(name => (issuer[name] === undefined ? [] : [[name, issuer[name]]])),
    ),
    scopes_supported: [...new Set([...ownScopes, ...textsOf(issuer, 'scopes_supported')])],
    code_challenge_methods_supported: ['S256'],
    capabilities: capabilities(issuer),
  }
}

/** Those that the resource server itself has, and what follows from the words of the issuer. */
function capabilities(issuer: IssuerWords): readonly string[] {
  const scopes = new Set(textsOf(issuer, 'scopes_supported'))
  const methods = new Set(textsOf(issuer, 'token_endpoint_auth_methods_supported'))
  const isInteractive = typeof issuer['authorization_endpoint'] === 'string'
  const found: readonly (readonly [string, boolean])[] = [
    ['permission-v1', true],
    ['permission-v2', true],
    ['permission-patient', true],
    ['permission-user', true],
    ['permission-offline', scopes.has('offline_access')],
    ['client-public', methods.has('none')],
    ['client-confidential-symmetric', methods.has('client_secret_basic')],
    ['client-confidential-asymmetric', methods.has('private_key_jwt')],
    ['sso-openid-connect', isInteractive && scopes.has('openid') && scopes.has('fhirUser')],
    ['launch-ehr', isInteractive && scopes.has('launch')],
    ['launch-standalone', isInteractive && scopes.has('launch/patient')],
    ['context-standalone-patient', isInteractive && scopes.has('launch/patient')],
  ]
  return found.flatMap(([name, has]) => (has ? [name] : []))
}

function textsOf(issuer: IssuerWords, name: string): readonly string[] {
  const value = issuer[name]
  return Array.isArray(value) ? value.filter((each): each is string => typeof each === 'string') : []
}

const OAUTH_URIS = 'http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris'
const endpoints = [
  ['authorize', 'authorization_endpoint'],
  ['token', 'token_endpoint'],
  ['register', 'registration_endpoint'],
  ['introspect', 'introspection_endpoint'],
  ['revoke', 'revocation_endpoint'],
] as const

/** The statement with CapabilityStatement.rest.security, with the endpoints as far as the issuer has told them. */
export function withSecurity(statement: Resource, issuer: IssuerWords | undefined): Resource {
  const uris = endpoints.flatMap(([url, name]) => {
    const value = issuer?.[name]
    return typeof value === 'string' ? [{ url, valueUri: value }] : []
  })
  const security = {
    ...(uris.length > 0 && { extension: [{ url: OAUTH_URIS, extension: uris }] }),
    service: [
      {
        coding: [
          {
            system: 'http://terminology.hl7.org/CodeSystem/restful-security-service',
            code: 'SMART-on-FHIR',
          },
        ],
      },
    ],
    description: 'Access tokens of OAuth 2 with SMART scopes; see .well-known/smart-configuration.',
  }
  const [rest, ...others] = statement['rest'] as readonly object[]
  return { ...statement, rest: [{ ...rest, security }, ...others] }
}
