import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Resource } from '../../src/fhir/resource.ts'
import {
  describeWith,
  freshDatabase,
  freshTopic,
  serverAddress,
  type FreshDatabase,
} from '../support/real-servers.ts'
import { startService, type ServiceProcess } from '../support/service-process.ts'

type Known = Resource & { readonly id: string; readonly meta: { readonly versionId: string } }

const run = randomUUID().slice(0, 8)
const CM = 'https://casewire.example/fhir'
let service: ServiceProcess
let database: FreshDatabase
let topic: string
let hapiBase: string

function message(
  event: string,
  at: string,
  fields: { readonly disposition?: string; readonly end?: string } = {},
): string {
  const pv1 = Array.from({ length: 46 }, () => '')
  Object.assign(pv1, {
    1: '1',
    2: 'I',
    3: 'MED^101^A^VALLEY',
    10: 'MED',
    19: `V${run}^^^VALLEY^VN`,
    36: fields.disposition ?? '',
    44: '20261005183000',
    45: fields.end ?? '',
  })
  return [
    `MSH|^~\\&|ADTAPP|VALLEY|CW|CW|${at}||ADT^${event}|${run}-${event}|P|2.5.1`,
    `EVN|${event}|${at}|||USER1|${at}`,
    `PID|1||M${run}^^^VALLEY^MR||RIVERTON^RIVER||19900704|F|||1 MAIN ST^^TOWN^CA^90001||5551234`,
    ['PV1', ...pv1.slice(1)].join('|'),
    '',
  ].join('\r')
}

async function send(...messages: readonly string[]): Promise<void> {
  const producer = new Kafka({
    clientId: 'engine',
    brokers: serverAddress('kafka').split(','),
    logLevel: logLevel.NOTHING,
  }).producer()
  await producer.connect()
  await producer.send({ topic, messages: messages.map(value => ({ key: `M${run}`, value })) })
  await producer.disconnect()
}

async function search(base: string, query: string): Promise<readonly Known[]> {
  const response = await fetch(`${base}/${query}`, { headers: { 'cache-control': 'no-cache' } })
  expect(response.status, query.split('?')[0]).toBe(200)
  const bundle = (await response.json()) as { readonly entry?: readonly { readonly resource: Known }[] }
  return (bundle.entry ?? []).map(({ resource }) => resource)
}

const here = (query: string): Promise<readonly Known[]> => search(`${service.url}/fhir`, query)
const there = (query: string): Promise<readonly Known[]> => search(hapiBase, query)

/** Waits until the question has the answer wanted: both sides move on their own. */
async function eventually<T>(ask: () => Promise<T>, want: (answer: T) => boolean, what: string): Promise<T> {
  for (const endMs = Date.now() + 60_000; ; await sleep(250)) {
    const answer = await ask()
    if (want(answer)) return answer
    if (Date.now() > endMs) throw new Error(`never happened: ${what}`)
  }
}

/** Versions of all that belongs to the patient, on both sides. */
async function versions(): Promise<Readonly<Record<string, string>>> {
  const [patient] = await here(`Patient?identifier=M${run}`)
  const [remote] = await there(`Patient?identifier=M${run}`)
  const sides = [
    ['here', await Promise.all(patientTypes.map(type => here(`${type}?patient=${patient?.id}`)))],
    ['there', await Promise.all(patientTypes.map(type => there(`${type}?patient=${remote?.id}`)))],
  ] as const
  return Object.fromEntries(
    sides.flatMap(([side, found]) =>
      found.flat().map(item => [`${side} ${item.resourceType}/${item.id}`, item.meta.versionId]),
    ),
  )
}
const patientTypes = ['Encounter', 'EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task']

