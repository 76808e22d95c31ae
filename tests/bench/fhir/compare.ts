import { loadavg } from 'node:os'
import { openServer } from '../durable-server.ts'
import { progress, summaries, type Figures, type Results } from './figures.ts'
import { openLoad, runLoad, type Loaded, type Measured } from './load.ts'
import { openDatabases, openTarget, type Databases, type TargetName } from './targets.ts'
import { workloadNames, type WorkloadName } from './workloads.ts'

export interface ComparisonSizes {
  readonly runs: number
  readonly clients: number
  /** Patients that each server has before anything is measured. */
  readonly patients: number
  /** Of each workload in each run. */
  readonly seconds: number
  /** Before the first run, for each server: all workloads in turn, three times. */
  readonly warmSeconds: number
  readonly targets: readonly TargetName[]
  readonly workloads: readonly WorkloadName[]
  /** Folder for CPU profiles of our services. */
  readonly profile?: string
}

/** The same load on each server, run after run and workload after workload, every server on the same PostgreSQL. */
export async function compare(sizes: ComparisonSizes): Promise<Results> {
  const server = await openServer()
  try {
    await using databases = await openDatabases(server.url)
    const servers = await openAll(databases, sizes)
    try {
      for (const loaded of servers.values()) await warm(loaded, sizes.warmSeconds)
      return await measureAll(servers, sizes)
    } finally {
      for (const { session, target } of servers.values()) {
        session.client.close()
        await target.close()
      }
    }
  } finally {
    await server.close()
  }
}

async function openAll(
  databases: Databases,
  { targets, profile, clients, patients }: ComparisonSizes,
): Promise<ReadonlyMap<TargetName, Loaded>> {
  const environment = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }
  const servers = new Map<TargetName, Loaded>()
  for (const name of targets) {
    const url = await databases.create(name.toLowerCase().replaceAll(' ', '_'))
    const target = await openTarget(name, url, environment)
    progress(`${name} answers at ${target.base}; seeding`)
    servers.set(name, await openLoad(target, databases.backend, { clients, patients }))
  }
  return servers
}

async function warm(loaded: Loaded, seconds: number): Promise<void> {
  const turns = [1, 2, 3]
  const each = seconds / workloadNames.length / turns.length
  for (const _ of turns) for (const name of workloadNames) await runLoad(loaded, name, each)
}

async function measureAll(
  servers: ReadonlyMap<TargetName, Loaded>,
  sizes: ComparisonSizes,
): Promise<Results> {
  const found = new Map<string, Figures[]>()
  for (let run = 1; run <= sizes.runs; run += 1) {
    for (const workload of sizes.workloads) {
      const measured = new Map<TargetName, Measured>()
      for (const [name, loaded] of servers) measured.set(name, await runLoad(loaded, workload, sizes.seconds))
      for (const [name, one] of measured) {
        const part = `${workload}, ${name}`
        const peer = name === 'HAPI' ? undefined : measured.get('HAPI')
        const figures = figuresOf(one, peer)
        found.set(part, [...(found.get(part) ?? []), figures])
        progress(
          `run ${run}, ${part}: ${figures['CPU ms']?.toFixed(2)} CPU-ms, load ${loadavg()[0]?.toFixed(1)}`,
        )
      }
    }
  }
  return Object.fromEntries([...found].map(([part, runs]) => [part, summaries(runs)]))
}

const figuresOf = (one: Measured, peer: Measured | undefined): Figures => ({
  'req/s': one.perSecond,
  'p50 ms': one.p50Ms,
  'p99 ms': one.p99Ms,
  'service CPU-ms': one.serviceUs / 1000,
  'PostgreSQL CPU-ms': one.postgresUs / 1000,
  'CPU ms': one.totalUs / 1000,
  ...(peer && { "HAPI's CPU / ours": peer.totalUs / one.totalUs }),
  'bad answers': one.bad,
})
