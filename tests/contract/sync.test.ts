import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { applyInbound } from '../../src/commands/apply-inbound.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { instantOf } from '../../src/lib/clock.ts'
import { formatV8 } from '../../src/lib/ids.ts'
import { parseJson } from '../../src/lib/json.ts'
import { ok } from '../../src/lib/result.ts'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { openFetchClient } from '../../src/sync/fetch-client.ts'
import { openPeerSync, type PeerSync } from '../../src/sync/peer-sync.ts'
import type { SyncEvents } from '../../src/sync/sync-events.ts'
import { outboundTypes, targetOf, type PeerSettings } from '../../src/sync/peer-settings.ts'
import type { PullDeps } from '../../src/sync/apply-page.ts'
import { caseInACircle, type KnownResource } from '../support/case-in-a-circle.ts'
import { startFakePeer, type Fault } from '../support/fake-peer.ts'

const silent: SyncEvents = {
  pushed: () => {},
  pulled: () => {},
  away: () => {},
  back: () => {},
  buried: () => {},
  leftOut: () => {},
  failed: (_peer, error) => {
    throw error
  },
}
const TASK_SYSTEM = 'https://casewire.example/fhir/sid/resource'

let store: Store
let folder: string
let peer: Awaited<ReturnType<typeof startFakePeer>>
let sync: PeerSync
let settings: PeerSettings
let serial = 0
let skewMs = 0

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'cw-sync-'))
  store = await openEmbeddedStore({
    dataDir: folder,
    clock: { nowMs: Date.now },
    indexResource,
    migrate: 'auto',
  })
})
afterAll(async () => {
  await store.close()
  rmSync(folder, { recursive: true, force: true })
})
beforeEach(async () => {
  peer = await startFakePeer()
  serial += 1
  skewMs = 0
  settings = {
    name: `north${serial}`,
    baseUrl: peer.baseUrl,
    auth: { type: 'none' },
    push: ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task'],
    pull: ['CarePlan', 'Task'],
    patients: 'all',
    pollIntervalMs: 50,
    overlapMs: 300_000,
    maxConcurrency: 4,
    timeoutMs: 30_000,
  }
  sync = openSync()
})
afterEach(async () => {
  await sync.stop()
  await peer.stop()
})

function openSync(): PeerSync {
  const nowMs = (): number => Date.now() + skewMs
  const target = { target: targetOf(settings), types: outboundTypes(settings) }
  const deps: PullDeps = {
    store,
    client: openFetchClient(settings),
    peer: settings,
    tenant: 1,
    canonicalBase: 'https://casewire.example/fhir',
    ownBase: 'http://127.0.0.1:8080/fhir',
    nowMs,
    apply: request =>
      applyInbound({ store, nowMs, targets: [target], law: ({ changed }) => ok(changed) }, request),
  }
  return openPeerSync(deps, silent)
}

const idFor = (name: string): string => formatV8(Buffer.from(`${name}-${serial}`.padEnd(32, '.')), serial)

const caseResources = (): readonly KnownResource[] => caseInACircle(idFor, `M${serial}`)

async function write(resources: readonly (Resource & { id: string })[]): Promise<void> {
  const keys = resources.map(({ resourceType, id }) => ({ type: resourceType, id }))
  const { resources: loaded } = await store.load({ tenant: 1, lane: 0, keys })
  const target = { target: targetOf(settings), types: outboundTypes(settings) }
  const work = openWork(
    { tenant: 1, lane: 0, at: instantOf(Date.now()), actor: 'Device/test', targets: [target] },
    loaded,
  )
  for (const resource of resources) work.put(resource, { shard: serial })
  const flushed = await store.flush(work.changes())
  expect(flushed.ok).toBe(true)
}

async function here(type: string, name: string): Promise<Resource> {
  const stored = await store.read(1, { type, id: idFor(name) })
  return parseJson(stored?.content ?? 'null') as Resource
}

const there = (type: string): Resource => {
  const [found] = peer.all(type)
  expect(found).toBeDefined()
  return found as Resource
}

const quiet = async (): Promise<void> => {
  for (let i = 0; i < 40; i += 1) {
    skewMs += 60_000
    const { pushed, pulled } = await sync.runOnce()
    if (pushed + pulled === 0 && (await sync.status()).waiting === 0) return
  }
  throw new Error('never quiet')
}

