import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { Client } from 'pg'
import { afterEach, expect, it } from 'vitest'
import { feed, randomOf, type FeedMessage } from '../support/adt-workload.ts'
import { finalState } from '../support/final-state.ts'
import { describeWith, freshDatabase, freshTopic, serverAddress } from '../support/real-servers.ts'
import { startService, type ServiceProcess } from '../support/service-process.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'
const messages = isLong ? 5_000 : 600
const patients = isLong ? 400 : 60
const kills = isLong ? 20 : 4
const SEED = 20_261_122
/** Shorter ones starve the group: a dead member is only missed after its session (stack.md B4). */
const KILL_SPACING_MS = 4_000

/** Resources that several patients share: how often they change depends on who comes first. */
const SHARED = /^(Location|Organization|Practitioner)\//

describeWith(['kafka', 'postgres'], 'Exactly-once effect', () => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).toReversed()) await clean()
  })

  const openRun = async () => {
    const topic = await freshTopic({ partitions: 6, prefix: 'adt' })
    const database = await freshDatabase()
    cleanUp.push(async () => database[Symbol.asyncDispose]())
    const kafka = new Kafka({
      clientId: 'e2e',
      brokers: [serverAddress('kafka')],
      logLevel: logLevel.NOTHING,
    })
    const producer = kafka.producer()
    await producer.connect()
    cleanUp.push(() => producer.disconnect())
    const environment = {
      ROLES: 'http,adt',
      DATABASE_URL: database.url,
      KAFKA_BROKERS: serverAddress('kafka'),
      KAFKA_GROUP: topic,
      ADT_TOPICS: topic,
      KAFKA_SESSION_TIMEOUT_MS: '3000',
    }
    return { topic, database, producer, environment }
  }

  const send = (producer: Producer, topic: string, slice: readonly FeedMessage[]): Promise<unknown> =>
    producer.send({ topic, messages: slice.map(({ key, text }) => ({ key, value: text })) })

  const takenBy = async (databaseUrl: string): Promise<number> => {
    const client = new Client({ connectionString: databaseUrl })
    await client.connect()
    const { rows } = await client.query<{ n: string }>('select count(*) as n from inbox')
    await client.end()
    return Number(rows[0]?.n)
  }

  const untilTaken = async (databaseUrl: string, count: number): Promise<void> => {
    for (const endMs = Date.now() + 240_000; ; await sleep(200)) {
      const taken = await takenBy(databaseUrl)
      if (taken >= count) return
      if (Date.now() > endMs) throw new Error(`${taken} of ${count} messages were taken`)
    }
  }

  it(`${messages} messages for ${patients} patients over 6 partitions, ${kills} kills -9: the state of an undisturbed run`, async () => {
    const all = feed({ patients, messages, seed: SEED, prefix: 'E', year: 2040 })

    const calm = await openRun()
    await send(calm.producer, calm.topic, all)
    const undisturbed = await startService(calm.environment)
    await untilTaken(calm.database.url, messages)
    expect(await undisturbed.stop()).toBe(0)
    const expected = await finalState(calm.database.url)

    const wild = await openRun()
    const random = randomOf(SEED)
    const perKill = Math.ceil(messages / (kills + 1))
    let service: ServiceProcess | undefined
    let caughtAtWork = 0
    for (let kill = 0; kill < kills; kill += 1) {
      service = await startService(wild.environment)
      await sleep(KILL_SPACING_MS)
      await send(wild.producer, wild.topic, all.slice(kill * perKill, (kill + 1) * perKill))
      await sleep(random() * 800)
      await service.kill9()
      if ((await takenBy(wild.database.url)) < Math.min(messages, (kill + 1) * perKill)) caughtAtWork += 1
    }
    await send(wild.producer, wild.topic, all.slice(kills * perKill))
    service = await startService(wild.environment)
    await untilTaken(wild.database.url, messages)
    expect(await service.stop()).toBe(0)

    expect(caughtAtWork).toBeGreaterThan(0)
    const actual = await finalState(wild.database.url)
    expect(differences(actual.resources, expected.resources)).toEqual([])
    const own = (versions: ReadonlyMap<string, number>) =>
      new Map([...versions].filter(([key]) => !SHARED.test(key)))
    expect(differences(own(actual.versions), own(expected.versions))).toEqual([])
    expect(actual.resources.size).toBeGreaterThan(patients * 5)
  }, 900_000)
})

/** The first few keys that differ, and how. */
function differences<T>(actual: ReadonlyMap<string, T>, expected: ReadonlyMap<string, T>): readonly string[] {
  const keys = new Set([...actual.keys(), ...expected.keys()])
  return [...keys]
    .filter(key => actual.get(key) !== expected.get(key))
    .slice(0, 3)
    .map(key => `${key}: ${short(actual.get(key))} instead of ${short(expected.get(key))}`)
}

const short = (value: unknown): string => String(value).slice(0, 1_500)
