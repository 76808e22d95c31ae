import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { applyInbound } from '../../src/commands/apply-inbound.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { instantOf } from '../../src/lib/clock.ts'
import { derivedId } from '../../src/lib/ids.ts'
import { parseJson } from '../../src/lib/json.ts'
import { ok } from '../../src/lib/result.ts'
import { openEmbeddedStore } from '../../src/store/open-store.ts'
import { openFetchClient } from '../../src/sync/fetch-client.ts'
import { outboundTypes, targetOf, type PeerSettings } from '../../src/sync/peer-settings.ts'
import { openPeerSync, type PeerSync } from '../../src/sync/peer-sync.ts'
import { describeWith, serverAddress } from '../support/real-servers.ts'

type Known = Resource & { readonly id: string }
const run = randomUUID()
const OWN = 'https://casewire.example/fhir/sid/resource'
const idFor = (name: string): string => derivedId(7, 1, 'Test', `${run}/${name}`)

let store: Store
let folder: string
let settings: PeerSettings
let sync: PeerSync

function caseOf(name: string): readonly Known[] {
  const subject = { reference: `Patient/${idFor(`${name}pat`)}` }
  const episode = { reference: `EpisodeOfCare/${idFor(`${name}eoc`)}` }
  return [
    {
      resourceType: 'Patient',
      id: idFor(`${name}pat`),
      identifier: [{ system: 'urn:mrn', value: `${run}-${name}` }],
    },
    {
      resourceType: 'Encounter',
      id: idFor(`${name}enc`),
      status: 'in-progress',
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
      subject,
      episodeOfCare: [episode],
      serviceProvider: { reference: `Organization/${idFor('org')}` },
    },
    {
      resourceType: 'EpisodeOfCare',
      id: idFor(`${name}eoc`),
      status: 'planned',
      patient: subject,
      team: [{ reference: `CareTeam/${idFor(`${name}team`)}` }],
    },
    {
      resourceType: 'CareTeam',
      id: idFor(`${name}team`),
      status: 'active',
      subject,
      extension: [
        { url: 'http://hl7.org/fhir/StructureDefinition/workflow-episodeOfCare', valueReference: episode },
      ],
    },
    {
      resourceType: 'Goal',
      id: idFor(`${name}goal`),
      lifecycleStatus: 'active',
      description: { text: 'walk' },
      subject,
      target: [{ measure: { text: 'distance' }, detailQuantity: JSON.parse('{"value":1.5,"unit":"km"}') }],
    },
    {
      resourceType: 'CarePlan',
      id: idFor(`${name}plan`),
      status: 'active',
      intent: 'plan',
      subject,
      goal: [{ reference: `Goal/${idFor(`${name}goal`)}` }],
      activity: [{ reference: { reference: `Task/${idFor(`${name}task`)}` } }],
    },
    {
      resourceType: 'Task',
      id: idFor(`${name}task`),
      status: 'requested',
      intent: 'order',
      for: subject,
      focus: { reference: `Encounter/${idFor(`${name}enc`)}` },
      basedOn: [{ reference: `CarePlan/${idFor(`${name}plan`)}` }],
    },
  ]
}

async function write(resources: readonly Known[]): Promise<void> {
  const keys = resources.map(({ resourceType, id }) => ({ type: resourceType, id }))
  const { resources: loaded } = await store.load({ tenant: 1, lane: 0, keys })
  const targets = [{ target: targetOf(settings), types: outboundTypes(settings) }]
  const work = openWork(
    { tenant: 1, lane: 0, at: instantOf(Date.now()), actor: 'Device/test', targets },
    loaded,
  )
  for (const resource of resources) work.put(resource, { shard: 7 })
  expect((await store.flush(work.changes())).ok).toBe(true)
}

async function here(type: string, name: string): Promise<Known> {
  const stored = await store.read(1, { type, id: idFor(name) })
  return parseJson(stored?.content ?? 'null') as Known
}

async function there(type: string, name: string): Promise<Known> {
  const query = new URLSearchParams({ identifier: `${OWN}|${idFor(name)}` })
  const bundle = (await hapi(`${type}?${query.toString()}`)) as { entry?: { resource: Known }[] }
  expect(bundle.entry).toHaveLength(1)
  return bundle.entry?.[0]?.resource as Known
}

async function hapi(path: string, init: Pick<RequestInit, 'method' | 'body'> = {}): Promise<unknown> {
  const response = await fetch(`${settings.baseUrl}/${path}`, {
    ...init,
    headers: { 'content-type': 'application/fhir+json', 'cache-control': 'no-cache' },
  })
  expect(response.ok, `${path.split('?')[0]} answered ${response.status}`).toBe(true)
  return response.json()
}

