import { modelLookup, shippedModels } from '../../src/care-plan/models/shipped-models.ts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { defaultCaseRules } from '../../src/care-plan/case/case-rules.ts'
import { applyInbound, type InboundLaw } from '../../src/commands/apply-inbound.ts'
import { openWork } from '../../src/commands/work/unit-of-work.ts'
import { patientOf } from '../../src/fhir/compartment.ts'
import type { Resource } from '../../src/fhir/resource.ts'
import { holidayCalendar } from '../../src/lib/holiday-calendars.ts'
import { shardInId, shardOfKey } from '../../src/lib/ids.ts'
import { applyCaseLaw } from '../../src/mappers/case/law/law.ts'
import {
  admission,
  after,
  CM,
  discharge,
  emptyWorld,
  only,
  PATIENT,
  stay,
  taskOf,
} from '../support/case-world.ts'
import { openFhirServer, type FhirServer } from '../support/fhir-server.ts'

const world = after(emptyWorld, [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', '01')]),
])

const law = {
  tenant: 1,
  timeZone: 'America/New_York',
  calendar: holidayCalendar('us-federal'),
  rules: defaultCaseRules,
  models: modelLookup(shippedModels),
}

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer({ applyCaseLaw: input => applyCaseLaw({ ...input, ...law }) })
  const at = '2026-10-11T00:00:00.000Z'
  const work = openWork({ tenant: 1, lane: 0, at, actor: 'Device/test', targets: [] }, [])
  for (const resource of world.compartment) {
    if (resource.id === undefined) continue
    const shard = shardInId(resource.id) ?? shardOfKey(1, `Patient/${patientOf(resource) ?? ''}`)
    work.put({ ...resource, id: resource.id }, { shard })
  }
  const flushed = await server.store.flush(work.changes())
  if (!flushed.ok) throw new Error('the world could not be stored')
})
afterAll(() => server.close())

type InboundInput = Parameters<InboundLaw>[0]

