import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, KafkaJSProtocolError, logLevel, type Admin } from 'kafkajs'
import { Client } from 'pg'
import { describe, inject } from 'vitest'
import type { ServiceName } from '../../scripts/services/service.ts'

/**
 * A `describe` that runs when every named server is there and is skipped, saying so, when one is not
 * (tests/support/README.md). The names are also read from the source to decide what to start: write them out.
 */
export function describeWith(names: readonly ServiceName[], title: string, body: () => void): void {
  const servers = inject('servers')
  const missing = names.filter(name => 'missing' in servers[name])
  if (missing.length === 0) describe(title, body)
  else describe.skip(`${title} [skipped: no ${missing.join(', ')}]`, body)
}

/** The address of a server named in this file's `describeWith`: a database URL, Kafka's `host:port`, a FHIR base. */
export function serverAddress(name: ServiceName): string {
  const server = inject('servers')[name]
  if ('missing' in server)
    throw new Error(`${name} is not there: name it in describeWith (${server.missing})`)
  return server.address
}

export interface FreshDatabase extends AsyncDisposable {
  /** A connection URL: the same server, an empty database of its own. */
  readonly url: string
}

/** An empty database for one test or file; disposing drops it, with whatever is still connected. */
export async function freshDatabase(server = serverAddress('postgres')): Promise<FreshDatabase> {
  const name = `test_${randomUUID().replaceAll('-', '')}`
  await execute(server, `create database ${name}`)
  const url = new URL(server)
  url.pathname = `/${name}`
  return {
    url: url.href,
    [Symbol.asyncDispose]: () => execute(server, `drop database if exists ${name} with (force)`),
  }
}

async function execute(url: string, statement: string): Promise<void> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    await client.query(statement)
  } finally {
    await client.end()
  }
}

/** A new topic with a name of its own, made by the admin client of kafkajs; topics do not make themselves on the test broker. */
export async function freshTopic({
  partitions = 1,
  prefix = 'test',
  brokers = serverAddress('kafka'),
} = {}): Promise<string> {
  const topic = `${prefix}-${randomUUID()}`
  const kafka = new Kafka({
    clientId: 'tests',
    brokers: brokers.split(','),
    logLevel: logLevel.NOTHING,
  })
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.createTopics({
      waitForLeaders: false,
      topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
    })
    while (!(await isLed(admin, topic))) await sleep(50)
  } finally {
    await admin.disconnect()
  }
  return topic
}

/** A broker under load may not know for a moment the topic that it has just made; kafkajs's own wait gives up then. */
async function isLed(admin: Admin, topic: string): Promise<boolean> {
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] })
    if (!topics.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return false
    // Who is named the leader may not know of it yet: only its answer counts.
    await admin.fetchTopicOffsets(topic)
    return true
  } catch (error) {
    if (error instanceof KafkaJSProtocolError && error.retriable) return false
    throw error
  }
}
