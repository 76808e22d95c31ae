import { afterAll, beforeAll, expect, test } from 'vitest'
import { openCaseServer } from '../../support/case-server.ts'
import { openGuardedServer, type GuardedServer } from '../../support/guarded-server.ts'

let server: GuardedServer
beforeAll(async () => {
  server = await openGuardedServer()
}, 60_000)
afterAll(() => server.close())

const PATHS = ['/fhir/.well-known/smart-configuration', '/.well-known/smart-configuration']

test('says without a token where tokens are had, as the issuer says it, and what they open', async () => {
  const { issuer } = server.oauth
  for (const path of PATHS) {
    const reply = await server.as(undefined, { path })
    expect([reply.status, reply.headers['content-type']]).toEqual([200, 'application/json; charset=utf-8'])
    expect(reply.headers['access-control-allow-origin']).toBe('*')
    expect(reply.json).toMatchObject({
      issuer,
      jwks_uri: `${issuer}/jwks`,
      authorization_endpoint: `${issuer}/auth`,
      token_endpoint: `${issuer}/token`,
      code_challenge_methods_supported: ['S256'],
      grant_types_supported: expect.arrayContaining(['client_credentials']),
    })
    expect(reply.json.scopes_supported).toEqual(expect.arrayContaining(['openid', 'user/*.cruds']))
    expect(reply.json.capabilities).toEqual(
      expect.arrayContaining(['permission-v1', 'permission-v2', 'client-confidential-asymmetric']),
    )
    expect(reply.json.capabilities).not.toContain('client-public')
  }
})

test('the CapabilityStatement names the security and its endpoints', async () => {
  await server.as(undefined, { path: PATHS[0] ?? '' })
  const { json } = await server.as(undefined, { path: '/fhir/metadata' })
  const { security } = json.rest[0]
  expect(security.service[0].coding[0].code).toBe('SMART-on-FHIR')
  const [uris] = security.extension
  expect(uris.url).toBe('http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris')
  expect(uris.extension).toContainEqual({ url: 'token', valueUri: `${server.oauth.issuer}/token` })
})

test('is 503 while the issuer is away and was never reached; the statement is there without the endpoints', async () => {
  const other = await openGuardedServer()
  try {
    other.oauth.away(true)
    const reply = await other.as(undefined, { path: PATHS[0] ?? '' })
    expect([reply.status, reply.headers['retry-after']]).toEqual([503, '5'])
    const { json } = await other.as(undefined, { path: '/fhir/metadata' })
    expect(json.rest[0].security.service).toHaveLength(1)
    expect(json.rest[0].security.extension).toBeUndefined()
  } finally {
    await other.close()
  }
})

test('is 404 where no tokens are taken, and the statement has no security', async () => {
  const other = await openCaseServer()
  try {
    const [fhir, root] = await Promise.all(PATHS.map(path => other.call({ path })))
    expect([fhir?.status, fhir?.json.resourceType]).toEqual([404, 'OperationOutcome'])
    expect([root?.status, root?.json.code]).toEqual([404, 'no-tokens'])
    expect((await other.call({ path: '/fhir/metadata' })).json.rest[0].security).toBeUndefined()
  } finally {
    await other.close()
  }
})
