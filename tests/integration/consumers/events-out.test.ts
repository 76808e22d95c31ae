import { spawn } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { afterEach, expect, it } from 'vitest'
import type { CaseFile } from '../../../src/care-plan/case/case-file.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { parseJson } from '../../../src/lib/json.ts'
import { readCaseFiles } from '../../../src/mappers/case/nouns/case-files.ts'
import { nounLenses } from '../../../src/mappers/case/nouns/noun-lenses.ts'
import { workflowEpisode } from '../../../src/mappers/case/names.ts'
import { feed } from '../../support/adt-workload.ts'
import { faultsOf } from '../../support/event-schemas.ts'
import { foldEvents, plainFile, type EventData } from '../../support/fold-events.ts'
import { describeWith, freshDatabase, freshTopic, serverAddress } from '../../support/real-servers.ts'
import { startService, type ServiceProcess } from '../../support/service-process.ts'

const CM = 'https://casewire.example/fhir'
const isLong = process.env['CASEWIRE_LONG'] === '1'
const patients = isLong ? 200 : 30
const messages = isLong ? 2_000 : 240
const kills = isLong ? 10 : 2

interface CloudEvent {
  readonly id: string
  readonly type: string
  readonly subject: string
  readonly recordedtime: string
  readonly data: EventData & { readonly patient: string }
}

interface Received {
  readonly key: string
  readonly partition: number
  readonly event: CloudEvent
}

describeWith(['kafka', 'postgres'], 'the events of cases on Kafka', () => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).toReversed()) await clean()
  })

  const openRun = async () => {
    const [adt, topic] = [
      await freshTopic({ partitions: 3 }),
      await freshTopic({ partitions: 3, prefix: 'events' }),
    ]
    const database = await freshDatabase()
    cleanUp.push(async () => database[Symbol.asyncDispose]())
    const client = new Client({ connectionString: database.url })
    await client.connect()
    cleanUp.push(() => client.end())
    const environment = {
      ROLES: 'http,adt,publish',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: serverAddress('kafka'),
      KAFKA_GROUP: adt,
      ADT_TOPICS: adt,
      EVENTS_TOPIC: topic,
      KAFKA_SESSION_TIMEOUT_MS: '3000',
    }
    const kafka = new Kafka({ clientId: 't', brokers: [serverAddress('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    cleanUp.push(() => producer.disconnect())
    return { adt, topic, client, environment, kafka, producer }
  }

  /** Reads a topic from its beginning, in the order of each partition. */
  const listen = async (kafka: Kafka, topic: string): Promise<readonly Received[]> => {
    const received: Received[] = []
    const consumer = kafka.consumer({ groupId: `late-${Math.random()}` })
    await consumer.connect()
    cleanUp.push(() => consumer.disconnect())
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ partition, message }) => {
        expect(String(message.headers?.['content-type'])).toContain('application/cloudevents+json')
        const event = JSON.parse(String(message.value)) as CloudEvent
        received.push({ key: String(message.key), partition, event })
      },
    })
    return received
  }

  const until = async (holds: () => Promise<boolean>, withinMs = 120_000): Promise<void> => {
    for (const endMs = Date.now() + withinMs; !(await holds()); await sleep(150)) {
      if (Date.now() > endMs) throw new Error('it never came to hold')
    }
  }
  const count = async (client: Client, text: string, values: readonly unknown[] = []): Promise<number> =>
    Number((await client.query<{ n: string }>(text, [...values])).rows[0]?.n)

  const stored = async (client: Client): Promise<readonly unknown[]> => {
    const { rows } = await client.query<{ content: string; patient: string }>(
      'select content, patient from resource where not deleted and patient is not null',
    )
    const records = Map.groupBy(rows, ({ patient }) => patient)
    return [...records.values()]
      .flatMap(record =>
        readCaseFiles(
          record.map(({ content }) => parseJson(content) as Resource),
          nounLenses(CM),
        ),
      )
      .map(plainFile)
      .toSorted(byCase)
  }
  const rebuilt = (received: readonly Received[]): readonly unknown[] => {
    const first = new Map(
      received.map(({ event }) => [event.id, event]).toReversed() as [string, CloudEvent][],
    )
    const inOrder = received.filter(({ event }) => first.get(event.id) === event)
    return [...foldEvents(inOrder.map(({ event }) => event.data)).values()].map(plainFile).toSorted(byCase)
  }

  it('a consumer rebuilds every case from them, through kills -9 and also when it joins late', async () => {
    const run = await openRun()
    const { adt, topic, client, environment, kafka, producer } = run
    const early = await listen(kafka, topic)
    const all = feed({ patients, messages, seed: 7, prefix: 'V', year: 2040 })
    const perKill = Math.ceil(messages / (kills + 1))
    const send = (from: number, to?: number): Promise<unknown> =>
      producer.send({
        topic: adt,
        messages: all.slice(from, to).map(({ key, text }) => ({ key, value: text })),
      })
    let service: ServiceProcess | undefined
    for (let kill = 0; kill < kills; kill += 1) {
      service = await startService(environment)
      await sleep(4_000)
      await send(kill * perKill, (kill + 1) * perKill)
      await sleep(300 + kill * 400)
      await service.kill9()
    }
    await send(kills * perKill)
    service = await startService(environment)
    await until(async () => (await count(client, 'select count(*) as n from inbox')) >= messages)
    await writeByFhir(service.url, client)
    const sent = () => count(client, 'select count(*) as n from outbox where target = $1', [`kafka:${topic}`])
    await until(async () => (await sent()) === 0)

    const kept = await client.query<{ id: string }>('select id from case_event order by id')
    await until(async () => new Set(early.map(({ event }) => event.id)).size >= kept.rows.length, 30_000)
    expect([...new Set(early.map(({ event }) => event.id))].toSorted()).toEqual(
      kept.rows.map(({ id }) => id).toSorted(),
    )
    expect([...new Set(early.flatMap(({ event }) => faultsOf(event)))]).toEqual([])
    expect(early.every(({ key, event }) => key === event.data.patient)).toBe(true)
    const partitions = Map.groupBy(early, ({ key }) => key)
    for (const rows of partitions.values())
      expect(new Set(rows.map(({ partition }) => partition)).size).toBe(1)
    const types = new Set(early.map(({ event }) => event.type))
    for (const type of [
      'casewire.case.identified.v1',
      'casewire.goal.set.v1',
      'casewire.goal.accepted.v1',
      'casewire.goal.deleted.v1',
    ])
      expect(types).toContain(type)
    const files = await stored(client)
    const admitted = new Set(all.filter(({ event }) => event === 'A01').map(({ key }) => key))
    expect(files.length).toBeGreaterThanOrEqual(admitted.size)
    expect(rebuilt(early)).toEqual(files)

    const [before, one] = [early.length, (files[0] as CaseFile).case.id]
    expect(await casewire(environment, ['events', 'republish', '--case', one])).toMatchObject({ code: 0 })
    expect(await casewire(environment, ['events', 'republish', '--to', service.url])).toMatchObject({
      code: 0,
      out: expect.stringContaining(`"events":${kept.rows.length}`) as string,
    })
    await until(async () => (await sent()) === 0)
    const ofOne = await count(client, 'select count(*) as n from case_event where case_id = $1', [one])
    await until(async () => early.length >= before + ofOne + kept.rows.length, 30_000)
    const again = early.slice(before + ofOne)
    expect(new Set(again.map(({ event }) => event.id)).size).toBe(kept.rows.length)
    expect(rebuilt(again)).toEqual(files)
    expect(await service.stop()).toBe(0)
    expect(service.log()).not.toMatch(/RIVER|VALLEY/)
  }, 400_000)
})