describe('pushing a case to a peer', () => {
  test("puts it there once, references in the peer's ids, what is not pushed as identifier and display", async () => {
    await write([
      {
        resourceType: 'Organization',
        id: idFor('org'),
        name: 'Valley General',
        identifier: [{ system: 'urn:org', value: 'VALLEY' }],
      },
      ...caseResources(),
    ])
    await quiet()
    const task = there('Task')
    expect(task['for']).toEqual({ reference: `Patient/${there('Patient').id}` })
    expect(task['basedOn']).toEqual([{ reference: `CarePlan/${there('CarePlan').id}` }])
    expect(there('CarePlan')['activity']).toEqual([{ reference: { reference: `Task/${task.id}` } }])
    expect(there('EpisodeOfCare')['team']).toEqual([{ reference: `CareTeam/${there('CareTeam').id}` }])
    expect(there('Encounter')['serviceProvider']).toEqual({
      type: 'Organization',
      identifier: { system: 'urn:org', value: 'VALLEY' },
      display: 'Valley General',
    })
    expect(task['identifier']).toContainEqual({ system: TASK_SYSTEM, value: idFor('task') })
    expect(peer.all('Organization')).toHaveLength(0)
    const before = peer.writes.length
    expect(before).toBe(6)
    await quiet()
    expect(peer.writes).toHaveLength(before)
  })

  test('sends only what changed afterwards, under the version it knows', async () => {
    await write(caseResources())
    await quiet()
    peer.change('Task', there('Task').id ?? '', task => ({ ...task, note: [{ text: 'theirs' }] }))
    await quiet()
    await write([{ ...(await here('Task', 'task')), id: idFor('task'), priority: 'urgent' }])
    await quiet()
    expect(there('Task')).toMatchObject({ priority: 'urgent', note: [{ text: 'theirs' }] })
    expect(await here('Task', 'task')).toMatchObject({ priority: 'urgent', note: [{ text: 'theirs' }] })
  })

  test('a patient whom the peer knows by a business identifier is linked, not written again', async () => {
    await fetch(`${peer.baseUrl}/Patient`, {
      method: 'POST',
      body: JSON.stringify({
        resourceType: 'Patient',
        identifier: [{ system: 'urn:mrn', value: `M${serial}` }],
        gender: 'female',
      }),
    })
    await write(caseResources())
    await quiet()
    expect(peer.all('Patient')).toHaveLength(1)
    expect(there('Patient')['gender']).toBe('female')
    expect(there('Task')['for']).toEqual({ reference: `Patient/${there('Patient').id}` })
  })
})

describe('a change made on the peer', () => {
  test('arrives here as one version and is not sent back', async () => {
    await write(caseResources())
    await quiet()
    const writes = peer.writes.length
    peer.change('Task', there('Task').id ?? '', task => ({
      ...task,
      status: 'accepted',
      owner: { reference: 'Practitioner/77' },
    }))
    await quiet()
    const task = await here('Task', 'task')
    expect(task).toMatchObject({
      status: 'accepted',
      owner: { reference: `${peer.baseUrl}/Practitioner/77` },
      meta: { versionId: '2' },
    })
    expect(task['for']).toEqual({ reference: `Patient/${idFor('pat')}` })
    expect(peer.writes).toHaveLength(writes + 1)
    await quiet()
    expect((await here('Task', 'task')).meta?.versionId).toBe('2')
    expect(peer.writes).toHaveLength(writes + 1)
  })

  test('to an element that we changed too loses, is kept as a conflict record, and its other elements come in', async () => {
    await write(caseResources())
    await quiet()
    peer.change('Task', there('Task').id ?? '', task => ({
      ...task,
      priority: 'stat',
      description: 'from the peer',
    }))
    await write([{ ...(await here('Task', 'task')), id: idFor('task'), priority: 'urgent' }])
    await quiet()
    expect(there('Task')).toMatchObject({ priority: 'urgent', description: 'from the peer' })
    expect(await here('Task', 'task')).toMatchObject({ priority: 'urgent', description: 'from the peer' })
    const { conflicts } = await sync.status()
    expect(conflicts).toMatchObject([{ key: `Task/${idFor('task')}`, elements: { priority: 'stat' } }])
  })

  test('a Task made on the peer for a patient we share comes here under an id of ours', async () => {
    await write(caseResources())
    await quiet()
    const remotePatient = there('Patient').id
    await fetch(`${peer.baseUrl}/Task`, {
      method: 'POST',
      body: JSON.stringify({
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        for: { reference: `Patient/${remotePatient}` },
      }),
    })
    await fetch(`${peer.baseUrl}/Task`, {
      method: 'POST',
      body: JSON.stringify({
        resourceType: 'Task',
        status: 'requested',
        intent: 'order',
        for: { reference: 'Patient/somebody-else' },
      }),
    })
    await quiet()
    const { resources } = await store.load({
      tenant: 1,
      lane: 0,
      compartments: { patients: [idFor('pat')], types: ['Task'] },
    })
    expect(resources).toHaveLength(2)
    expect(peer.all('Task')).toHaveLength(3)
  })
})

