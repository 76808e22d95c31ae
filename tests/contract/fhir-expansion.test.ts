import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer

const ORDERS = 'http://x.org/orders'
const on = (code: string, valueBoolean: boolean) => ({ code, valueBoolean })

beforeAll(async () => {
  server = await openFhirServer()
  const system = {
    ...{ resourceType: 'CodeSystem', status: 'active', url: ORDERS, content: 'complete' },
    concept: [
      { code: 'any', property: [on('notSelectable', true)] },
      { code: 'new' },
      { code: 'old', property: [on('inactive', true)] },
      { code: 'older', property: [{ code: 'status', valueCode: 'retired' }] },
      { code: 'kept', property: [on('inactive', false), { code: 'status', valueCode: 'active' }] },
    ],
  }
  const reply = await server.call({ method: 'POST', path: '/CodeSystem', body: system })
  if (reply.status !== 201) throw new Error(reply.text)
})
afterAll(() => server.close())

const compose = { include: [{ system: ORDERS }] }

async function expanded(parameters: object, more: object = {}) {
  const valueSet = { resourceType: 'ValueSet', status: 'active', compose: { ...compose, ...more } }
  const parameter = [
    { name: 'valueSet', resource: valueSet },
    ...Object.entries(parameters).map(([name, valueBoolean]) => ({
      name,
      valueBoolean: valueBoolean as boolean,
    })),
  ]
  const body = { resourceType: 'Parameters', parameter }
  return await server.call({ method: 'POST', path: '/ValueSet/$expand', body })
}

const codes = (reply: Awaited<ReturnType<typeof expanded>>): string =>
  (reply.json.expansion.contains as { readonly code: string }[]).map(({ code }) => code).join(' ')

test('inactive concepts are in an expansion, and say so; activeOnly leaves them out', async () => {
  const reply = await expanded({})
  expect(codes(reply)).toBe('any new old older kept')
  expect(reply.json.expansion.contains.slice(2, 4)).toEqual([
    { system: ORDERS, code: 'old', inactive: true },
    { system: ORDERS, code: 'older', inactive: true },
  ])
  const active = await expanded({ activeOnly: true })
  expect(codes(active)).toBe('any new kept')
  expect(active.json.expansion).toMatchObject({
    total: 3,
    parameter: [{ name: 'activeOnly', valueBoolean: true }],
  })
  expect(codes(await expanded({ activeOnly: false }))).toBe('any new old older kept')
})

test('a compose that is not to have inactive concepts has none', async () => {
  expect(codes(await expanded({}, { inactive: false }))).toBe('any new kept')
  expect(codes(await expanded({}, { inactive: true }))).toBe('any new old older kept')
})

test('a concept that nobody can choose is abstract in an expansion', async () => {
  expect((await expanded({})).json.expansion.contains[0]).toEqual({
    system: ORDERS,
    code: 'any',
    abstract: true,
  })
})

test('includeDefinition tells the definition beside the expansion, excludeNested changes nothing of a flat one', async () => {
  expect((await expanded({ includeDefinition: true })).json.compose).toEqual(compose)
  expect((await expanded({ includeDefinition: false })).json).not.toHaveProperty('compose')
  expect(codes(await expanded({ excludeNested: true }))).toBe('any new old older kept')
})

test('a switch that is neither true nor false is refused', async () => {
  for (const name of ['activeOnly', 'includeDefinition', 'excludeNested']) {
    const path = `/ValueSet/$expand?url=http://hl7.org/fhir/ValueSet/administrative-gender&${name}=perhaps`
    expect((await server.call({ path })).status).toBe(400)
  }
})