const byCase = (a: unknown, b: unknown): number =>
  (a as CaseFile).case.id < (b as CaseFile).case.id ? -1 : 1

/** Goals and a plan as a FHIR app writes them: by link, by reference of the plan, changed, withdrawn and left out again. */
async function writeByFhir(url: string, client: Client): Promise<void> {
  const { rows } = await client.query<{ id: string; patient: string }>(
    'select id, patient from resource where content like \'{"resourceType":"EpisodeOfCare"%\' and not deleted order by id limit 3',
  )
  for (const { id, patient } of rows) {
    const subject = { reference: `Patient/${patient}` }
    const link = { url: workflowEpisode, valueReference: { reference: `EpisodeOfCare/${id}` } }
    const goal = (name: string, text: string, more: object = {}) => ({
      ...{ resourceType: 'Goal', id: `${name}-${id.slice(0, 8)}`, lifecycleStatus: 'proposed', subject },
      ...{ description: { text }, ...more },
    })
    const tag = { meta: { tag: [{ system: `${CM}/sid/case`, code: id }] } }
    const own = goal('own', 'Walk to the shop', tag)
    const referred = goal('referred', 'Sleep through')
    const gone = goal('gone', 'Not this one', tag)
    const plan = {
      ...{
        resourceType: 'CarePlan',
        id: `plan-${id.slice(0, 8)}`,
        status: 'active',
        intent: 'plan',
        subject,
      },
      ...{ extension: [link], title: 'Home', goal: [{ reference: `Goal/${referred.id}` }] },
    }
    for (const resource of [
      own,
      referred,
      gone,
      plan,
      { ...own, lifecycleStatus: 'accepted' },
      { ...gone, lifecycleStatus: 'entered-in-error' },
      { ...plan, title: 'Home!', goal: [{ reference: `Goal/${own.id}` }] },
    ])
      await put(url, resource)
  }
}

async function put(
  url: string,
  resource: { readonly resourceType: string; readonly id: string },
): Promise<void> {
  const reply = await fetch(`${url}/fhir/${resource.resourceType}/${resource.id}`, {
    method: 'PUT',
    headers: { 'content-type': 'application/fhir+json', 'x-actor': 'Practitioner/ana' },
    body: JSON.stringify(resource),
  })
  if (!reply.ok) throw new Error(`${resource.id}: ${reply.status} ${await reply.text()}`)
}

interface CliRun {
  readonly code: number | null
  readonly out: string
}

function casewire(environment: Readonly<Record<string, string>>, args: readonly string[]): Promise<CliRun> {
  const child = spawn(process.execPath, ['src/cli/casewire.ts', ...args], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env['PATH'] ?? '', ...environment },
  })
  let out = ''
  child.stdout.on('data', (chunk: Buffer) => {
    out += chunk.toString()
  })
  return new Promise(resolve => child.once('close', code => resolve({ code, out })))
}
