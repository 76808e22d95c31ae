import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { Kafka, logLevel, type Producer } from 'kafkajs'
import { Client } from 'pg'
import { serverForTests, stopServersForTests } from '../../scripts/services/for-tests.ts'
import { feed, type FeedMessage } from '../support/adt-workload.ts'
import { realFeed } from '../support/adt/real-feed.ts'
import { startService, type ServiceProcess } from '../support/service-process.ts'
import { pacedLatency, type Latency } from './ingest-latency.ts'

/**
 * Real Kafka -> real PostgreSQL -> duties (performance.md 1): a feed is put on a topic, then a service of its own reads
 * it. `npm run bench:ingest -- [--mix changes|real] [--again] [--messages 6000] [--patients 600] [--runs 5]
 * [--profile DIR] [--json]`: change-heavy, or the mix of a real hospital (adt.md 2); `--again` has another service read
 * the whole topic again over the same database; `--rate N` sends the messages at N a second instead, and says how long
 * they took until what they lead to could be read; `--backlog N` puts N messages more behind those that are measured, to
 * see that memory doesn't grow with what waits.
 */
const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '6000' },
    patients: { type: 'string', default: '600' },
    partitions: { type: 'string', default: '6' },
    runs: { type: 'string', default: '5' },
    /** Folder for a CPU profile of each run's service. */
    profile: { type: 'string' },
    json: { type: 'boolean', default: false },
    mix: { type: 'string', default: 'changes' },
    again: { type: 'boolean', default: false },
    rate: { type: 'string', default: '0' },
    backlog: { type: 'string', default: '0' },
  },
})
const [rate, backlog] = [Number(values.rate), Number(values.backlog)]
const [messages, patients, partitions, runs] = [
  values.messages,
  values.patients,
  values.partitions,
  values.runs,
].map(Number) as [number, number, number, number]

interface Run {
  readonly batches: number
  /** Batches decided again because another writer was first. */
  readonly retries: number
  readonly perSecond: number
  readonly nodeMicroseconds: number
  readonly postgresMicroseconds: number
  readonly resourcesPerMessage: number
  readonly outcomes: Readonly<Record<string, number>>
  /** Percent of the messages, by event. */
  readonly shares: Readonly<Record<string, number>>
  /** Percent of A08 and A31 that changed nothing. */
  readonly idleUpdates: number
  /** Memory of the service at its most. */
  readonly peakRssMb: number
  /** The whole topic read again. */
  readonly again?: Again
  /** Messages sent at an even rate. */
  readonly latency?: Latency
}

interface Again {
  readonly nodeMicroseconds: number
  readonly postgresMicroseconds: number
  /** CPU of both, as a part of that of the first reading. */
  readonly ofFirst: number
  /** Versions of resources that it wrote: none. */
  readonly versions: number
}

const say = (text: string): unknown => process.stderr.write(`${text}\n`)

async function main(): Promise<number> {
  const [kafka, postgres] = [await serverForTests('kafka'), await serverForTests('postgres')]
  if ('missing' in kafka || 'missing' in postgres) {
    say(
      'bench:ingest needs real Kafka and PostgreSQL (TEST_KAFKA_BROKERS, TEST_DATABASE_URL, Docker or local ones).',
    )
    return 2
  }
  try {
    const results: Run[] = []
    for (let run = 1; run <= runs; run += 1) {
      results.push(await once(kafka.address, postgres.address, run))
      say(`run ${run}: ${line(results.at(-1) as Run)}`)
    }
    print(results)
    return 0
  } finally {
    await stopServersForTests()
  }
}

async function once(brokers: string, serverUrl: string, run: number): Promise<Run> {
  const name = `bench_${process.pid}_${run}`
  await execute(serverUrl, `create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  // Times to come: what is measured is messages, not the marking of duties that were due long ago.
  const options = { patients, messages, seed: run, prefix: `R${run}`, year: 2040 }
  const messagesOfRun = values.mix === 'real' ? realFeed(options) : feed(options)
  const sending = await openTopic(brokers, name)
  if (rate === 0) await publish(sending, name, messagesOfRun)
  const environment = {
    ROLES: 'http,adt',
    LOG_LEVEL: 'warn',
    DATABASE_URL: url.href,
    KAFKA_BROKERS: brokers,
    ADT_TOPICS: name,
    ...(values.profile !== undefined && { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${values.profile}` }),
  }
  const reading = async <T>(group: string, work: (service: ServiceProcess) => Promise<T>): Promise<T> => {
    const service = await startService({ ...environment, KAFKA_GROUP: group })
    try {
      return await work(service)
    } finally {
      await service.stop()
    }
  }
  try {
    const first = await reading(name, async service => {
      const paced = rate > 0 ? pacedFeed(sending, url.href, name, messagesOfRun) : undefined
      const measured = await measure(service, url.href, messagesOfRun)
      return { ...measured, ...(paced && { latency: await paced }) }
    })
    if (!values.again) return first
    const again = await reading(`${name}_again`, service => measureAgain(service, url.href, first))
    return { ...first, again }
  } finally {
    await sending.disconnect()
    await execute(serverUrl, `drop database ${name} with (force)`)
  }
}