const put = (resource: Resource) =>
  server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id ?? ''}`, body: resource })
const teamOf = async () => {
  const id = only(world, 'CareTeam').id ?? ''
  return (await server.call({ path: `/CareTeam/${id}` })).json
}

test('an illegal change of a case is 422 and writes nothing', async () => {
  const episode = only(world, 'EpisodeOfCare')
  const reply = await put({ ...episode, status: 'cancelled' })
  expect([reply.status, reply.json.issue[0].code]).toEqual([422, 'business-rule'])
  const stands = await server.call({ path: `/EpisodeOfCare/${episode.id ?? ''}` })
  expect(stands.json.meta.versionId).toBe('1')
})

test('a patch is under the same law, alone and in a transaction, which names the entry', async () => {
  const episode = only(world, 'EpisodeOfCare')
  const path = `EpisodeOfCare/${episode.id ?? ''}`
  const operations = [{ op: 'replace', path: '/status', value: 'finished' }]
  const headers = { 'content-type': 'application/json-patch+json' }
  const alone = await server.call({ method: 'PATCH', path: `/${path}`, body: operations, headers })
  expect([alone.status, alone.json.issue[0].code]).toEqual([422, 'business-rule'])
  const data = Buffer.from(JSON.stringify(operations)).toString('base64')
  const resource = { resourceType: 'Binary', contentType: 'application/json-patch+json', data }
  const entry = [{ resource, request: { method: 'PATCH', url: path } }]
  const body = { resourceType: 'Bundle', type: 'transaction', entry }
  const together = await server.call({ method: 'POST', path: '/', body })
  expect([together.status, together.json.issue[0].expression]).toEqual([
    422,
    ['Bundle.entry[0].resource.status'],
  ])
  expect((await server.call({ path: `/${path}` })).headers['etag']).toBe('W/"1"')
})

test('an accepted Task makes its owner a member of the team, in the same write', async () => {
  const task = taskOf(world, 'contact')
  const reply = await put({
    ...task,
    status: 'accepted',
    owner: { reference: 'Practitioner/noor' },
  })
  expect(reply.status).toBe(200)
  const team = await teamOf()
  expect(team.meta.versionId).toBe('2')
  expect(JSON.stringify(team.participant)).toContain('Practitioner/noor')
  const again = await put(reply.json)
  expect([again.status, again.headers['etag']]).toEqual([200, 'W/"2"'])
  expect((await teamOf()).meta.versionId).toBe('2')
})

test('a duty stays with its patient and its case, whoever it is moved to', async () => {
  const task = taskOf(world, 'med-rec')
  const moved = { ...task, for: { reference: 'Patient/other' } }
  const orphaned = { ...moved, groupIdentifier: { value: 'other' } }
  const { for: _patient, groupIdentifier: _case, ...bare } = task
  for (const [resource, expression] of [
    [moved, 'Task.for'],
    [orphaned, 'Task.groupIdentifier'],
    [bare, 'Task.groupIdentifier'],
  ] as const) {
    const reply = await put(resource)
    expect([reply.status, reply.json.issue[0].expression]).toEqual([422, [expression]])
    expect(reply.json.issue[0].details.coding[0].code).toBe('derived-element')
  }
  const stands = await server.call({ path: `/Task/${task.id ?? ''}` })
  expect(stands.json.meta.versionId).toBe('1')
})

test('a peer that moves a duty to another patient leaves it where it is, and people look', async () => {
  const task = taskOf(world, 'follow-up-visit')
  const [id = '', patient] = [task.id, 'other']
  const resource = { ...task, id, for: { reference: `Patient/${patient}` }, priority: 'asap' }
  const key = { type: 'Task', id }
  const link = { peer: 'p', ...key, remoteId: 't', remoteVersion: '2', base: {}, remoteHash: 'h' }
  const deps = {
    store: server.store,
    nowMs: () => server.clock.nowMs,
    targets: [],
    law: (input: InboundInput) => applyCaseLaw({ ...input, ...law, canonicalBase: CM, door: 'peer' }),
  }
  const applied = await applyInbound(deps, {
    tenant: 1,
    origin: 'peer:p',
    actor: 'Device/p',
    changes: [{ key, patient, decide: () => ({ resource, link, asPeerSays: true }) }],
  })
  expect(applied).toEqual({ ok: true, value: 2 })
  const { json } = await server.call({ path: `/Task/${id}` })
  expect([json.for, json.priority, json.meta.tag.at(-1).code]).toEqual([
    task['for'],
    'asap',
    'illegal-transition',
  ])
})

const owned = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Task']

test('what belongs to a case is not deleted, alone or in a transaction: the status says it', async () => {
  for (const type of owned) {
    const { id = '' } = type === 'Task' ? taskOf(world, 'med-rec') : only(world, type)
    const alone = await server.call({ method: 'DELETE', path: `/${type}/${id}` })
    const patient = { resourceType: 'Patient', id: `beside-${type}` }
    const together = await server.call({
      method: 'POST',
      path: '',
      body: {
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          { request: { method: 'DELETE', url: `${type}/${id}` } },
          { request: { method: 'PUT', url: `Patient/${patient.id}` }, resource: patient },
        ],
      },
    })
    for (const reply of [alone, together]) {
      expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([
        422,
        'case-owned-not-deletable',
      ])
      const legal = type === 'CareTeam' ? /Legal: suspended\.$/ : /Legal: .*entered-in-error\.$/
      expect(reply.json.issue[0].diagnostics).toMatch(legal)
    }
    expect((await server.call({ path: `/${type}/${id}` })).status).toBe(200)
    expect((await server.call({ path: `/Patient/${patient.id}` })).status).toBe(404)
  }
})

const goal = (id: string, lifecycleStatus: string): Resource => ({
  resourceType: 'Goal',
  id,
  identifier: [{ system: `${CM}/sid/case`, value: only(world, 'EpisodeOfCare').id ?? '' }],
  lifecycleStatus,
  description: { text: 'Walk' },
  subject: { reference: `Patient/${PATIENT}` },
  expressedBy: { reference: `Patient/${PATIENT}` },
})

const together = (...resources: readonly Resource[]) => {
  const entry = resources.map(resource => ({
    resource,
    request: { method: 'PUT', url: `${resource.resourceType}/${resource.id ?? ''}` },
  }))
  return server.call({
    method: 'POST',
    path: '',
    body: { resourceType: 'Bundle', type: 'transaction', entry },
  })
}

test('a transaction names the entry at fault, also beside others of its type', async () => {
  expect((await together(goal('g1', 'accepted'), goal('g2', 'accepted'))).status).toBe(200)
  const [contact, record] = [taskOf(world, 'contact'), taskOf(world, 'med-rec')]
  const faults = [
    [[record, { ...contact, status: 'draft' }], 1, '.resource.status'],
    [[{ ...record, status: 'cancelled' }, goal('g1', 'accepted')], 0, '.resource.statusReason.text'],
    [[goal('g1', 'accepted'), goal('g2', 'cancelled')], 1, '.resource.lifecycleStatus'],
    [[goal('g1', 'accepted'), goal('g2', 'completed')], 1, '.resource.lifecycleStatus'],
  ] as const
  for (const [resources, n, element] of faults) {
    const { status, json } = await together(...resources)
    expect([status, json.issue[0].expression]).toEqual([422, [`Bundle.entry[${n}]${element}`]])
    expect(json.issue[0].diagnostics.startsWith(`Bundle.entry[${n}]: `)).toBe(true)
  }
})

test('what a case does not own can be deleted', async () => {
  for (const type of ['Task', 'EpisodeOfCare', 'Encounter', 'Patient']) {
    const body = plain[type]
    const path = `/${type}/plain`
    expect((await server.call({ method: 'PUT', path, body })).status).toBe(201)
    expect((await server.call({ method: 'DELETE', path })).status).toBeLessThan(300)
    expect((await server.call({ path })).status).toBe(410)
  }
})

const patient = { reference: `Patient/${PATIENT}` }
const plain: Readonly<Record<string, object>> = {
  Task: { resourceType: 'Task', id: 'plain', status: 'requested', intent: 'order', for: patient },
  EpisodeOfCare: { resourceType: 'EpisodeOfCare', id: 'plain', status: 'active', patient },
  Encounter: {
    resourceType: 'Encounter',
    id: 'plain',
    status: 'planned',
    class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'AMB' },
    subject: patient,
  },
  Patient: { resourceType: 'Patient', id: 'plain' },
}

test('a case that a client opens has its number from its id, and a type that is known', async () => {
  const opened = (code: string) => ({
    resourceType: 'EpisodeOfCare',
    status: 'planned',
    type: [{ coding: [{ system: `${CM}/CodeSystem/case-type`, code }] }],
    patient: { reference: 'Patient/another' },
  })
  const made = await server.call({ method: 'POST', path: '/EpisodeOfCare', body: opened('chronic') })
  expect(made.status).toBe(201)
  expect(made.json.identifier).toEqual([{ system: `${CM}/sid/case`, value: made.json.id }])
  const odd = await server.call({ method: 'POST', path: '/EpisodeOfCare', body: opened('bogus') })
  expect([odd.status, odd.json.issue[0].details.coding[0].code]).toEqual([422, 'case-type-unknown'])
  expect(odd.json.issue[0].diagnostics).toContain('acute, chronic')
})

test('what a case does not own passes untouched', async () => {
  const reply = await server.call({
    method: 'POST',
    path: '/Task',
    body: {
      resourceType: 'Task',
      status: 'completed',
      intent: 'order',
      for: { reference: `Patient/${PATIENT}` },
    },
  })
  expect(reply.status).toBe(201)
})
