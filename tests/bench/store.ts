import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import pg from 'pg'
import { openServer } from './durable-server.ts'
import { commit, spread, type Spread } from './measure.ts'
import type { StoreRun } from './store-runner.ts'

/**
 * The store's own path (load, conflict check, flush) beside the ceiling program (store-ceiling.ts) on one durable
 * PostgreSQL, alternating: `npm run bench:store -- [--runs 5] [--events 8000] [--lanes 2] [--batch 100] [--json]`.
 * TEST_DATABASE_URL names a server (it must sync its log); without it a local one is started.
 */
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '5' },
    events: { type: 'string', default: '8000' },
    patients: { type: 'string', default: '10000' },
    preload: { type: 'string', default: '10000' },
    lanes: { type: 'string', default: '2' },
    batch: { type: 'string', default: '100' },
    json: { type: 'boolean', default: false },
  },
})

const programs = {
  ceiling: ['store-ceiling.ts'],
  store: ['store-path.ts'],
  'store, ADT mix': ['store-path.ts', '--mix', 'adt'],
} as const
type Program = keyof typeof programs

async function main(): Promise<void> {
  const server = await openServer()
  try {
    report(await alternate(server.url))
  } finally {
    await server.close()
  }
}

async function alternate(serverUrl: string): Promise<ReadonlyMap<Program, readonly StoreRun[]>> {
  const found = new Map<Program, StoreRun[]>()
  for (let run = 0; run < Number(values.runs); run += 1) {
    for (const program of Object.keys(programs) as Program[]) {
      const result = await runOnce(serverUrl, program)
      found.set(program, [...(found.get(program) ?? []), result])
      if (!values.json) process.stderr.write(`${program}: ${Math.round(result.eventsPerSecond)} events/s\n`)
    }
  }
  return found
}

async function runOnce(serverUrl: string, program: Program): Promise<StoreRun> {
  const admin = new pg.Client({ connectionString: serverUrl })
  await admin.connect()
  const name = `bench_store_${process.pid}`
  await admin.query(`create database ${name}`)
  const url = new URL(serverUrl)
  url.pathname = `/${name}`
  try {
    const [file, ...more] = programs[program]
    const sizes = (['events', 'patients', 'preload', 'lanes', 'batch'] as const).flatMap(option => [
      `--${option}`,
      values[option],
    ])
    const path = fileURLToPath(new URL(file, import.meta.url))
    const child = spawnSync(process.execPath, ['--expose-gc', path, '--url', url.href, ...sizes, ...more], {
      encoding: 'utf8',
    })
    if (child.status !== 0) throw new Error(`${program} failed: ${child.stderr}`)
    return JSON.parse(child.stdout) as StoreRun
  } finally {
    await admin.query(`drop database ${name} with (force)`)
    await admin.end()
  }
}

function report(found: ReadonlyMap<Program, readonly StoreRun[]>): void {
  const spreads = (program: Program): Readonly<Record<keyof StoreRun, Spread>> => {
    const list = found.get(program) ?? []
    const of = (key: keyof StoreRun): Spread => spread(list.map(run => run[key]))
    return {
      eventsPerSecond: of('eventsPerSecond'),
      nodeUs: of('nodeUs'),
      postgresUs: of('postgresUs'),
      p50Ms: of('p50Ms'),
      p99Ms: of('p99Ms'),
    }
  }
  const names = Object.keys(programs) as Program[]
  const results = Object.fromEntries(names.map(name => [name, spreads(name)]))
  const rate = (name: Program): number => results[name]?.eventsPerSecond.median ?? 0
  const percentOfCeiling = Math.round((100 * rate('store')) / rate('ceiling'))
  const mix = `${values.lanes} lanes, batches of ${values.batch}, ${values.patients} patients, ${values.preload} events before ${values.events} timed; an event = 1 message, 5 resources with versions, 25 search values, 2 outbox rows`
  if (values.json) {
    process.stdout.write(
      `${JSON.stringify({ commit: commit(), mix, runs: Number(values.runs), percentOfCeiling, results })}\n`,
    )
    return
  }
  const line = ({ median, min, max }: Spread): string => `${median} (${min}-${max})`.padStart(20)
  const heading = ['events/s', 'Node us/event', 'PostgreSQL us/event', 'p50 ms/batch', 'p99 ms/batch']
    .map(text => text.padStart(20))
    .join('')
  const table = names.map(
    name =>
      `${name.padEnd(16)}${Object.values(results[name] ?? {})
        .map(line)
        .join('')}`,
  )
  process.stdout.write(
    `${[`commit ${commit()}; ${mix}`, `medians (min-max) of ${values.runs} alternating runs`, `${''.padEnd(16)}${heading}`, ...table, `store = ${percentOfCeiling} % of the ceiling`].join('\n')}\n`,
  )
}

await main()
