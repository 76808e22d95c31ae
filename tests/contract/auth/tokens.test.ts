import { createHmac } from 'node:crypto'
import { generateKeyPair, SignJWT } from 'jose'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { AUDIENCE, openGuardedServer, type GuardedServer } from '../../support/guarded-server.ts'

/** Tokens at the door, against a real OAuth server. */
let server: GuardedServer
let started: number
beforeAll(async () => {
  server = await openGuardedServer()
  started = server.clock.nowMs
}, 60_000)
afterAll(() => server.close())
beforeEach(() => {
  server.clock.nowMs = started
})

const PATIENTS = { path: '/fhir/Patient' }
const statusOf = async (token: string | undefined) => (await server.as(token, PATIENTS)).status
const seconds = (from: number): number => Math.floor(started / 1000) + from

describe('a request', () => {
  test('of a backend service with a token that it got by private_key_jwt is served, and its client is the actor', async () => {
    const token = await server.oauth.token({ id: 'intake-bot', scope: 'system/*.cruds' })
    const body = { resourceType: 'Patient', name: [{ family: 'Rivers' }] }
    const created = await server.as(token, { method: 'POST', path: '/fhir/Patient', body })
    expect(created.status).toBe(201)
    const found = await server.as(token, { path: `/fhir/Provenance?target=Patient/${created.json.id}` })
    const [entry] = found.json.entry
    expect(entry.resource.agent[0].who.reference).toBe('Device/client-intake-bot')
  })

  test('of a user names the user as the actor, whatever X-Actor says', async () => {
    const token = await server.oauth.sign({
      fhirUser: `${AUDIENCE}/Practitioner/ines`,
      scope: 'user/*.cruds',
    })
    const created = await server.as(token, {
      method: 'POST',
      path: '/fhir/Patient',
      body: { resourceType: 'Patient' },
      headers: { 'x-actor': 'Practitioner/mallory' },
    })
    const found = await server.as(token, { path: `/fhir/Provenance?target=Patient/${created.json.id}` })
    expect(found.json.entry[0].resource.agent[0].who.reference).toBe('Practitioner/ines')
  })

  test('without a token is 401 with WWW-Authenticate and no error code, in the words of its door', async () => {
    const fhir = await server.as(undefined, PATIENTS)
    expect([fhir.status, fhir.headers['www-authenticate']]).toEqual([401, 'Bearer realm="casewire"'])
    expect(fhir.json.issue[0]).toMatchObject({
      code: 'login',
      details: { coding: [{ code: 'token-missing' }] },
    })
    const cases = await server.as(undefined, { path: '/cases' })
    expect([cases.status, cases.json.code]).toEqual([401, 'token-missing'])
    const basic = await server.call({ ...PATIENTS, headers: { authorization: 'Basic eDp5' } })
    expect(basic.status).toBe(401)
  })

  test.each([
    ...['/fhir/metadata', '/livez', '/readyz', '/startupz', '/openapi.json', '/docs'],
    '/docs/static/swagger-initializer.js',
  ])('to %s needs no token', async path => {
    expect((await server.as(undefined, { path })).status).not.toBe(401)
  })

  test.each([
    '/admin/messages',
    '/metrics',
    '/cases',
    '/models',
    '/instruments',
    '/fhir/_history',
    '/nowhere',
    '/fhir/x/y/z',
  ])('to %s needs one', async path => {
    expect((await server.as(undefined, { path })).status).toBe(401)
  })

  test('is answered under any Host: tokens keep strangers out', async () => {
    const token = await server.oauth.sign()
    const reply = await server.as(token, { ...PATIENTS, headers: { host: 'cm.example' } })
    expect(reply.status).toBe(200)
  })
})

describe('a token is refused', () => {
  const refusals: readonly (readonly [string, () => Promise<string>])[] = [
    ['for another audience', () => server.oauth.sign({ aud: 'https://other.example/fhir' })],
    ['without an audience', () => server.oauth.sign({ aud: undefined })],
    ['of another issuer', () => server.oauth.sign({ iss: 'https://evil.example' })],
    ['of an issuer that only looks alike', () => server.oauth.sign({ iss: `${server.oauth.issuer}/` })],
    ['without an end', () => server.oauth.sign({ exp: undefined })],
    ['that has ended', () => server.oauth.sign({ exp: seconds(-31) })],
    ['that is not valid yet', () => server.oauth.sign({ nbf: seconds(31) })],
    ['that names no client', () => server.oauth.sign({ client_id: undefined })],
    ['that is no access token', () => server.oauth.sign({}, { typ: 'logout+jwt' })],
    ['that is bound to a key of its client', () => server.oauth.sign({ cnf: { jkt: 'x' } })],
    ['of a key that the issuer does not have', () => forged({ kid: 'key-1' })],
    ['whose key is unknown', () => forged({ kid: 'other' })],
    [
      'that brings its own key',
      () => forged({ kid: 'key-1', jku: 'http://127.0.0.1:1/keys', x5u: 'http://127.0.0.1:1/' }),
    ],
    ['that was tampered with', tampered],
    ['with the algorithm none', async () => unsigned({ alg: 'none' })],
    ['signed with the public key as a secret', async () => hmacWithPublicKey()],
    ['that is no JWT', async () => 'abc.def'],
    ['that is one word', async () => 'opaque'],
  ]

  test.each(refusals)('%s', async (_title, make) => {
    const reply = await server.as(await make(), PATIENTS)
    expect(reply.status).toBe(401)
    expect(reply.headers['www-authenticate']).toContain('error="invalid_token"')
    expect(reply.json.issue[0].diagnostics).not.toContain('evil')
  })

  async function forged(header: Readonly<Record<string, unknown>>): Promise<string> {
    const { privateKey } = await generateKeyPair('ES384')
    return new SignJWT({ iss: server.oauth.issuer, aud: AUDIENCE, client_id: 'x', exp: seconds(300) })
      .setProtectedHeader({ alg: 'ES384', ...header })
      .sign(privateKey)
  }

  async function tampered(): Promise<string> {
    const [header = '', payload = '', signature = ''] = (await server.oauth.sign({ scope: '' })).split('.')
    const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const better = Buffer.from(JSON.stringify({ ...claims, scope: 'system/*.cruds' })).toString('base64url')
    return [header, better, signature].join('.')
  }

  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = () => ({ iss: server.oauth.issuer, aud: AUDIENCE, client_id: 'x', exp: seconds(300) })
  const unsigned = (header: object): string => `${part(header)}.${part(claims())}.`

  function hmacWithPublicKey(): string {
    const text = `${part({ alg: 'HS256', kid: 'key-1' })}.${part(claims())}`
    const secret = JSON.stringify(server.oauth.publicKey())
    return `${text}.${createHmac('sha256', secret).update(text).digest('base64url')}`
  }
})

