import { setTimeout as sleep } from 'node:timers/promises'
import { Kafka, logLevel } from 'kafkajs'
import { Client } from 'pg'
import { expect, it } from 'vitest'
import { feed } from '../support/adt-workload.ts'
import { describeWith, freshDatabase, freshTopic, serverAddress } from '../support/real-servers.ts'
import { startService } from '../support/service-process.ts'

describeWith(['kafka', 'postgres'], 'A database that goes away', () => {
  it('pauses Kafka, answers 503 with Retry-After, and goes on by itself, nothing lost and nothing twice', async () => {
    const topic = await freshTopic({ partitions: 2, prefix: 'adt' })
    await using database = await freshDatabase()
    const service = await startService({
      DATABASE_URL: database.url,
      KAFKA_BROKERS: serverAddress('kafka'),
      KAFKA_GROUP: topic,
      ADT_TOPICS: topic,
      KAFKA_SESSION_TIMEOUT_MS: '6000',
    })
    const kafka = new Kafka({
      clientId: 'e2e',
      brokers: [serverAddress('kafka')],
      logLevel: logLevel.NOTHING,
    })
    const producer = kafka.producer()
    await producer.connect()
    const messages = feed({ patients: 8, messages: 61, seed: 3, prefix: 'DA', year: 2040 })
    const send = (from: number, to: number) =>
      producer.send({
        topic,
        messages: messages.slice(from, to).map(({ key, text }) => ({ key, value: text })),
      })
    const post = () =>
      fetch(`${service.url}/adt`, {
        method: 'POST',
        headers: { 'content-type': 'application/hl7-v2', accept: 'application/json' },
        body: messages[60]?.text ?? '',
      })

    await send(0, 30)
    await until(async () => (await inbox(database.url)) === 30)
    await shut(database.url)
    await send(30, 60)
    await until(async () => service.log().includes('partition-paused'))
    const refused = await post()
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '5'])
    await until(async () => (await fetch(`${service.url}/readyz`)).status === 503)
    expect((await fetch(`${service.url}/livez`)).status).toBe(200)

    await open(database.url)
    await until(async () => (await inbox(database.url)) === 60)
    await until(async () => (await fetch(`${service.url}/readyz`)).status === 200)
    const taken = (await (await post()).json()) as {
      readonly verdicts: readonly { readonly outcome: string }[]
    }
    expect(taken.verdicts[0]?.outcome).toBe('applied')
    await sleep(1_000)
    expect(await inbox(database.url)).toBe(61)
    expect(service.log()).not.toContain('consumer-restarting')
    expect(await service.stop()).toBe(0)
    await producer.disconnect()
  }, 240_000)
})

async function until(holds: () => Promise<boolean>): Promise<void> {
  for (const endMs = Date.now() + 60_000; !(await holds()); await sleep(200)) {
    if (Date.now() > endMs) throw new Error('it never came to hold')
  }
}

async function inbox(url: string): Promise<number> {
  return Number((await execute(url, 'select count(*) as n from inbox'))[0]?.['n'])
}

/** The server ends every session of the database and lets nobody in. */
async function shut(url: string): Promise<void> {
  await onServer(url, name => `alter database ${name} with allow_connections false`)
  await onServer(
    url,
    name => `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
  )
}

const open = (url: string): Promise<void> =>
  onServer(url, name => `alter database ${name} with allow_connections true`)

async function onServer(url: string, statement: (name: string) => string): Promise<void> {
  const server = new URL(url)
  const name = server.pathname.slice(1)
  server.pathname = '/postgres'
  await execute(server.href, statement(name))
}

async function execute(url: string, statement: string): Promise<readonly Record<string, unknown>[]> {
  const client = new Client({ connectionString: url })
  await client.connect()
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows
  } finally {
    await client.end()
  }
}
