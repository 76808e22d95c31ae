import { expect, test } from 'vitest'
import { StoreFault, StoreRefusal } from '../../../src/commands/ports/store-fault.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { ok } from '../../../src/lib/result.ts'
import { fhirRoutes } from '../../../src/routes/fhir/fhir-routes.ts'
import { httpServer } from '../../../src/routes/http-server.ts'

const SECRET = 'Rivers 555-1234'

/** The routes over a store whose every method throws. */
async function answerTo(error: Error) {
  const events: { readonly name: string; readonly fields: unknown }[] = []
  const emit = (name: string, fields?: unknown) => void events.push({ name, fields })
  const failing = async (): Promise<never> => {
    throw error
  }
  const store = {
    lanes: 1,
    read: failing,
    load: failing,
    flush: failing,
    search: failing,
    pageKey: failing,
    labelled: failing,
    countHistory: failing,
  } as unknown as Store
  const server = httpServer({ emit, meters: { requestServed: () => undefined }, bodyLimitBytes: 1000 })
  await server.register(fhirRoutes, {
    prefix: '/fhir',
    deps: {
      store,
      ids: { mint: () => 'a', mintAnywhere: () => 'a' },
      clock: { nowMs: () => 0 },
      tenant: 1,
      base: 'http://x.org/fhir',
      canonicalBase: 'http://x.org',
      targets: [],
      validate: () => [],
      applyCaseLaw: ({ changed }) => ok(changed),
    },
    emit,
    bodyLimitBytes: 1000,
    version: '1',
  })
  const reply = await server.inject({ url: '/fhir/Patient/1' })
  const body = { resourceType: 'Patient' }
  const write = await server.inject({ method: 'POST', url: '/fhir/Patient', payload: body })
  await server.close()
  return { reply, write, failures: events.filter(({ name }) => name === 'request-failed') }
}

test.each(['store-unavailable', 'store-full', 'store-error'] as const)(
  'a database with %s is 503 with Retry-After, and nothing is acknowledged',
  async code => {
    const { reply, write } = await answerTo(new StoreFault(code, 'x'))
    for (const answer of [reply, write]) {
      expect([answer.statusCode, answer.headers['retry-after']]).toEqual([503, '5'])
      expect(answer.json()).toMatchObject({
        resourceType: 'OperationOutcome',
        issue: [{ code: 'transient' }],
      })
    }
  },
)

test('content that the database refuses is 422', async () => {
  const { write } = await answerTo(new StoreRefusal({ code: '22P05', detail: SECRET }))
  expect([write.statusCode, write.json().issue[0].details.coding[0].code]).toEqual([
    422,
    'content-not-storable',
  ])
})

test('an error of our own is 500, logged with its request id, and tells nothing of the data', async () => {
  const { reply, failures } = await answerTo(new Error(SECRET))
  expect([reply.statusCode, reply.json().issue[0].code]).toEqual([500, 'exception'])
  expect(reply.body).not.toContain(SECRET)
  expect(JSON.stringify(failures)).not.toContain(SECRET)
  expect(failures[0]?.fields).toMatchObject({
    requestId: reply.headers['x-request-id'],
    route: '/fhir/:type/:id',
  })
})
