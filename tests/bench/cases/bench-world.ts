import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { serverForTests } from '../../../scripts/services/for-tests.ts'
import type { Store } from '../../../src/commands/ports/store.ts'
import type { Resource } from '../../../src/fhir/resource.ts'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import { indexVersion } from '../../../src/fhir/search/indexing/index-version.ts'
import { openPostgresStore } from '../../../src/store/open-store.ts'
import { startService, type ServiceProcess } from '../../support/service-process.ts'
import { cpuNow, type Cpu } from '../measure.ts'

/** A database of its own on a real server, a store over it, and a service where one is asked for. */
export interface BenchWorld extends AsyncDisposable {
  readonly url: string
  readonly store: Store
  readonly client: pg.Client
  readonly service: () => Promise<ServiceProcess>
  /** CPU time so far of the service (of this process, when none was started) and of PostgreSQL. */
  readonly cpu: () => Cpu
}

/** `profile`: folder for CPU profiles of its services. */
export async function benchWorld(name: string, profile?: string): Promise<BenchWorld> {
  const server = await serverForTests('postgres')
  if ('missing' in server) throw new Error(`bench:cases needs PostgreSQL: ${server.missing}`)
  const admin = new pg.Client({ connectionString: server.address })
  await admin.connect()
  const database = `bench_${name}_${process.pid}`
  await admin.query(`create database ${database}`)
  const address = new URL(server.address)
  address.pathname = `/${database}`
  const url = address.href
  const store = await openPostgresStore({
    databaseUrl: url,
    clock: { nowMs: () => Date.now() },
    indexResource: (resource: Resource) => indexResource(resource),
    // Else the service takes what is here for rows of an older release, and writes them anew beside the measurement.
    indexVersion: indexVersion(),
    migrate: 'auto',
  })
  const client = new pg.Client({ connectionString: url })
  await client.connect()
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid')
  const services: ServiceProcess[] = []
  return {
    url,
    store,
    client,
    service: async () => {
      const profiled = profile === undefined ? {} : { NODE_OPTIONS: `--cpu-prof --cpu-prof-dir=${profile}` }
      const service = await startService({
        ROLES: 'http',
        LOG_LEVEL: 'error',
        DATABASE_URL: url,
        ...profiled,
      })
      services.push(service)
      return service
    },
    cpu: () => cpuNow(rows[0]?.pid ?? 0, services[0]?.pid),
    [Symbol.asyncDispose]: async () => {
      for (const service of services) await service.stop()
      await store.close()
      await client.end()
      await admin.query(`drop database ${database} with (force)`)
      await admin.end()
    },
  }
}

/** Statistics as they would stand after a while. */
export async function settle(client: pg.Client): Promise<void> {
  await client.query('vacuum (analyze)')
  await sleep(200)
}

/** Percentile of times in ms. */
export const percentile = (times: readonly number[], share: number): number => {
  const sorted = times.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0
}
