import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from './lib/clock.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { ReindexQueue } from './commands/ports/reindex.ts'
import { percentOf, reindexAll, reindexRunner, type ReindexRunner } from './commands/reindex.ts'
import type { Store } from './commands/ports/store.ts'
import type { DatabaseConfig } from './config/environment.ts'
import type { Resource } from './fhir/resource.ts'
import { indexVersion } from './fhir/search/indexing/index-version.ts'
import { indexResource } from './fhir/search/indexing/index-resource.ts'
import { migrateEmbedded, migratePostgres, openEmbeddedStore, openPostgresStore } from './store/open-store.ts'

/** Opens what DATABASE_URL names, or the embedded database in DATA_DIR. `base` is the own FHIR base. */
export function openStore(
  { url, dataDir, prepare, migrate }: DatabaseConfig,
  clock: Clock,
  base: string,
): Promise<Store> {
  const index = (resource: Resource) => indexResource(resource, base)
  const common = {
    ...{ clock, indexResource: index, indexVersion: indexVersion() },
    migrate: migrate ? ('auto' as const) : ('off' as const),
  }
  return url === undefined
    ? openEmbeddedStore({ ...common, dataDir })
    : openPostgresStore({ ...common, databaseUrl: url, prepare })
}

/** Indexes anew, in the background, what another release wrote. */
export const reindexOf = (
  { reindex }: Store,
  { clock, emit }: { readonly clock: Clock; readonly emit: EmitEvent },
): ReindexRunner => reindexRunner({ reindex, owner: owner(), clock, emit })

const owner = (): string => `${hostname()}/${process.pid}/${randomUUID()}`

interface MigrateOptions {
  readonly clock: Clock
  readonly base: string
  /** True = every resource is indexed anew, even when nothing has changed. */
  readonly reindex: boolean
  readonly say: (line: string) => void
}

/** Brings schema and search values up to date, with progress; says what was done. */
export async function migrateStore(database: DatabaseConfig, options: MigrateOptions): Promise<string> {
  const { url, dataDir } = database
  const names = await (url === undefined ? migrateEmbedded(dataDir) : migratePostgres(url))
  const schema = names.length === 0 ? 'The schema is up to date.' : `Applied ${names.join(', ')}.`
  const store = await openStore({ ...database, migrate: true }, options.clock, options.base)
  try {
    return `${schema} ${await broughtUpToDate(store.reindex, options)}`
  } finally {
    await store.close()
  }
}

async function broughtUpToDate(
  queue: ReindexQueue,
  { reindex, say }: Pick<MigrateOptions, 'reindex' | 'say'>,
): Promise<string> {
  if (reindex) await queue.restart()
  if ((await queue.state()).isCurrent) return 'The search values are up to date.'
  const isDone = await reindexAll(queue, owner(), ({ done, share }) =>
    say(`indexed ${done} resources (${percentOf(share)} %)`),
  )
  return isDone
    ? 'The search values were written anew.'
    : 'Another process writes the search values anew: casewire_index_share in its metrics says how far it is.'
}

/** What is said to a person while the store opens, when that takes long. */
export const openingStep = ({ url, dataDir }: DatabaseConfig): string =>
  url === undefined
    ? `opening the embedded database in ${dataDir} (the first start creates it, about 5 s)`
    : 'connecting to PostgreSQL and bringing its schema up to date'
