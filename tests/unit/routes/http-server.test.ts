import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { adminRoutes } from '../../../src/routes/admin.ts'
import { adtRoutes } from '../../../src/routes/adt.ts'
import { httpServer } from '../../../src/routes/http-server.ts'
import { namesThisServer } from '../../../src/routes/own-host.ts'

let server: FastifyInstance
beforeAll(async () => {
  server = httpServer({
    emit: () => undefined,
    meters: { requestServed: () => undefined },
    bodyLimitBytes: 1000,
    isOwnHost: namesThisServer({ host: '127.0.0.5', publicUrl: 'https://Casewire.example:8443/x' }),
  })
  const none = async () => {
    throw new Error('nothing is asked for here')
  }
  adminRoutes(server, () => ({
    inbox: { find: none, show: none, replay: none, quality: none },
    peers: { list: none, show: none, plan: none, run: none },
    events: { status: none, republish: none, revive: none },
  }))
  await server.register(adtRoutes, { ingestOf: () => none, clock: { nowMs: () => 0 } })
  await server.ready()
})
afterAll(() => server.close())

test('a method that an address does not have is 405 and Allow lists what it has', async () => {
  const reply = await server.inject({ method: 'GET', url: '/adt?x=1' })
  expect([reply.statusCode, reply.headers['allow'], reply.json().type]).toEqual([
    405,
    'POST',
    'urn:casewire:error:method-not-allowed',
  ])
  const one = await server.inject({ method: 'DELETE', url: '/admin/messages/7/' })
  expect([one.statusCode, one.headers['allow']]).toEqual([405, 'GET, HEAD'])
  expect((await server.inject({ method: 'GET', url: '/nowhere' })).statusCode).toBe(404)
})

test('a problem points to a page that is there', async () => {
  const reply = await server.inject({ method: 'GET', url: '/nowhere' })
  expect(reply.json().detail).toContain('docs/reference/routes.md')
})

test('a query that is refused names its parameter, and no value', async () => {
  const strange = await server.inject({ method: 'GET', url: '/admin/dead-letters?foo=secret' })
  expect([strange.statusCode, strange.json().detail]).toEqual([
    400,
    expect.stringContaining('parameter foo '),
  ])
  const wrong = await server.inject({ method: 'GET', url: '/admin/messages?count=secret' })
  expect([wrong.statusCode, wrong.json().detail]).toEqual([400, expect.stringContaining('parameter count ')])
  expect(strange.body + wrong.body).not.toContain('secret')
})

test('an empty body that is called JSON is refused with what to do instead', async () => {
  const headers = { 'content-type': 'application/json' }
  const reply = await server.inject({ method: 'POST', url: '/admin/peers/north/run', headers })
  expect([reply.statusCode, reply.json().detail]).toEqual([400, expect.stringContaining('or send {}')])
})

test('a request whose Host is neither loopback, HOST nor that of PUBLIC_URL is refused at every door', async () => {
  const statusFor = async (host: string, url = '/nowhere') =>
    (await server.inject({ method: 'GET', url, headers: { host } })).statusCode
  for (const host of [
    'localhost',
    'LOCALHOST:8080',
    '127.0.0.1:1',
    '[::1]:8080',
    '127.0.0.5:80',
    'casewire.example',
  ])
    expect([host, await statusFor(host)]).toEqual([host, 404])
  for (const host of [
    'evil.example',
    'evil.example:8080',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
  ])
    expect([host, await statusFor(host)]).toEqual([host, 403])
  const fhir = await server.inject({ method: 'GET', url: '/fhir/Patient', headers: { host: 'evil.example' } })
  expect([fhir.statusCode, fhir.json().resourceType]).toEqual([403, 'OperationOutcome'])
})
