import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openFhirServer, type FhirServer } from '../../support/fhir-server.ts'

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
})
afterAll(() => server.close())

const isLong = process.env['CASEWIRE_LONG'] === '1'

/** What another client does between two pages. */
const meddling = fc.oneof(
  fc.record({ kind: fc.constant('create' as const) }),
  fc.record({ kind: fc.constant('update' as const), at: fc.nat() }),
  fc.record({ kind: fc.constant('delete' as const), at: fc.nat() }),
)

const sorts = [
  '',
  '_sort=_id&',
  '_sort=-_id&',
  '_sort=_lastUpdated&',
  '_sort=family,-_id&',
  '_sort=-birthdate&',
] as const

let run = 0

const body = (id: string, family: string) => ({
  resourceType: 'Patient',
  id,
  identifier: [{ system: 'urn:run', value: String(run) }],
  name: [{ family }],
  birthDate: `19${String(50 + (family.length % 40))}-01-01`,
})

const put = (id: string, family: string) =>
  server.call({ method: 'PUT', path: `/Patient/${id}`, body: body(id, family) })

test('whoever pages while others write sees what nobody touched exactly once, and nothing twice that kept its place', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...sorts),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 3, max: 12 }),
      fc.array(fc.array(meddling, { maxLength: 3 }), { maxLength: 8 }),
      async (sort, count, size, rounds) => {
        run += 1
        const start = Array.from({ length: size }, (_, n) => `r${run}-${n}`)
        for (const id of start) await put(id, `Name${'x'.repeat(id.length % 5)}`)
        const touched = new Set<string>()
        const seen: string[] = []
        let next: string | undefined = `/Patient?identifier=urn:run%7C${run}&${sort}_count=${count}`
        for (let round = 0; next !== undefined; round += 1) {
          server.clock.nowMs += 1000
          const page = await server.call({ path: next })
          seen.push(
            ...(page.json.entry ?? []).map((entry: { resource: { id: string } }) => entry.resource.id),
          )
          next = page.json.link.find((link: { relation: string }) => link.relation === 'next')?.url
          for (const [index, change] of (rounds[round] ?? []).entries()) {
            const id =
              change.kind === 'create' ? `r${run}-new-${round}-${index}` : (start[change.at % size] ?? '')
            touched.add(id)
            if (change.kind === 'delete') await server.call({ method: 'DELETE', path: `/Patient/${id}` })
            else await put(id, `Changed${round}${index}`)
          }
        }
        const counts = Map.groupBy(seen, id => id)
        for (const id of start.filter(one => !touched.has(one)))
          expect([id, counts.get(id)?.length]).toEqual([id, 1])
        if (!/_lastUpdated|family|birthdate/.test(sort)) expect(new Set(seen).size).toBe(seen.length)
      },
    ),
    { numRuns: isLong ? 300 : 12 },
  )
})
