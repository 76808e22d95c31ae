import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Resource } from '../../src/fhir/resource.ts'
import { caseInACircle } from '../support/case-in-a-circle.ts'
import { openSyncBench } from '../support/sync-bench.ts'

let bench: Awaited<ReturnType<typeof openSyncBench>>
let at: Awaited<ReturnType<typeof bench.fresh>>
let patient: { readonly reference: string }

beforeAll(async () => {
  bench = await openSyncBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  at = await bench.fresh({ pull: ['CarePlan', 'Goal', 'Task'] })
  await at.write(caseInACircle(at.idFor, at.mrn))
  await at.quiet()
  patient = { reference: `Patient/${at.there('Patient').id ?? ''}` }
})
afterEach(() => at.end())

const NAMES = 'https://casewire.example/fhir/sid/resource'
const OWN = 'http://127.0.0.1:8080/fhir'
const A_GOAL = { resourceType: 'Goal', lifecycleStatus: 'active', description: { text: 'walk' } }

const there = async (resource: object): Promise<string> => {
  const { resourceType, id } = resource as Resource
  const body = JSON.stringify(resource)
  const url = `${at.peer.baseUrl}/${resourceType}`
  const answer = await (id === undefined
    ? fetch(url, { method: 'POST', body })
    : fetch(`${url}/${id}`, { method: 'PUT', body }))
  return ((await answer.json()) as { id: string }).id
}
const goalsHere = async (): Promise<number> => {
  const compartments = { patients: [at.idFor('pat')], types: ['Goal'] }
  return (await bench.store.load({ tenant: 1, lane: 0, compartments })).resources.length
}
const ours = () => ({ ...A_GOAL, id: at.idFor('goal'), subject: { reference: `Patient/${at.idFor('pat')}` } })

test('what another Casewire wrote to the peer under the name of a resource here is that resource, not a new one', async () => {
  const copy = await there({
    ...{ ...A_GOAL, subject: patient },
    identifier: [{ system: NAMES, value: at.idFor('goal') }],
  })
  await at.write([ours()])
  await at.quiet()
  expect([await goalsHere(), at.peer.all('Goal').length]).toEqual([1, 1])
  at.peer.change('Goal', copy, goal => ({ ...goal, description: { text: 'run' } }))
  await at.quiet()
  expect(await at.here('Goal', 'goal')).toMatchObject({ description: { text: 'run' } })
})

test('what the peer took from here, as meta.source says, is what it took', async () => {
  await at.write([ours()])
  const source = `${OWN}/Goal/${at.idFor('goal')}`
  await there({ ...A_GOAL, subject: patient, meta: { source } })
  await at.quiet()
  expect(await goalsHere()).toBe(1)
})

test('what a peer wrote here is not written back to it as something new, nor taken from it', async () => {
  const id = 'aaaaaaaa-bbbb-8ccc-9ddd-eeeeeeeeeeee'
  await there({ ...A_GOAL, id, subject: patient })
  await at.write([{ ...ours(), identifier: [{ system: NAMES, value: id }] }])
  await at.quiet()
  expect([await goalsHere(), at.peer.all('Goal').length]).toEqual([1, 1])
  await at.write([{ ...ours(), identifier: [{ system: NAMES, value: id }], lifecycleStatus: 'completed' }])
  await at.quiet()
  expect(at.there('Goal')).toMatchObject({ id, lifecycleStatus: 'completed' })
})

test('two here that were made of one there: the second is given up, and nothing waits behind it', async () => {
  const id = 'aaaaaaaa-bbbb-8ccc-9ddd-ffffffffffff'
  await there({ ...A_GOAL, id, subject: patient })
  const identifier = [{ system: NAMES, value: id }]
  await at.write([
    { ...ours(), identifier },
    { ...ours(), id: at.idFor('twin'), identifier },
  ])
  await at.quiet()
  const { givenUp } = await at.sync.status()
  expect(givenUp.map(({ reason }) => reason)).toEqual([
    'the peer has it from something here that is linked already',
  ])
  expect(at.peer.all('Goal')).toHaveLength(1)
  expect(at.failures).toEqual([])
})

test('a name of another patient proves nothing: what carries it is taken as its own', async () => {
  const other = await there({ resourceType: 'Patient', identifier: [{ system: 'urn:mrn', value: 'other' }] })
  await at.write([
    { resourceType: 'Patient', id: at.idFor('other'), identifier: [{ system: 'urn:mrn', value: 'other' }] },
    { ...ours(), subject: { reference: `Patient/${at.idFor('other')}` } },
  ])
  await at.quiet()
  expect(other).toBeDefined()
  await there({ ...A_GOAL, subject: patient, identifier: [{ system: NAMES, value: at.idFor('goal') }] })
  await at.quiet()
  expect(await goalsHere()).toBe(1)
})

test('a copy of a patient whose id is given everywhere is known by saying the same of who they are; another one is taken', async () => {
  const name = [{ family: 'Rivera', given: [at.mrn] }]
  const id = `p${at.mrn}`
  const own = await bench.fresh({ push: ['Task'], pull: ['Patient'] })
  await own.write([{ resourceType: 'Patient', id, name }])
  const copyOf = async (copy: object): Promise<void> => {
    const identifier = [{ system: NAMES, value: id }]
    const body = JSON.stringify({ resourceType: 'Patient', identifier, ...copy })
    await fetch(`${own.peer.baseUrl}/Patient`, { method: 'POST', body })
  }
  await copyOf({ name })
  await own.quiet()
  expect(await own.sync.status()).toMatchObject({ links: 1 })
  expect(await bench.store.links.byLocal(own.name, [{ type: 'Patient', id }])).toHaveLength(1)
  await copyOf({ name: [{ family: 'Else' }] })
  await own.quiet()
  expect(await own.sync.status()).toMatchObject({ links: 2 })
  await own.end()
})