/** From the first offset of the second reading to its last. */
async function measureAgain(service: ServiceProcess, databaseUrl: string, first: Run): Promise<Again> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const versions = async (): Promise<number> => {
      const { rows } = await client.query<{ n: string }>('select count(*) as n from resource_version')
      return Number(rows[0]?.n)
    }
    const had = await versions()
    const read = `select sum(next_offset) as n from consumer_offset where consumer_group like '%\\_again'`
    const began = await until(client, 1, read)
    const pids = await postgresPids(client)
    const cpu = () => ({ node: cpuMicroseconds([service.pid]), postgres: cpuMicroseconds(pids) })
    const before = cpu()
    const ended = await until(client, messages, read)
    const [after, done] = [cpu(), ended.count - began.count]
    const nodeMicroseconds = (after.node - before.node) / done
    const postgresMicroseconds = (after.postgres - before.postgres) / done
    return {
      nodeMicroseconds,
      postgresMicroseconds,
      ofFirst:
        (nodeMicroseconds + postgresMicroseconds) / (first.nodeMicroseconds + first.postgresMicroseconds),
      versions: (await versions()) - had,
    }
  } finally {
    await client.end()
  }
}

/** From the first record durable to the last; start and join are left out. */
async function measure(
  service: ServiceProcess,
  databaseUrl: string,
  feedOfRun: readonly FeedMessage[],
): Promise<Run> {
  const total = feedOfRun.length
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    const first = await until(client, 1, TAKEN)
    const pids = await postgresPids(client)
    const cpu = () => ({ node: cpuMicroseconds([service.pid]), postgres: cpuMicroseconds(pids) })
    const before = { ...first, ...cpu() }
    const last = await until(client, total, TAKEN)
    const [done, after] = [last.count - before.count, cpu()]
    const { rows } = await client.query<{ n: string }>('select count(*) as n from resource_version')
    const outcomes = await client.query<{ outcome: string; n: string }>(
      'select outcome, count(*) as n from inbox group by 1',
    )
    const idle = await client.query<{ percent: number }>(
      `select (100.0 * count(*) filter (where outcome = 'no-change') / greatest(count(*), 1))::float8 as percent
       from inbox where trigger in ('A08', 'A31')`,
    )
    const metrics = await (await fetch(`${service.url}/metrics`)).text()
    const metric = (name: string): number => Number(new RegExp(`^${name} (.*)$`, 'm').exec(metrics)?.[1] ?? 0)
    return {
      batches: metric('casewire_batch_messages_count\\{door="kafka"\\}'),
      retries: metric('casewire_batch_retries_total'),
      perSecond: (done * 1000) / (last.atMs - before.atMs),
      nodeMicroseconds: (after.node - before.node) / done,
      postgresMicroseconds: (after.postgres - before.postgres) / done,
      resourcesPerMessage: Number(rows[0]?.n) / total,
      outcomes: Object.fromEntries(outcomes.rows.map(({ outcome, n }) => [outcome, Number(n)])),
      shares: sharesOf(feedOfRun),
      idleUpdates: idle.rows[0]?.percent ?? 0,
      peakRssMb: peakRssMb(service.pid),
    }
  } finally {
    await client.end()
  }
}

const TAKEN = 'select count(*) as n from inbox'

/** Percent of the messages with two decimals, the most frequent event first. */
function sharesOf(records: readonly FeedMessage[]): Readonly<Record<string, number>> {
  const shares = [...Map.groupBy(records, ({ event }) => event)].map(
    ([event, of]) => [event, Math.round((10_000 * of.length) / records.length) / 100] as const,
  )
  return Object.fromEntries(shares.toSorted(([, a], [, b]) => b - a))
}

async function until(
  client: Client,
  count: number,
  counting: string,
): Promise<{ readonly count: number; readonly atMs: number }> {
  for (;;) {
    const { rows } = await client.query<{ n: string | null }>(counting)
    const seen = Number(rows[0]?.n)
    if (seen >= count) return { count: seen, atMs: Date.now() }
    await sleep(100)
  }
}

async function openTopic(brokers: string, topic: string): Promise<Producer> {
  const kafka = new Kafka({ clientId: 'bench', brokers: brokers.split(','), logLevel: logLevel.NOTHING })
  const admin = kafka.admin()
  await admin.connect()
  await admin.createTopics({
    waitForLeaders: true,
    topics: [{ topic, numPartitions: partitions, replicationFactor: 1 }],
  })
  await admin.disconnect()
  const producer = kafka.producer()
  await producer.connect()
  return producer
}

