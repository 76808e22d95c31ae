import { expect, test } from 'vitest'
import type { FhirDeps } from '../../../../src/commands/fhir/fhir-deps.ts'
import { withFurtherCases } from '../../../../src/commands/fhir/fhir-loading.ts'
import type { Loaded, Stored } from '../../../../src/commands/ports/store.ts'
import type { Access } from '../../../../src/fhir/smart/access.ts'

const observation = { resourceType: 'Observation', id: 'o', subject: { reference: 'Patient/other' } }
const row: Stored = {
  ...{ shard: 1, type: 'Observation', id: 'o', version: 1, deleted: false, indexHash: 0n },
  ...{ updated: '2026-01-01T00:00:00.000Z', content: JSON.stringify(observation) },
}
const loaded: Loaded = { resources: [row], facts: [], said: [], messages: [] }
const accessTo = (patient: string): Access => ({
  rules: [{ type: '*', permissions: new Set(['d']), patient }],
  roles: new Set(),
})

/** The patients whose cases a delete has loaded. */
async function loadedBy(access: Access): Promise<readonly string[]> {
  const asked: string[] = []
  const store = {
    lanes: 1,
    load: ({ compartments }: { readonly compartments?: { readonly patients: readonly string[] } }) => {
      asked.push(...(compartments?.patients ?? []))
      return Promise.resolve({ ...loaded, resources: [] })
    },
  }
  const clock = { nowMs: () => 0 }
  const deps = { access, store, clock, tenant: 1, base: 'https://cm.example/fhir' } as unknown as FhirDeps
  const intent = { method: 'DELETE', type: 'Observation', id: 'o' } as const
  const key = { type: 'Observation', id: 'o' }
  await withFurtherCases({ deps, intents: [intent], conditions: [], found: new Map(), lock: false }, loaded, [
    { intent, key, shard: 1, clientAssigned: true, found: false },
  ])
  return asked
}

test('a delete of what is hidden loads no case of its patient: the time taken would tell that it is there', async () => {
  expect(await loadedBy(accessTo('own'))).toEqual([])
  expect(await loadedBy(accessTo('other'))).toEqual(['other'])
})
