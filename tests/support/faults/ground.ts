import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type Admin, type Producer } from 'kafkajs'
import { Client } from 'pg'
import { expect } from 'vitest'
import { createApp, type App, type Overrides } from '../../../src/app.ts'
import { readConfig } from '../../../src/config/environment.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { parseJson } from '../../../src/lib/json.ts'
import type { FeedMessage } from '../adt-workload.ts'
import { ending } from '../adt/hospital-ending.ts'
import { freshDatabase, freshTopic, serverAddress } from '../real-servers.ts'
import { freePort } from '../service-process.ts'

/** Where a test of a fault plays: a topic, a database, and what a service needs to know of both. */
export interface Ground extends AsyncDisposable {
  readonly topic: string
  readonly databaseUrl: string
  readonly producer: Producer
  readonly admin: Admin
  readonly environment: Readonly<Record<string, string>>
  /** Sends, and waits until the broker has acknowledged. */
  readonly send: (messages: readonly Sent[]) => Promise<void>
  /** Control ids that a broker or a listener has acknowledged. */
  readonly acknowledged: Set<string>
}

/** Messages of a request to the broker, which takes so much of one partition at once. */
const REQUEST = 50

export type Sent = Pick<FeedMessage, 'key' | 'controlId'> & { readonly text: string | Buffer | null }

export interface GroundOptions {
  /** Others than the ones that all tests share. */
  readonly brokers?: string
  readonly postgres?: string
  readonly partitions?: number
}

export async function openGround(options: GroundOptions = {}): Promise<Ground> {
  const { brokers = serverAddress('kafka'), postgres, partitions = 6 } = options
  const topic = await freshTopic({ partitions, prefix: 'adt', brokers })
  const database = await freshDatabase(postgres)
  const kafka = new Kafka({
    clientId: 'faults',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
    retry: { retries: 100, maxRetryTime: 2_000 },
  })
  const [producer, admin] = [kafka.producer(), kafka.admin()]
  await Promise.all([producer.connect(), admin.connect()])
  const acknowledged = new Set<string>()
  return {
    ...{ topic, databaseUrl: database.url, producer, admin, acknowledged },
    environment: {
      ROLES: 'http,adt',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: brokers,
      KAFKA_GROUP: topic,
      ADT_TOPICS: topic,
      KAFKA_SESSION_TIMEOUT_MS: '3000',
    },
    send: async messages => {
      for (let at = 0; at < messages.length; at += REQUEST) {
        const some = messages.slice(at, at + REQUEST)
        await producer.send({ topic, messages: some.map(({ key, text }) => ({ key, value: text })) })
      }
      for (const { controlId } of messages) if (controlId !== '') acknowledged.add(controlId)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all([producer.disconnect(), admin.disconnect()])
      await database[Symbol.asyncDispose]()
    },
  }
}

export interface Service extends AsyncDisposable {
  readonly app: App
  readonly url: string
  /** Names of what it told of itself. */
  readonly events: readonly string[]
}

/** The whole service in this process. */
export async function serve(
  environment: Readonly<Record<string, string>>,
  overrides: Overrides = {},
): Promise<Service> {
  const config = readConfig({ PORT: String(await freePort()), LOG_LEVEL: 'silent', ...environment })
  if (!config.ok) throw new Error(`the configuration must hold: ${JSON.stringify(config)}`)
  const events: string[] = []
  const app = await createApp(config.value, {
    ...{ say: () => undefined, emit: name => void events.push(name) },
    ...overrides,
  })
  const url = await app.listen()
  return { app, url, events, [Symbol.asyncDispose]: () => app.close() }
}

const BATCH = 100
const PATIENCE_MS = process.env['CASEWIRE_LONG'] === '1' ? 1_800_000 : 120_000

/** For the hooks and tests of faults: the long ones take what they take. */
export const WITHIN_MS = 2 * PATIENCE_MS

/** What must stand in the end: the messages one after the other into a database of their own, with nothing in the way. */
export async function undisturbed(messages: readonly Sent[]): Promise<ReadonlyMap<string, string>> {
  await using database = await freshDatabase()
  await using service = await serve({ DATABASE_URL: database.url })
  for (let at = 0; at < messages.length; at += BATCH) {
    const records = messages
      .slice(at, at + BATCH)
      .flatMap(({ text }) => (text === null ? [] : [{ value: Buffer.from(text), origin: 'calm' }]))
    await service.app.ingest({ lane: 0, door: 'kafka', records })
  }
  return await standing(database.url)
}

/** Every resource as adt.md 3.2.5 compares it, as canonical text. */
export async function standing(databaseUrl: string): Promise<ReadonlyMap<string, string>> {
  const rows = await query(databaseUrl, 'select content from resource where not deleted')
  const resources = rows.map(({ content }) => parseJson(String(content)) as Resource)
  return ending({ resources: () => resources })
}

/** Waits until the database has gone past everything that is on the topic. */
export async function untilTaken(
  { topic, databaseUrl, admin }: Ground,
  withinMs = PATIENCE_MS,
): Promise<void> {
  await until('everything on the topic is taken', async () => isTaken(topic, databaseUrl, admin), withinMs)
}

async function isTaken(topic: string, databaseUrl: string, admin: Admin): Promise<boolean> {
  const [stored, ends] = await Promise.all([storedOffsets(databaseUrl, topic), endsOf(admin, topic)])
  return [...ends].every(([partition, end]) => end === 0 || stored.get(partition) === end)
}

const endsOf = async (admin: Admin, topic: string): Promise<ReadonlyMap<number, number>> =>
  new Map((await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => [partition, Number(high)]))

async function storedOffsets(databaseUrl: string, topic: string): Promise<ReadonlyMap<number, number>> {
  const rows = await query(
    databaseUrl,
    `select partition, next_offset from consumer_offset where topic = '${topic}'`,
  )
  return new Map(rows.map(row => [Number(row['partition']), Number(row['next_offset'])]))
}

/**
 * What holds after every fault: each acknowledged control id has a verdict, what stands is what stands after an undisturbed
 * run, and the stored offset of each partition is the last recorded one plus one.
 */
export async function expectWhole(ground: Ground, calm: ReadonlyMap<string, string>): Promise<void> {
  const { databaseUrl, topic, admin, acknowledged } = ground
  const verdicts = new Set(
    (await query(databaseUrl, 'select message_id from inbox')).map(row => row['message_id']),
  )
  expect([...acknowledged].filter(id => !verdicts.has(id))).toEqual([])
  const stood = await standing(databaseUrl)
  const keys = [...new Set([...stood.keys(), ...calm.keys()])].filter(key => stood.get(key) !== calm.get(key))
  expect(keys.slice(0, 3).map(key => `${key}: ${stood.get(key)} instead of ${calm.get(key)}`)).toEqual([])
  expect(stood.size).toBeGreaterThan(0)
  const ends = [...(await endsOf(admin, topic))].filter(([, end]) => end > 0)
  expect(new Map(await storedOffsets(databaseUrl, topic))).toEqual(new Map(ends))
}

export async function query(
  databaseUrl: string,
  text: string,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const client = new Client({ connectionString: databaseUrl })
  client.on('error', () => undefined)
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(text)).rows
  } finally {
    await client.end()
  }
}

export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  withinMs = 60_000,
): Promise<void> {
  for (const endMs = Date.now() + withinMs; !(await holds()); await sleep(100)) {
    if (Date.now() > endMs) throw new Error(`it never came to hold: ${what}`)
  }
}
