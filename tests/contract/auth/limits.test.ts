import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGuardedServer, type GuardedServer } from '../../support/guarded-server.ts'

let server: GuardedServer
beforeAll(async () => {
  server = await openGuardedServer({ LIMIT_REQUESTS_PER_MINUTE: '5', LIMIT_CONCURRENT_REQUESTS: '2' })
}, 60_000)
afterAll(() => server.close())

const tokenOf = (client: string) => server.oauth.sign({ client_id: client })

test('a client that asks too much in a minute is 429 with Retry-After, in the words of its door; others are not', async () => {
  const busy = await tokenOf('busy')
  for (let count = 1; count <= 5; count += 1)
    expect((await server.as(busy, { path: '/fhir/Patient' })).status).toBe(200)
  const fhir = await server.as(busy, { path: '/fhir/Patient' })
  expect([fhir.status, fhir.json.issue[0].code]).toEqual([429, 'throttled'])
  expect(Number(fhir.headers['retry-after'])).toBeGreaterThan(0)
  const cases = await server.as(busy, { path: '/cases' })
  expect([cases.status, cases.json.code]).toEqual([429, 'too-many-requests'])
  expect((await server.as(await tokenOf('idle'), { path: '/fhir/Patient' })).status).toBe(200)
})

test('probes are never counted', async () => {
  for (let count = 1; count <= 10; count += 1)
    expect((await server.as(undefined, { path: '/livez' })).status).toBe(200)
})

test('a client that asks too much at once is 429, and served again afterwards', async () => {
  const token = await tokenOf('many')
  await server.as(token, { path: '/instruments' })
  const replies = await Promise.all(
    Array.from({ length: 4 }, () => server.as(token, { path: '/fhir/Patient' })),
  )
  expect(replies.map(({ status }) => status).toSorted()).toEqual([200, 200, 429, 429])
  const refused = replies.find(({ status }) => status === 429)
  expect([refused?.json.issue[0].details.coding[0].code, refused?.headers['retry-after']]).toEqual([
    'too-many-at-once',
    '1',
  ])
})