describe('an answer', () => {
  test('outside /fhir, and a refusal anywhere, stays in no cache of a browser or proxy', async () => {
    const token = await server.oauth.sign()
    for (const path of ['/cases', '/metrics', '/admin/audit', '/nowhere'])
      expect([path, (await server.as(token, { path })).headers['cache-control']]).toEqual([path, 'no-store'])
    for (const path of ['/fhir/Patient/1', '/cases'])
      expect([path, (await server.as(undefined, { path })).headers['cache-control']]).toEqual([
        path,
        'no-store',
      ])
  })

  test('of what everybody may see may be kept', async () => {
    const document = await server.as(undefined, { path: '/openapi.json' })
    expect(document.headers['cache-control']).toBeUndefined()
  })
})

describe('two Authorization headers', () => {
  test('are refused, whichever of them holds: a proxy may have looked at the other', async () => {
    const good = `Bearer ${await server.oauth.sign()}`
    for (const authorization of [
      [good, 'Bearer other'],
      ['Bearer other', good],
      ['Basic eDp5', good],
      [good, good],
    ])
      for (const url of ['/fhir/Patient', '/cases']) {
        const reply = await server.app.server.inject({ url, headers: { Authorization: authorization } })
        expect([url, reply.statusCode, reply.body.includes('token-twice')]).toEqual([url, 400, true])
        expect(reply.headers['www-authenticate']).toContain('error="invalid_request"')
      }
  })
})

describe('time', () => {
  test('may differ from the issuer’s by the skew, and no more', async () => {
    expect(await statusOf(await server.oauth.sign({ exp: seconds(-29), jti: '1' }))).toBe(200)
    expect(await statusOf(await server.oauth.sign({ nbf: seconds(29), jti: '2' }))).toBe(200)
  })

  test('ends a token that was taken a moment ago', async () => {
    const token = await server.oauth.sign({ exp: seconds(20) })
    expect(await statusOf(token)).toBe(200)
    server.clock.nowMs += 49_000
    expect(await statusOf(token)).toBe(200)
    server.clock.nowMs += 2_000
    const reply = await server.as(token, PATIENTS)
    expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([401, 'token-expired'])
    expect(reply.headers['www-authenticate']).toContain('error_description="expired"')
  })
})

describe('the keys of the issuer', () => {
  test('are fetched when first needed, and a token that was checked is not checked again for a minute', async () => {
    const token = await server.oauth.sign({ jti: 'kept' })
    expect(await statusOf(token)).toBe(200)
    const fetched = server.oauth.keysFetched()
    server.oauth.away(true)
    expect(await statusOf(token)).toBe(200)
    server.oauth.away(false)
    expect(server.oauth.keysFetched()).toBe(fetched)
  })

  test('may be replaced: new tokens are taken at once, those of the withdrawn key end within a minute', async () => {
    const old = await server.oauth.sign({ jti: 'old' })
    expect(await statusOf(old)).toBe(200)
    await server.oauth.rotate()
    expect(await statusOf(await server.oauth.sign({ jti: 'new' }))).toBe(200)
    expect(await statusOf(old)).toBe(200)
    server.clock.nowMs += 60_001
    expect(await statusOf(old)).toBe(401)
  })
})

test('nothing of a token gets into the log', async () => {
  const token = await server.oauth.sign({ fhirUser: 'Practitioner/secret-name' })
  await server.as(token, PATIENTS)
  await server.as(`${token}x`, PATIENTS)
  const text = JSON.stringify(server.logged)
  expect(text).toContain('request-served')
  for (const secret of [token.slice(0, 20), token.slice(-20), 'secret-name'])
    expect(text).not.toContain(secret)
})

test('while the issuer is away since the start tokens are answered 503 with Retry-After, and the start does not wait', async () => {
  const other = await openGuardedServer()
  try {
    other.oauth.away(true)
    const token = await other.oauth.sign()
    const away = await other.as(token, PATIENTS)
    expect([away.status, away.headers['retry-after']]).toEqual([503, '5'])
    expect(away.json.issue[0].details.coding[0].code).toBe('issuer-unreachable')
    expect((await other.as(token, { path: '/cases' })).json.code).toBe('issuer-unreachable')
    expect((await other.as(undefined, { path: '/readyz' })).status).not.toBe(401)
    expect(other.logged).toContainEqual(
      expect.objectContaining({ name: 'issuer-away', issuer: other.oauth.issuer, reason: 'status 503' }),
    )
    other.oauth.away(false)
    await expect.poll(async () => (await other.as(token, PATIENTS)).status, { timeout: 10_000 }).toBe(200)
  } finally {
    await other.close()
  }
})