const trouble = [
  { kind: 'status', status: 503 },
  { kind: 'status', status: 429, retryAfter: '2' },
  { kind: 'html' },
  { kind: 'hang-up' },
  { kind: 'lost-answer' },
  { kind: 'status', status: 500 },
  { kind: 'lost-answer' },
] as const

describe('a peer that misbehaves', () => {
  test("gets each patient's writes in the order of the outbox, whatever faults come between", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ patient: fc.integer({ min: 0, max: 3 }), rest: fc.boolean() }), {
          minLength: 4,
          maxLength: 14,
        }),
        fc.array(fc.constantFrom<Fault>(...trouble), { maxLength: 6 }),
        async (edits, faults) => {
          serial += 1
          const from = peer.contents.length
          peer.faults.push(...faults)
          for (const [serialOfEdit, { patient, rest }] of edits.entries()) {
            const id = idFor(`p${patient}`)
            const task = {
              resourceType: 'Task',
              id: idFor(`t${patient}-${serialOfEdit % 3}`),
              status: 'requested',
              intent: 'order',
            }
            await write([
              { resourceType: 'Patient', id, identifier: [{ system: 'urn:mrn', value: id }] },
              { ...task, for: { reference: `Patient/${id}` }, description: String(serialOfEdit) },
            ])
            if (rest) await sync.runOnce()
          }
          await quiet()
          for (const patient of peer.all('Patient')) {
            const seen = peer.contents
              .slice(from)
              .filter(
                item =>
                  (item['for'] as { reference?: string } | undefined)?.reference === `Patient/${patient.id}`,
              )
              .map(item => Number(item['description']))
            expect(seen).toEqual(seen.toSorted((a, b) => a - b))
          }
          const last = new Map(edits.map(({ patient }, n) => [`t${patient}-${n % 3}`, String(n)]))
          for (const [name, description] of last) {
            const held = peer
              .all('Task')
              .find(item => JSON.stringify(item['identifier']).includes(idFor(name)))
            expect(held?.['description']).toBe(description)
          }
        },
      ),
      { numRuns: process.env['CASEWIRE_LONG'] === '1' ? 200 : 15 },
    )
  })

  test('ends up with what an undisturbed run gives, each resource written once', async () => {
    for (const fault of trouble) peer.faults.push(fault)
    await write(caseResources())
    await quiet()
    expect(
      peer.writes.map(entry => entry.split('/')[0]).toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual(['CarePlan', 'CareTeam', 'Encounter', 'EpisodeOfCare', 'Patient', 'Task'])
    for (const fault of trouble) peer.faults.push(fault)
    await write([{ ...(await here('Task', 'task')), id: idFor('task'), priority: 'urgent' }])
    await quiet()
    expect(there('Task')['priority']).toBe('urgent')
    expect(there('CarePlan')['activity']).toEqual([{ reference: { reference: `Task/${there('Task').id}` } }])
  })

  test('that will not be polled for one type is polled for the others, and is still written to', async () => {
    await write(caseResources())
    await sync.runOnce()
    peer.faults.push({ kind: 'status', status: 400 })
    peer.change('Task', there('Task').id ?? '', task => ({ ...task, priority: 'stat' }))
    await sync.runOnce()
    expect(await sync.status()).toMatchObject({ state: 'up', refused: { CarePlan: 'HTTP 400' } })
    expect(await here('Task', 'task')).toMatchObject({ priority: 'stat' })
  })

  test('waits as long as Retry-After says and says why it is away', async () => {
    peer.faults.push({ kind: 'status', status: 429, retryAfter: '120' })
    await write(caseResources())
    await sync.runOnce()
    expect(await sync.status()).toMatchObject({
      state: 'away',
      reason: 'HTTP 429',
    })
    expect(peer.writes).toHaveLength(0)
    await quiet()
    expect(await sync.status()).toMatchObject({ state: 'up' })
    expect(peer.writes).toHaveLength(6)
  })
})