describeWith(['kafka', 'postgres', 'fhir'], 'from the broker to a foreign FHIR server and back', () => {
  beforeAll(async () => {
    database = await freshDatabase()
    topic = await freshTopic({ partitions: 2, prefix: 'adt' })
    hapiBase = serverAddress('fhir')
    const types = ['EpisodeOfCare', 'CareTeam', 'CarePlan', 'Goal', 'Task']
    service = await startService({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: serverAddress('kafka'),
      ADT_TOPICS: topic,
      KAFKA_GROUP: `casewire-${run}`,
      TIME_ZONE: 'America/New_York',
      LOG_LEVEL: 'warn',
      SYNC_CONFIG: JSON.stringify({
        peers: [
          {
            name: 'north',
            baseUrl: hapiBase,
            push: types,
            pull: types,
            patients: 'all',
            pollIntervalMs: 500,
          },
        ],
      }),
    })
  })
  afterAll(async () => {
    await service?.stop()
    await database?.[Symbol.asyncDispose]()
  })

  test('an admission and a discharge on Kafka become case, team, transition plan and Tasks on HAPI', async () => {
    await send(
      message('A01', '20261005183000'),
      message('A03', '20261010103000', { disposition: '01', end: '20261010103000' }),
    )
    const tasks = await eventually(
      async () => {
        const [patient] = await there(`Patient?identifier=M${run}`)
        return patient ? there(`Task?patient=${patient.id}`) : []
      },
      found => found.length >= 9,
      'Tasks on HAPI',
    )
    const codes = tasks.map(task => (task['code'] as { coding: { code: string }[] }).coding[0]?.code)
    expect(codes).toEqual(
      expect.arrayContaining([
        'screen',
        'contact',
        'discharge-info',
        'follow-up-visit',
        'med-rec',
        'readmission-watch',
      ]),
    )
    const [patient] = await there(`Patient?identifier=M${run}`)
    const [episode] = await there(`EpisodeOfCare?patient=${patient?.id}`)
    expect(episode).toMatchObject({ status: 'planned' })
    expect(await there(`CareTeam?patient=${patient?.id}`)).toHaveLength(1)
    const [plan] = await there(`CarePlan?patient=${patient?.id}`)
    expect(plan).toMatchObject({
      status: 'active',
      category: expect.arrayContaining([
        {
          coding: expect.arrayContaining([
            expect.objectContaining({ system: `${CM}/CodeSystem/plan-category`, code: 'transition' }),
          ]),
        },
      ]),
    })
    const [encounter] = await there(`Encounter?patient=${patient?.id}`)
    expect(encounter).toMatchObject({ status: 'finished' })
  })

  test('a Task accepted on HAPI is accepted here, its owner joins the team here and there, and nothing else is written', async () => {
    await settle()
    const before = await versions()
    const created = await fetch(`${hapiBase}/Practitioner`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({ resourceType: 'Practitioner', name: [{ family: 'Haddad', given: ['Noor'] }] }),
    })
    const practitioner = (await created.json()) as Known
    const [remotePatient] = await there(`Patient?identifier=M${run}`)
    const task = (await there(`Task?patient=${remotePatient?.id}`)).find(
      item => (item['code'] as { coding: { code: string }[] }).coding[0]?.code === 'contact',
    )
    const response = await fetch(`${hapiBase}/Task/${task?.id}`, {
      method: 'PUT',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        ...task,
        status: 'accepted',
        owner: { reference: `Practitioner/${practitioner.id}` },
      }),
    })
    expect(response.status).toBe(200)
    const isMember = (team: Known | undefined): boolean =>
      JSON.stringify(team?.['participant'] ?? []).includes(`Practitioner/${practitioner.id}`)
    await eventually(
      async () => (await there(`CareTeam?patient=${remotePatient?.id}`))[0],
      isMember,
      'the owner is a member on HAPI',
    )
    const [patient] = await here(`Patient?identifier=M${run}`)
    expect(isMember((await here(`CareTeam?patient=${patient?.id}`))[0])).toBe(true)
    await settle()
    const after = await versions()
    const changed = Object.keys(after)
      .filter(key => after[key] !== before[key])
      .toSorted((a, b) => a.localeCompare(b))
    expect(changed.map(key => key.split('/')[0])).toEqual([
      'here CareTeam',
      'here Task',
      'there CareTeam',
      'there Task',
    ])
    for (const key of changed) expect(Number(after[key])).toBe(Number(before[key]) + 1)
  })

  test('a plan written here by a FHIR transaction appears on HAPI', async () => {
    const [patient] = await here(`Patient?identifier=M${run}`)
    const subject = { reference: `Patient/${patient?.id}` }
    const entry = (urn: string, resource: Resource) => ({
      fullUrl: urn,
      resource,
      request: { method: 'POST', url: resource.resourceType },
    })
    const [goal, task] = [`urn:uuid:${randomUUID()}`, `urn:uuid:${randomUUID()}`]
    const response = await fetch(`${service.url}/fhir`, {
      method: 'POST',
      headers: { 'content-type': 'application/fhir+json' },
      body: JSON.stringify({
        resourceType: 'Bundle',
        type: 'transaction',
        entry: [
          entry(goal, {
            resourceType: 'Goal',
            lifecycleStatus: 'active',
            description: { text: 'walk to the shop' },
            subject,
            identifier: [{ system: 'urn:test', value: `g${run}` }],
          }),
          entry(task, {
            resourceType: 'Task',
            status: 'requested',
            intent: 'order',
            for: subject,
            identifier: [{ system: 'urn:test', value: `t${run}` }],
          }),
          entry(`urn:uuid:${randomUUID()}`, {
            resourceType: 'CarePlan',
            status: 'active',
            intent: 'plan',
            subject,
            goal: [{ reference: goal }],
            activity: [{ reference: { reference: task } }],
            identifier: [{ system: 'urn:test', value: `p${run}` }],
          }),
        ],
      }),
    })
    expect(response.status).toBe(200)
    const [plan] = await eventually(
      () => there(`CarePlan?identifier=urn:test|p${run}`),
      found => found.length === 1,
      'the plan on HAPI',
    )
    const [remoteGoal] = await there(`Goal?identifier=urn:test|g${run}`)
    const [remoteTask] = await there(`Task?identifier=urn:test|t${run}`)
    expect(plan).toMatchObject({
      goal: [{ reference: `Goal/${remoteGoal?.id}` }],
      activity: [{ reference: { reference: `Task/${remoteTask?.id}` } }],
    })
  })

  test('once quiet, neither side is written again', { timeout: 120_000 }, async () => {
    await settle()
    const before = await versions()
    await sleep(process.env['CASEWIRE_LONG'] === '1' ? 60_000 : 5_000)
    expect(await versions()).toEqual(before)
  })
})

/** Nothing waits for HAPI any more, and two rounds of polling have gone by. */
async function settle(): Promise<void> {
  const waiting = async (): Promise<number> => {
    const response = await fetch(`${service.url}/admin/peers`)
    const { peers } = (await response.json()) as { readonly peers: readonly { readonly waiting: number }[] }
    return peers.reduce((sum, peer) => sum + peer.waiting, 0)
  }
  await eventually(waiting, count => count === 0, 'an empty outbox')
  await sleep(1500)
  await eventually(waiting, count => count === 0, 'an empty outbox')
}