/** What waits behind the feed is the feed again: nobody comes to it. */
async function publish(producer: Producer, topic: string, records: readonly FeedMessage[]): Promise<void> {
  for (let i = 0; i < records.length + backlog; i += 500) {
    const slice = Array.from({ length: 500 }, (_none, n) => records[(i + n) % records.length] as FeedMessage)
    const kept = i < records.length ? slice.slice(0, records.length - i) : slice
    await producer.send({ topic, messages: kept.map(({ key, text }) => ({ key, value: text })) })
  }
}

async function pacedFeed(
  producer: Producer,
  databaseUrl: string,
  topic: string,
  feedOfRun: readonly FeedMessage[],
): Promise<Latency> {
  const client = new Client({ connectionString: databaseUrl })
  await client.connect()
  try {
    return await pacedLatency(feedOfRun, { producer, client, topic, partitions, perSecond: rate })
  } finally {
    await client.end()
  }
}

/** VmHWM of proc(5); 0 where there is none. */
function peakRssMb(pid: number): number {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8')
  return Math.round(Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? 0) / 1024)
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

const TICKS_PER_SECOND = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }))

/** User and system time of processes, from /proc; 0 for one that is gone. */
function cpuMicroseconds(pids: readonly number[]): number {
  const ticks = pids.map(pid => {
    try {
      const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? []
      return Number(fields[11]) + Number(fields[12])
    } catch {
      return 0
    }
  })
  return (ticks.reduce((sum, each) => sum + each, 0) * 1_000_000) / TICKS_PER_SECOND
}

/** The server's processes, by the parent of our own backend; none when it runs on another machine. */
async function postgresPids(client: Client): Promise<readonly number[]> {
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const postmaster = parentOf(rows[0]?.pid ?? 0)
  if (postmaster === undefined) return []
  const pids = readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .map(Number)
  return pids.filter(pid => parentOf(pid) === postmaster)
}

function parentOf(pid: number): number | undefined {
  try {
    return Number(readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ')[1])
  } catch {
    return undefined
  }
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0

const line = (run: Run): string =>
  `${run.perSecond.toFixed(0)} messages/s, Node ${run.nodeMicroseconds.toFixed(0)} us, PostgreSQL ${run.postgresMicroseconds.toFixed(0)} us, ${run.resourcesPerMessage.toFixed(1)} resource versions a message, ${run.batches} batches, ${run.retries} decided again, ${run.peakRssMb} MB at most${run.latency ? `; p50 ${run.latency.p50Ms} ms, p99 ${run.latency.p99Ms} ms` : ''}${run.again ? `; read again: Node ${run.again.nodeMicroseconds.toFixed(0)} us, PostgreSQL ${run.again.postgresMicroseconds.toFixed(0)} us (${(100 * run.again.ofFirst).toFixed(0)} % of the first reading), ${run.again.versions} versions` : ''}`

function print(results: readonly Run[]): void {
  const spread = (pick: (run: Run) => number): { median: number; min: number; max: number } => {
    const all = results.map(pick)
    return {
      median: Math.round(median(all)),
      min: Math.round(Math.min(...all)),
      max: Math.round(Math.max(...all)),
    }
  }
  const again = {
    nodeMicroseconds: spread(run => run.again?.nodeMicroseconds ?? 0),
    postgresMicroseconds: spread(run => run.again?.postgresMicroseconds ?? 0),
    percentOfFirst: spread(run => 100 * (run.again?.ofFirst ?? 0)),
    versionsWritten: spread(run => run.again?.versions ?? 0),
  }
  const summary = {
    commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim(),
    ...{ mix: values.mix, messages, patients, partitions, runs },
    messagesPerSecond: spread(run => run.perSecond),
    nodeMicroseconds: spread(run => run.nodeMicroseconds),
    postgresMicroseconds: spread(run => run.postgresMicroseconds),
    resourcesPerMessage: Math.round(median(results.map(run => run.resourcesPerMessage)) * 10) / 10,
    outcomes: results[0]?.outcomes,
    sharesPercent: results[0]?.shares,
    peakRssMb: spread(run => run.peakRssMb),
    ...(rate > 0 && {
      latency: {
        perSecond: rate,
        p50Ms: spread(run => run.latency?.p50Ms ?? 0),
        p99Ms: spread(run => run.latency?.p99Ms ?? 0),
        maxMs: spread(run => run.latency?.maxMs ?? 0),
      },
    }),
    idleUpdatesPercent: Math.round(median(results.map(run => run.idleUpdates)) * 10) / 10,
    ...(values.again && { again }),
  }
  if (values.json) process.stdout.write(`${JSON.stringify(summary)}\n`)
  else process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`)
}

process.exitCode = await main()
