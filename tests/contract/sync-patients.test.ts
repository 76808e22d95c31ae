import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import { openSyncBench } from '../support/sync-bench.ts'

let bench: Awaited<ReturnType<typeof openSyncBench>>
let at: Awaited<ReturnType<typeof bench.fresh>>

beforeAll(async () => {
  bench = await openSyncBench()
})
afterAll(() => bench.close())
beforeEach(async () => {
  at = await bench.fresh({ push: ['Task'], pull: ['Patient', 'Task'] })
})
afterEach(() => at.end())

const mrn = (value: string): object => ({ system: 'urn:mrn', value })
const patient = (name: string, ...identifier: readonly object[]) => ({
  ...{ resourceType: 'Patient', id: at.idFor(name) },
  identifier,
})
const task = (name: string, of: string, more: object = {}) => ({
  ...{ resourceType: 'Task', id: at.idFor(name), status: 'requested', intent: 'order' },
  for: { reference: `Patient/${at.idFor(of)}` },
  ...more,
})
/** Something written on the peer by somebody there; its id. */
async function there(resource: object): Promise<string> {
  const { resourceType } = resource as { resourceType: string }
  const answer = await fetch(`${at.peer.baseUrl}/${resourceType}`, {
    method: 'POST',
    body: JSON.stringify(resource),
  })
  return ((await answer.json()) as { id: string }).id
}
const here = async (type: string, patients: readonly string[]) => {
  const compartments = { patients: patients.map(at.idFor), types: [type] }
  return (await bench.store.load({ tenant: 1, lane: 0, compartments })).resources
}

test('a patient whom the peer and we know by one identifier is one patient, whoever tells of them first', async () => {
  await at.write([patient('pat', mrn(at.mrn))])
  const id = await there({ resourceType: 'Patient', identifier: [mrn(at.mrn)] })
  await there({
    resourceType: 'Task',
    status: 'requested',
    intent: 'order',
    for: { reference: `Patient/${id}` },
  })
  await at.quiet()
  expect(await at.sync.status()).toMatchObject({ links: 2, dead: 0 })
  expect(await here('Task', ['pat'])).toHaveLength(1)
  await at.write([task('ours', 'pat')])
  await at.quiet()
  expect(at.peer.all('Patient')).toHaveLength(1)
  expect(at.peer.all('Task')).toHaveLength(2)
  expect(at.failures).toEqual([])
})

test('two patients here who share an identifier are not both the one patient there, and nothing stands still', async () => {
  const shared = { system: 'urn:insurance', value: at.mrn }
  await there({ resourceType: 'Patient', identifier: [shared] })
  await at.write([patient('one', mrn('1'), shared), patient('two', mrn('2'), shared)])
  await at.write([task('t1', 'one'), task('t2', 'two')])
  await at.quiet()
  expect(at.failures).toEqual([])
  expect(at.peer.all('Patient')).toHaveLength(2)
  const subjects = at.peer.all('Task').map(item => JSON.stringify(item['for']))
  expect(new Set(subjects).size).toBe(2)
})

test('what a peer had of a patient before we knew them comes in with the first that goes out, however old', async () => {
  const quietly = await bench.fresh({ push: ['Task'], pull: ['Task'], overlapMs: 0 })
  const own = at
  at = quietly
  const id = await there({ resourceType: 'Patient', identifier: [mrn(at.mrn)] })
  const of = { for: { reference: `Patient/${id}` } }
  await there({ resourceType: 'Task', status: 'requested', intent: 'order', ...of, description: 'old' })
  await there({ resourceType: 'Patient', identifier: [mrn('somebody else')] })
  await there({ resourceType: 'Task', status: 'requested', intent: 'order', for: { display: 'nobody' } })
  await at.quiet()
  await at.write([patient('pat', mrn(at.mrn)), task('ours', 'pat')])
  await at.quiet()
  const descriptions = (await here('Task', ['pat'])).map(({ content }) => content.includes('"old"'))
  expect(descriptions.toSorted()).toEqual([false, true])
  await quietly.end()
  at = own
})

test('with patients: linked nobody new comes from the peer', async () => {
  const linked = await bench.fresh({ push: ['Task'], pull: ['Patient'], patients: 'linked' })
  const own = at
  at = linked
  await there({ resourceType: 'Patient', identifier: [mrn('unknown here')] })
  const { pulled } = await at.sync.runOnce()
  expect(pulled).toBe(0)
  await linked.end()
  at = own
})
