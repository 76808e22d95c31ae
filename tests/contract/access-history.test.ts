import { afterAll, beforeAll, expect, test } from 'vitest'
import { openGuardedServer, type GuardedServer } from '../support/guarded-server.ts'

/** The history of a type for who may see one record, where most of what is there is of others. */
let server: GuardedServer
beforeAll(async () => {
  server = await openGuardedServer()
  const staff = await server.oauth.sign({ scope: 'system/*.cruds' })
  const patient = (id: string) => ({
    resource: { resourceType: 'Patient', id },
    request: { method: 'PUT', url: `Patient/${id}` },
  })
  const ids = ['own', ...Array.from({ length: 2_100 }, (_, n) => `other${n}`)]
  for (const some of [ids.slice(0, 1), ids.slice(1, 1_000), ids.slice(1_000)]) {
    const body = { resourceType: 'Bundle', type: 'transaction', entry: some.map(patient) }
    const reply = await server.as(staff, { method: 'POST', path: '/fhir', body })
    if (reply.status !== 200) throw new Error(reply.text)
    server.clock.nowMs += 1_000
  }
}, 120_000)
afterAll(() => server.close())

const asked = async (path: string) =>
  server.as(await server.oauth.sign({ scope: 'patient/*.rs', patient: 'own' }), { path })

test('is refused when the own versions lie behind too many others, and says what to ask instead', async () => {
  const reply = await asked('/fhir/Patient/_history?_count=1')
  expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([403, 'history-too-long'])
  expect(reply.text).not.toContain('other')
  const own = await asked('/fhir/Patient/own/_history')
  expect(own.json.entry).toHaveLength(1)
})

test('is told when less is asked for', async () => {
  const since = new Date(server.clock.nowMs - 1_500).toISOString()
  const reply = await asked(`/fhir/Patient/_history?_since=${since}`)
  expect([reply.status, reply.json.entry]).toEqual([200, undefined])
})
