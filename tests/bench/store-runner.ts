import { parseArgs } from 'node:util'
import pg from 'pg'
import { cpuNow } from './measure.ts'
import { storeEvents, type StoreEvent } from './store-events.ts'

/** What one run of a persist program prints. */
export interface StoreRun {
  readonly eventsPerSecond: number
  readonly nodeUs: number
  readonly postgresUs: number
  readonly p50Ms: number
  readonly p99Ms: number
}

/** A way to persist events: both programs are run by the same code over the same events. */
export interface PersistProgram {
  /** Makes its schema in an empty database. */
  readonly prepare: (databaseUrl: string, lanes: number) => Promise<void>
  /** Persists a batch in one transaction on a lane. */
  readonly persist: (events: readonly StoreEvent[], lane: number) => Promise<void>
  readonly close: () => Promise<void>
}

const options = {
  url: { type: 'string' },
  events: { type: 'string', default: '8000' },
  preload: { type: 'string', default: '10000' },
  patients: { type: 'string', default: '10000' },
  batch: { type: 'string', default: '100' },
  lanes: { type: 'string', default: '2' },
} as const

/** Runs a program once against the database named by --url and prints a StoreRun as JSON. */
export async function runProgram(program: PersistProgram): Promise<void> {
  const { values } = parseArgs({ options, strict: false, allowPositionals: true })
  const number = (name: Exclude<keyof typeof options, 'url'>): number => Number(values[name])
  const url = String(values.url)
  const [lanes, batch] = [number('lanes'), number('batch')]
  await program.prepare(url, lanes)
  const source = storeEvents(number('patients'), 7)
  const take = (count: number): readonly StoreEvent[] =>
    Array.from({ length: count }, () => source.next().value)
  for (let left = number('preload'); left > 0; left -= PRELOAD_AT_ONCE) {
    await persistAll(program, take(Math.min(left, PRELOAD_AT_ONCE)), { lanes, batch })
  }
  const admin = new pg.Client({ connectionString: url })
  await admin.connect()
  await admin.query('vacuum analyze')
  await admin.query('checkpoint')
  const { rows } = await admin.query<{ pid: number }>('select pg_backend_pid() as pid')
  const events = take(number('events'))
  globalThis.gc?.()
  const run = await timed(() => persistAll(program, events, { lanes, batch }), {
    backend: rows[0]?.pid ?? 0,
    count: events.length,
  })
  await admin.end()
  await program.close()
  process.stdout.write(`${JSON.stringify(run)}\n`)
}

/** All of them would not fit into memory. */
const PRELOAD_AT_ONCE = 10_000

/** Each patient's events stay on one lane, in order. */
async function persistAll(
  program: PersistProgram,
  events: readonly StoreEvent[],
  { lanes, batch }: { readonly lanes: number; readonly batch: number },
): Promise<readonly number[]> {
  const perLane = Array.from({ length: lanes }, (_, lane) =>
    events.filter(({ patient }) => patient % lanes === lane),
  )
  const latencies: number[] = []
  await Promise.all(
    perLane.map(async (mine, lane) => {
      for (let at = 0; at < mine.length; at += batch) {
        const began = performance.now()
        await program.persist(mine.slice(at, at + batch), lane)
        latencies.push(performance.now() - began)
      }
    }),
  )
  return latencies
}

async function timed(
  work: () => Promise<readonly number[]>,
  { backend, count }: { readonly backend: number; readonly count: number },
): Promise<StoreRun> {
  const [before, began] = [cpuNow(backend), performance.now()]
  const latencies = (await work()).toSorted((a, b) => a - b)
  const [after, tookMs] = [cpuNow(backend), performance.now() - began]
  const at = (share: number): number => Math.round(latencies[Math.floor(latencies.length * share)] ?? 0)
  return {
    eventsPerSecond: (count * 1000) / tookMs,
    nodeUs: (after.node - before.node) / count,
    postgresUs: (after.postgres - before.postgres) / count,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
  }
}