const change = async (resource: Known, edit: Record<string, unknown>): Promise<void> => {
  await hapi(`${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    body: JSON.stringify({ ...resource, ...edit }),
  })
}

async function quiet(): Promise<number> {
  let rounds = 0
  for (let still = 0; still < 2 && rounds < 30; rounds += 1) {
    const { pushed, pulled, failure } = await sync.runOnce()
    expect(failure).toBeUndefined()
    still = pushed + pulled === 0 ? still + 1 : 0
    await sleep(20)
  }
  return rounds
}

describeWith(['fhir'], 'a real HAPI FHIR server as a peer', () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'cw-hapi-'))
    store = await openEmbeddedStore({
      dataDir: folder,
      clock: { nowMs: Date.now },
      indexResource,
      migrate: 'auto',
    })
    settings = {
      name: 'hapi',
      baseUrl: serverAddress('fhir'),
      auth: { type: 'none' },
      push: ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task'],
      pull: ['CarePlan', 'Task', 'Goal', 'CareTeam', 'EpisodeOfCare'],
      patients: 'all',
      pollIntervalMs: 1000,
      overlapMs: 300_000,
      maxConcurrency: 4,
      timeoutMs: 10_000,
    }
    const targets = [{ target: targetOf(settings), types: outboundTypes(settings) }]
    const law = ({ changed }: { readonly changed: readonly Resource[] }) => ok(changed)
    const fail = (_peer: string, error: unknown): void => {
      throw error
    }
    sync = openPeerSync(
      {
        store,
        client: openFetchClient(settings),
        peer: settings,
        tenant: 1,
        canonicalBase: 'https://casewire.example/fhir',
        ownBase: 'http://127.0.0.1:8080/fhir',
        nowMs: Date.now,
        apply: request => applyInbound({ store, nowMs: Date.now, targets, law }, request),
      },
      {
        pushed: () => {},
        pulled: () => {},
        away: () => {},
        back: () => {},
        buried: () => {},
        leftOut: () => {},
        failed: fail,
      },
    )
    await write([{ resourceType: 'Organization', id: idFor('org'), name: 'Valley General' }])
  })
  afterAll(async () => {
    await sync.stop()
    await store.close()
    rmSync(folder, { recursive: true, force: true })
  })

  test('holds a case once, with references in its own ids, and is quiet afterwards', async () => {
    await write(caseOf('a'))
    await quiet()
    const task = await there('Task', 'atask')
    const plan = await there('CarePlan', 'aplan')
    expect(task['for']).toEqual({ reference: `Patient/${(await there('Patient', 'apat')).id}` })
    expect(task['basedOn']).toEqual([{ reference: `CarePlan/${plan.id}` }])
    expect(plan['activity']).toEqual([{ reference: { reference: `Task/${task.id}` } }])
    expect((await there('Encounter', 'aenc'))['serviceProvider']).toMatchObject({ display: 'Valley General' })
    for (const name of ['agoal', 'ateam', 'aeoc']) {
      const type = { agoal: 'Goal', ateam: 'CareTeam', aeoc: 'EpisodeOfCare' }[name] ?? ''
      expect((await there(type, name)).meta?.versionId).toBe('1')
      expect((await here(type, name)).meta?.versionId).toBe('1')
    }
  })

  test('takes an update of ours, and its own change arrives here as one version without an echo', async () => {
    await write(caseOf('b'))
    await quiet()
    await write([{ ...(await here('Goal', 'bgoal')), startDate: '2026-10-05' }])
    await quiet()
    expect(await there('Goal', 'bgoal')).toMatchObject({ startDate: '2026-10-05', meta: { versionId: '2' } })
    const made = (await hapi('Practitioner', {
      method: 'POST',
      body: JSON.stringify({ resourceType: 'Practitioner' }),
    })) as Known
    await change(await there('Task', 'btask'), {
      status: 'accepted',
      owner: { reference: `Practitioner/${made.id}` },
    })
    await quiet()
    expect(await here('Task', 'btask')).toMatchObject({
      status: 'accepted',
      owner: { reference: `${settings.baseUrl}/Practitioner/${made.id}` },
      meta: { versionId: '2' },
    })
    expect((await there('Task', 'btask')).meta?.versionId).toBe('2')
  })

  test('that changed the same resource meanwhile (409) keeps what only it changed, and the clash is recorded', async () => {
    await write(caseOf('c'))
    await quiet()
    await change(await there('Task', 'ctask'), { priority: 'stat', description: 'from the peer' })
    await write([{ ...(await here('Task', 'ctask')), priority: 'urgent' }])
    await quiet()
    const both = { priority: 'urgent', description: 'from the peer' }
    expect(await there('Task', 'ctask')).toMatchObject(both)
    expect(await here('Task', 'ctask')).toMatchObject(both)
    const { conflicts } = await sync.status()
    expect(conflicts).toMatchObject([{ key: `Task/${idFor('ctask')}`, elements: { priority: 'stat' } }])
  })

  test('that refuses one resource for ever is given the others, and the row is kept for an operator', async () => {
    const [patient, , , , goal] = caseOf('d')
    // HAPI refuses an id that isn't one of FHIR's in a reference of the wrong type (422).
    const wrong = { ...goal, addresses: [{ reference: `Patient/${idFor('dpat')}` }] } as Known
    const other = { ...goal, id: idFor('dother') } as Known
    await write([patient, wrong, other] as readonly Known[])
    await quiet()
    await there('Goal', 'dother')
    expect(await sync.status()).toMatchObject({ waiting: 0, dead: 1, state: 'up' })
  })
})
