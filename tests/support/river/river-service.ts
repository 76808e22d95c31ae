import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { createApp, type App } from '../../../src/app.ts'
import { readConfig } from '../../../src/config/environment.ts'
import { startMsOf } from '../../../src/lib/fhir-time.ts'
import type { EventData } from '../fold-events.ts'
import { freshDatabase, freshTopic, serverAddress } from '../real-servers.ts'
import { freePort } from '../service-process.ts'
import { local, TIME_ZONE } from './acts.ts'

/** The whole service in this process on a port, on real Kafka and PostgreSQL, with a clock that the story moves. */
export interface RiverService {
  readonly url: string
  /** What came out on the topic of events so far, in order. */
  readonly events: readonly EventData[]
  /** Moves the clock forward to a time of the story and lets fire what is due by then. */
  readonly moveTo: (time: string) => Promise<void>
  /** Sends a message on the topic of ADT and waits until it is dealt with. */
  readonly send: (message: string) => Promise<void>
  readonly call: (call: Call) => Promise<Reply>
  /** Waits until every event is on the topic and read from it. */
  readonly published: () => Promise<void>
  readonly close: () => Promise<void>
}

export interface Call {
  readonly method?: string
  readonly path: string
  readonly body?: unknown
  readonly by?: string
  readonly headers?: Readonly<Record<string, string>>
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  // eslint-disable-next-line typescript/no-explicit-any -- tests look into answers of any shape
  readonly json: any
}

const KEY = 'river'

export async function openRiverService(begin: string): Promise<RiverService> {
  const [database, adtTopic, eventsTopic] = [
    await freshDatabase(),
    await freshTopic({ prefix: 'adt' }),
    await freshTopic({ prefix: 'events' }),
  ]
  const clock = { nowMs: startMsOf(local(begin), TIME_ZONE) }
  const environment = {
    DATABASE_URL: database.url,
    PORT: String(await freePort()),
    KAFKA_BROKERS: serverAddress('kafka'),
    KAFKA_GROUP: adtTopic,
    ADT_TOPICS: adtTopic,
    EVENTS_TOPIC: eventsTopic,
    TIME_ZONE,
    CALENDAR: 'us-federal',
    LOG_LEVEL: 'silent',
    ROLES: 'http,adt,publish',
  }
  const config = readConfig(environment)
  if (!config.ok) throw new Error(`the configuration must hold: ${JSON.stringify(config)}`)
  const app = await createApp(config.value, { clock: { nowMs: () => clock.nowMs }, say: () => undefined })
  const url = await app.listen()
  const kafka = new Kafka({
    clientId: 'river',
    brokers: [serverAddress('kafka')],
    logLevel: logLevel.NOTHING,
  })
  const producer = kafka.producer()
  await producer.connect()
  const heard = await hear(kafka, eventsTopic)
  return {
    url,
    events: heard.events,
    moveTo: async time => {
      clock.nowMs = Math.max(clock.nowMs, startMsOf(local(time), TIME_ZONE))
      await fired(app, clock)
    },
    send: async message => {
      await sent(app, producer, { topic: adtTopic, message })
      clock.nowMs += 1000
    },
    call: async call => {
      const reply = await asked(url, call)
      if (call.method !== undefined && call.method !== 'GET') clock.nowMs += 1000
      return reply
    },
    published: () => published(app, eventsTopic, heard),
    close: async () => {
      await producer.disconnect()
      await heard.stop()
      await app.close()
      await database[Symbol.asyncDispose]()
    },
  }
}

/** Until no timer is due any more. */
const fired = (app: App, clock: { readonly nowMs: number }): Promise<void> =>
  until('timers that are due have fired', async () => {
    const next = await app.store.timers.nextDue()
    return next === undefined || Date.parse(next) > clock.nowMs
  })

interface Sending {
  readonly topic: string
  readonly message: string
}

async function sent(app: App, producer: Producer, { topic, message }: Sending): Promise<void> {
  const [at] = await producer.send({ topic, messages: [{ key: KEY, value: message }] })
  const { partition = 0, baseOffset = '0' } = at ?? {}
  await until('the message was dealt with', async () => {
    const next = await app.store.nextOffset(topic, topic, partition)
    return next > Number(baseOffset)
  })
}

async function asked(url: string, { method = 'GET', path, body, by, headers = {} }: Call): Promise<Reply> {
  const response = await fetch(`${url}${path}`, {
    method,
    headers: {
      ...(by !== undefined && { 'x-actor': by }),
      ...(body !== undefined && {
        'content-type': path.startsWith('/fhir') ? 'application/fhir+json' : 'application/json',
      }),
      ...headers,
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return { status: response.status, headers: response.headers, text, json: parsed(text) }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

interface Heard {
  readonly events: EventData[]
  readonly ids: Set<string>
  readonly stop: () => Promise<void>
}

async function hear(kafka: Kafka, topic: string): Promise<Heard> {
  const [events, ids] = [[] as EventData[], new Set<string>()]
  const consumer = kafka.consumer({ groupId: `listener-${topic}` })
  await consumer.connect()
  await consumer.subscribe({ topics: [topic], fromBeginning: true })
  await consumer.run({
    eachMessage: async ({ message }) => {
      const event = JSON.parse(String(message.value)) as { readonly id: string; readonly data: EventData }
      if (!ids.has(event.id)) events.push(event.data)
      ids.add(event.id)
    },
  })
  return { events, ids, stop: () => consumer.disconnect() }
}

async function published(app: App, topic: string, { ids }: Heard): Promise<void> {
  const target = `kafka:${topic}`
  await until('every event is sent', async () =>
    (await app.store.outbox.depth()).every(row => row.target !== target || row.rows === 0),
  )
  const kept = new Set<string>()
  for (let after: Awaited<ReturnType<App['store']['caseEvents']>>[number] | undefined; ;) {
    const page = await app.store.caseEvents(1, { count: 500, ...(after && { after }) })
    for (const { id } of page) kept.add(id)
    after = page.at(-1)
    if (page.length < 500) break
  }
  await until('every event is heard', async () => [...kept].every(id => ids.has(id)))
}

async function until(what: string, holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 60_000; !(await holds()); await sleep(50)) {
    if (Date.now() > endMs) throw new Error(`it never came to hold: ${what}`)
  }
}
