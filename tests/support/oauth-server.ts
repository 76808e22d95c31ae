import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { exportJWK, generateKeyPair, SignJWT, type CryptoKey, type JWK } from 'jose'
import { Provider } from 'oidc-provider'

/**
 * A real OAuth 2 server (oidc-provider) on loopback: clients authenticate by private_key_jwt and get JWT access tokens by
 * client_credentials, as SMART backend services do. Tests may also sign with its keys what it would never issue.
 */
export interface OAuthServer {
  readonly issuer: string
  /** An access token for a client by the whole protocol; the client is made on its first use. */
  readonly token: (client: OAuthClient) => Promise<string>
  /** A token signed with the current key, whatever it says; header and claims replace the usual ones. */
  readonly sign: (claims?: object, header?: object) => Promise<string>
  /** New keys from now on; the old ones are no longer published. */
  readonly rotate: () => Promise<void>
  /** The published key, public part. */
  readonly publicKey: () => JWK
  /** Stops answering until it is called again with false. */
  readonly away: (isAway: boolean) => void
  /** How often keys were fetched. */
  readonly keysFetched: () => number
  readonly close: () => Promise<void>
}

export interface OAuthClient {
  readonly id: string
  readonly scope: string
  /** Claims of its tokens beside the usual ones. */
  readonly claims?: Readonly<Record<string, unknown>>
}

interface Keys {
  readonly signing: CryptoKey
  readonly jwk: JWK
  readonly published: JWK
}

/** Scopes that clients of tests may ask for. */
const knownScopes = (clients: Iterable<OAuthClient>): readonly string[] => [
  ...new Set([...clients].flatMap(({ scope }) => scope.split(' '))),
]

export async function openOAuthServer(options: {
  /** `aud` of the tokens: the FHIR base. */
  readonly audience: string
  /** The present of the tokens that tests sign. */
  readonly nowMs?: () => number
}): Promise<OAuthServer> {
  const { audience, nowMs = () => Date.now() } = options
  const clients = new Map<string, OAuthClient>()
  const clientKeys = await newKeys('client')
  const state = { keys: await newKeys('key-1'), isAway: false, keysFetched: 0, rotations: 1 }
  let handle: ((request: IncomingMessage, response: ServerResponse) => void) | undefined
  const server = createServer((request, response) => {
    if (state.isAway) return void response.writeHead(503).end()
    if (request.url?.startsWith('/jwks') === true) state.keysFetched += 1
    handle?.(request, response)
  })
  const issuer = await listening(server)
  const rebuild = (): void => {
    handle = providerOf({ issuer, audience, keys: state.keys, clientKeys, clients }).callback()
  }
  rebuild()
  return {
    issuer,
    token: async client => {
      if (clients.get(client.id) !== client) {
        clients.set(client.id, client)
        rebuild()
      }
      return requestToken(client, { issuer, audience, key: clientKeys.signing })
    },
    sign: (claims = {}, header = {}) => {
      const seconds = Math.floor(nowMs() / 1000)
      const usual = { iss: issuer, aud: audience, client_id: 'test', scope: 'system/*.cruds' }
      const times = { iat: seconds, exp: seconds + 300 }
      return new SignJWT({ ...usual, ...times, ...claims })
        .setProtectedHeader({ alg: 'ES384', kid: state.keys.jwk.kid ?? '', typ: 'at+jwt', ...header })
        .sign(state.keys.signing)
    },
    rotate: async () => {
      state.rotations += 1
      state.keys = await newKeys(`key-${state.rotations}`)
      rebuild()
    },
    publicKey: () => state.keys.published,
    away: isAway => {
      state.isAway = isAway
    },
    keysFetched: () => state.keysFetched,
    close: async () => {
      server.closeAllConnections()
      await new Promise(resolve => {
        server.close(resolve)
      })
    },
  }
}

async function newKeys(kid: string): Promise<Keys> {
  const { privateKey, publicKey } = await generateKeyPair('ES384', { extractable: true })
  const marks = { kid, alg: 'ES384', use: 'sig' }
  return {
    signing: privateKey,
    jwk: { ...(await exportJWK(privateKey)), ...marks },
    published: { ...(await exportJWK(publicKey)), ...marks },
  }
}

async function listening(server: Server): Promise<string> {
  await new Promise<void>(resolve => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

interface ProviderParts {
  readonly issuer: string
  readonly audience: string
  readonly keys: Keys
  readonly clientKeys: Keys
  readonly clients: ReadonlyMap<string, OAuthClient>
}

function providerOf({ issuer, audience, keys, clientKeys, clients }: ProviderParts): Provider {
  const scopes = knownScopes(clients.values())
  return new Provider(issuer, {
    clients: [...clients.values()].map(({ id, scope }) => ({
      client_id: id,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: 'private_key_jwt',
      token_endpoint_auth_signing_alg: 'ES384',
      jwks: { keys: [clientKeys.published] },
      scope,
    })),
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES384'],
      idTokenSigningAlgValues: ['ES384'],
    },
    clientDefaults: { id_token_signed_response_alg: 'ES384' },
    cookies: { keys: ['of no interest here'] },
    jwks: { keys: [keys.jwk] },
    scopes: ['openid', 'fhirUser', 'launch/patient', ...scopes],
    features: {
      devInteractions: { enabled: false },
      clientCredentials: { enabled: true },
      resourceIndicators: {
        enabled: true,
        getResourceServerInfo: () => ({
          scope: scopes.join(' '),
          audience,
          accessTokenFormat: 'jwt',
          jwt: { sign: { alg: 'ES384' } },
        }),
      },
    },
    extraTokenClaims: (_ctx: unknown, token: { readonly clientId: string }) =>
      clients.get(token.clientId)?.claims,
    ttl: { ClientCredentials: 300 },
  })
}

/** SMART backend services: https://hl7.org/fhir/smart-app-launch/backend-services.html#obtain-access-token */
async function requestToken(
  { id, scope }: OAuthClient,
  { issuer, audience, key }: { readonly issuer: string; readonly audience: string; readonly key: CryptoKey },
): Promise<string> {
  const assertion = await new SignJWT({})
    .setProtectedHeader({ alg: 'ES384', kid: 'client', typ: 'JWT' })
    .setIssuer(id)
    .setSubject(id)
    .setAudience(issuer)
    .setJti(crypto.randomUUID())
    .setIssuedAt()
    .setExpirationTime('4m')
    .sign(key)
  const reply = await fetch(`${issuer}/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      scope,
      resource: audience,
      client_assertion_type: 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer',
      client_assertion: assertion,
    }),
  })
  const body = (await reply.json()) as { readonly access_token?: string }
  if (body.access_token === undefined) throw new Error(`no token: ${JSON.stringify(body)}`)
  return body.access_token
}
