import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { afterEach, expect, it } from 'vitest'
import { kafkaParts, type KafkaParts } from '../../../src/app-kafka.ts'
import { createIngest } from '../../../src/commands/ingest-adt/ingest.ts'
import { readRecord } from '../../../src/commands/ingest-adt/read-record.ts'
import { StoreFault } from '../../../src/commands/ports/store-fault.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { openPostgresStore } from '../../../src/store/open-store.ts'
import { counting, countOf, er7, noMeters, patientId } from '../../support/counting-messages.ts'
import { describeWith, freshDatabase, freshTopic, serverAddress } from '../../support/real-servers.ts'

const tenant = 1
const clock = { nowMs: () => Date.now() }
const adtDefaults = {
  timeZone: 'UTC',
  calendar: 'us-federal',
  testMessages: 'accept',
  sources: { default: {}, sources: {} },
  retention: {},
} as const

interface Answer {
  readonly key: string | null
  readonly code: string
  /** MSA-2 */
  readonly id: string
  readonly offset: string
}

describeWith(['kafka', 'postgres'], 'Kafka to PostgreSQL', () => {
  const cleanUp: (() => Promise<unknown>)[] = []
  afterEach(async () => {
    for (const clean of cleanUp.splice(0).toReversed()) await clean()
  })

  const openBench = async () => {
    const topic = await freshTopic({ partitions: 3 })
    const database = await freshDatabase()
    cleanUp.push(async () => database[Symbol.asyncDispose]())
    const store = await openPostgresStore({
      databaseUrl: database.url,
      clock,
      indexResource,
      migrate: 'auto',
    })
    cleanUp.push(() => store.close())
    const kafka = new Kafka({ clientId: 't', brokers: [serverAddress('kafka')], logLevel: logLevel.NOTHING })
    const producer = kafka.producer()
    await producer.connect()
    cleanUp.push(() => producer.disconnect())
    const send = (values: readonly Buffer[], partition?: number) =>
      producer.send({
        topic,
        messages: values.map(value => ({
          value,
          headers: { origin: 'engine-7' },
          ...(partition !== undefined && { partition }),
        })),
      })
    return { topic, store, kafka, send }
  }

  const startService = async (
    store: Store,
    topic: string,
    events: string[] = [],
    ackTopic?: string,
  ): Promise<KafkaParts> => {
    const emit = (name: string): void => {
      events.push(name)
    }
    const ingest = createIngest({
      ...{ store, tenant, clock, emit, meters: noMeters, targets: [] },
      ...(ackTopic !== undefined && { ackTopic }),
      prepare: (record, index) => readRecord(record, index, counting),
    })
    const brokers = [serverAddress('kafka')]
    const parts = kafkaParts({
      kafka: {
        ...{
          brokers,
          group: `g-${topic}`,
          sessionTimeoutMs: 10_000,
          eventsTopic: `e-${topic}`,
          sendsProtected: false,
        },
        ...(ackTopic !== undefined && { ackTopic }),
      },
      adt: { topics: [topic], ...adtDefaults },
      ...{ store, ingest, clock, emit },
    })
    await parts.start()
    return parts
  }
  const stop = async (parts: KafkaParts): Promise<void> => {
    await parts.stopConsuming()
    await parts.close()
  }

  const total = async (store: Store, mrns: readonly string[]): Promise<number> => {
    const stored = await Promise.all(
      mrns.map(mrn => store.read(tenant, { type: 'Patient', id: patientId(mrn) })),
    )
    return stored.reduce((sum, row) => sum + (row ? countOf(JSON.parse(row.content)) : 0), 0)
  }
  const until = async (holds: () => Promise<boolean>, withinMs = 60_000): Promise<void> => {
    for (const endMs = Date.now() + withinMs; !(await holds()); await sleep(100)) {
      if (Date.now() > endMs) throw new Error('it never came to hold')
    }
  }

  it('takes every message once over a restart, and has no lag in the end', async () => {
    const { topic, store, send } = await openBench()
    const mrns = Array.from({ length: 20 }, (_, i) => `${topic}-${i}`)
    const first = await startService(store, topic)
    await send(Array.from({ length: 300 }, (_, i) => er7(mrns[i % 20] ?? '').value))
    await until(async () => (await total(store, mrns)) > 50)
    await stop(first)
    await send(Array.from({ length: 100 }, (_, i) => er7(mrns[i % 20] ?? '').value))
    const second = await startService(store, topic)
    await until(async () => (await total(store, mrns)) >= 400)
    await sleep(500)
    expect(await total(store, mrns)).toBe(400)
    const lags = await second.lag()
    expect(lags.reduce((sum, { messages }) => sum + messages, 0)).toBe(0)
    await stop(second)
  })

  it('puts a poison message on the dead-letter topic byte for byte and goes on', async () => {
    const { topic, store, kafka, send } = await openBench()
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic: `${topic}.dlq`, numPartitions: 1 }], waitForLeaders: true })
    await admin.disconnect()
    const poison = Buffer.from([0x4d, 0x53, 0x00, 0xff, 0x7c, 0x80])
    const mrns = [`${topic}-a`]
    const service = await startService(store, topic)
    await send(
      [er7(mrns[0] ?? '').value, poison, er7(mrns[0] ?? '', 'fail').value, er7(mrns[0] ?? '').value],
      1,
    )
    const letters: { value: Buffer | null; headers: Record<string, string> }[] = []
    const consumer = kafka.consumer({ groupId: `dlq-${topic}` })
    cleanUp.push(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topics: [`${topic}.dlq`], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message }) => {
        const headers = Object.entries(message.headers ?? {}).map(([name, value]) => [name, String(value)])
        letters.push({ value: message.value, headers: Object.fromEntries(headers) as Record<string, string> })
      },
    })
    await until(async () => letters.length >= 2 && (await total(store, mrns)) === 2)
    expect(letters[0]?.value?.equals(poison)).toBe(true)
    expect(letters[0]?.headers).toMatchObject({
      origin: 'engine-7',
      'x-original-topic': topic,
      'x-original-partition': '1',
      'x-original-offset': '1',
      'x-error-code': 'payload-shape-unsupported',
    })
    expect(letters[1]?.headers).toMatchObject({
      'x-error-code': 'no-patient-identifier',
      'x-error-location': 'PID-3',
    })
    await stop(service)
  })

  const answersOn = async (kafka: Kafka, topic: string, each: (answer: Answer) => Promise<void>) => {
    const admin = kafka.admin()
    await admin.connect()
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
    await admin.disconnect()
    const consumer = kafka.consumer({ groupId: `read-${topic}` })
    cleanUp.push(() => consumer.disconnect())
    await consumer.connect()
    await consumer.subscribe({ topics: [topic], fromBeginning: true })
    await consumer.run({
      eachMessage: async ({ message: { key, value, headers } }) => {
        const [, code = '', id = ''] = /\rMSA\|(\w\w)\|([^|\r]*)/.exec(String(value)) ?? []
        await each({ key: key && String(key), code, id, offset: String(headers?.['x-original-offset']) })
      },
    })
  }

  it('answers every message as it asks, on the topic of acknowledgements', async () => {
    const { topic, store, kafka, send } = await openBench()
    const answers: Answer[] = []
    await answersOn(kafka, `${topic}.ack`, async answer => {
      answers.push(answer)
    })
    const service = await startService(store, topic, [], `${topic}.ack`)
    const message = (id: string, deed: string, asks = '', type = 'ADT^A08'): Buffer =>
      Buffer.from(
        `MSH|^~\\&|APP|FAC|CW|CW|20261001||${type}|${id}|P|2.5${asks}\rEVN|A08|${deed}\rPID|1||${topic}\r`,
      )
    const good = message('OK', 'count')
    const batch = Buffer.concat([message('B1', 'count'), message('B2', 'fail')])
    const values = [
      ...[good, message('BAD', 'fail'), good, message('KEPT', 'count', '|||AL|NE')],
      ...[message('BOTH', 'count', '|||AL|AL'), message('NONE', 'count', '|||NE|NE')],
      ...[
        message('ACKED', 'count', '', 'ACK^A08'),
        Buffer.from('MSH without more'),
        batch,
        message('END', 'same'),
      ],
    ]
    await send(values, 2)
    await until(async () => answers.some(({ id }) => id === 'END'))
    expect(answers.map(({ code, id, offset }) => `${code} ${id} ${offset}`)).toEqual([
      ...['AA OK 0', 'AE BAD 1', 'AA OK 2', 'CA KEPT 3', 'CA BOTH 4', 'AA BOTH 4'],
      ...['AE  7', 'AA B1 8', 'AE B2 8', 'AA END 9'],
    ])
    expect(answers.map(({ key }) => key).slice(0, 2)).toEqual(['OK', 'BAD'])
    await stop(service)
  })

  it('acknowledges nothing before it is kept, and leaves nothing unanswered over a restart', async () => {
    const { topic, store, kafka, send } = await openBench()
    const [answered, early]: [Set<string>, string[]] = [new Set(), []]
    await answersOn(kafka, `${topic}.ack`, async ({ id }) => {
      answered.add(id)
      if (answered.size > (await total(store, [topic]))) early.push(id)
    })
    const ids = Array.from({ length: 200 }, (_, i) => `${topic}-${i}`)
    const first = await startService(store, topic, [], `${topic}.ack`)
    await send(ids.map(id => er7(topic, 'count', id).value))
    await until(async () => (await total(store, [topic])) > 20)
    await stop(first)
    const second = await startService(store, topic, [], `${topic}.ack`)
    await until(async () => answered.size === ids.length)
    expect(early).toEqual([])
    expect([...answered].toSorted()).toEqual(ids.toSorted())
    await stop(second)
  })

  it('pauses while the database is away, then takes what was left', async () => {
    const { topic, store, send } = await openBench()
    const database = { isAway: false }
    const away: Store = {
      ...store,
      load: request =>
        database.isAway ? Promise.reject(new StoreFault('store-unavailable', 'away')) : store.load(request),
    }
    const events: string[] = []
    const mrns = [`${topic}-a`, `${topic}-b`]
    const service = await startService(away, topic, events)
    await send(mrns.map(mrn => er7(mrn).value))
    await until(async () => (await total(store, mrns)) === 2)
    database.isAway = true
    await send(mrns.map(mrn => er7(mrn).value))
    await until(async () => events.includes('partition-paused'))
    await sleep(1_500)
    database.isAway = false
    await until(async () => (await total(store, mrns)) === 4)
    expect(events).toContain('partition-resumed')
    expect(events).not.toContain('consumer-restarting')
    await stop(service)
  })
})
