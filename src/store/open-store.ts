import type { Worker } from 'node:worker_threads'
import type pg from 'pg'
import type { IndexVersion } from '../fhir/search/indexing/index-version.ts'
import type { SearchPlan } from '../fhir/search/plan.ts'
import type { Clock } from '../lib/clock.ts'
import type { Store } from '../commands/ports/store.ts'
import { openAccessLog } from './queries/access-log.ts'
import { readCaseEvents, readKeptAnswer } from './queries/case-event-queries.ts'
import { readCompartment } from './queries/compartment-queries.ts'
import { connectPostgres, type ConnectionRole } from './connection/connect-postgres.ts'
import { rethrow, type Connect } from './connection/connection.ts'
import type { Db } from './connection/db.ts'
import { openEmbeddedDatabase } from './embedded/embedded-database.ts'
import { withUpkeep } from './embedded/upkeep.ts'
import type { IndexResource } from './writes/flush-rows.ts'
import { openFlush } from './writes/flush.ts'
import { gatheredReads } from './loads/gathered-reads.ts'
import { countHistory, readHistory, readHistoryOf } from './queries/history-queries.ts'
import { openInboxQueries } from './queries/inbox-queries.ts'
import { openLinkQueries } from './queries/link-queries.ts'
import { readLabelled } from './queries/label-queries.ts'
import { openLoad } from './loads/load.ts'
import { migrate } from './migrate.ts'
import { openOutboxQueue } from './queues/outbox-queue.ts'
import { pageKeyOf } from './search/page-key.ts'
import { openPooledDb } from './connection/pooled-db.ts'
import { readAt, readCompartmentAt, readVersion } from './queries/resource-queries.ts'
import { explainSearch } from './search/search-explain.ts'
import { statementNames } from './search/search-pinpoint.ts'
import { leadMemory } from './search/search-few.ts'
import { runSearch } from './search/search-sql.ts'
import { countingExactly } from './search/search-total.ts'
import { runTypesSearch } from './search/search-types.ts'
import { adoptIndex, openReindex } from './reindex.ts'
import { tenantNumbers } from './tenant-numbers.ts'
import { openTimerQueue } from './queues/timer-queue.ts'

interface StoreOptions {
  readonly clock: Clock
  /** What a resource is found by: fhir/search/indexing/index-resource.ts. */
  readonly indexResource: IndexResource
  /** Names what that indexes; rows of another version are written anew (`reindex`). Absent = they stay as they are. */
  readonly indexVersion?: IndexVersion
  /** 'off' = refuse an old schema instead of bringing it up to date. */
  readonly migrate: 'auto' | 'off'
}

export interface EmbeddedStoreOptions extends StoreOptions {
  readonly dataDir: string
  /** Starts the database thread; tests replace it by one with faults. */
  readonly startWorker?: (folder: string) => Worker
  /** How much may be written between checkpoints. */
  readonly checkpointBytes?: number
}

export interface PostgresStoreOptions extends StoreOptions {
  readonly databaseUrl: string
  /** Writer connections. */
  readonly lanes?: number
  /** Connections for everything else. */
  readonly readers?: number
  /** False behind a pooler in transaction mode. */
  readonly prepare?: boolean
}

const POSTGRES_ADVICE = 'is it running, is DATABASE_URL right?'
const EMBEDDED_ADVICE =
  'the embedded one stopped and is started again on the next use; is there memory and disk space?'
const LANES = 2
const READERS = 4
const SEARCHERS = 4
const POINTS = 2
const WALKERS = 2

/** PGlite in this process, durable, for this process alone (StoreFault `store-locked` when another one has the folder). */
export async function openEmbeddedStore(options: EmbeddedStoreOptions): Promise<Store> {
  const database = openEmbeddedDatabase(options)
  const connect = (): Promise<pg.Client> => database.connect('service')
  try {
    await migrateWith(() => database.connect('migration'), options.migrate, EMBEDDED_ADVICE)
    const db = await openPooledDb({
      connectWriter: connect,
      connectReader: connect,
      lanes: 1,
      readers: 0,
      prepare: true,
      advice: EMBEDDED_ADVICE,
    })
    await adoptIndex(db, options.indexVersion)
    const close = async (): Promise<void> => {
      // Side by side: the connection waits for its answers, the thread is ended when they never come.
      await Promise.all([db.close(), database.close()])
    }
    return storeOver(withUpkeep(db, options.checkpointBytes), {
      backend: 'embedded',
      isTuned: false,
      ...options,
      close,
    })
  } catch (error) {
    await database.close()
    throw error
  }
}

/** PostgreSQL 15 or later. */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  const { databaseUrl, lanes = LANES, readers = READERS, prepare = true } = options
  const connect = (role: ConnectionRole): Connect => connectPostgres({ databaseUrl, prepare }, role)
  await migrateWith(connect('migration'), options.migrate, POSTGRES_ADVICE)
  const db = await openPooledDb({
    connectWriter: connect('writer'),
    connectReader: connect('reader'),
    ...(prepare && { connectLoader: connect('loader') }),
    lanes,
    readers,
    // A pooler forwards no settings.
    ...(prepare && {
      searching: {
        connectSearch: connect('search'),
        connectPoint: connect('point'),
        connectWalk: connect('walk'),
        ...{ searchers: SEARCHERS, points: POINTS, walkers: WALKERS },
      },
    }),
    prepare,
    advice: POSTGRES_ADVICE,
  })
  await adoptIndex(db, options.indexVersion).catch(async (error: unknown) => {
    await db.close()
    throw error
  })
  const close = (): Promise<void> => db.close()
  return storeOver(db, { backend: 'postgresql', isTuned: prepare, ...options, close })
}

/** Brings the schema of a server up to date and gives the names of what it applied (`casewire migrate`). */
export const migratePostgres = (databaseUrl: string): Promise<readonly string[]> =>
  migrateWith(connectPostgres({ databaseUrl, prepare: true }, 'migration'), 'auto', POSTGRES_ADVICE)

/** The same for a data folder. */
export async function migrateEmbedded(dataDir: string): Promise<readonly string[]> {
  const database = openEmbeddedDatabase({ dataDir })
  try {
    return await migrateWith(() => database.connect('migration'), 'auto', EMBEDDED_ADVICE)
  } finally {
    await database.close()
  }
}

async function migrateWith(
  connect: Connect,
  mode: 'auto' | 'off',
  advice: string,
): Promise<readonly string[]> {
  const client = await connect().catch((error: unknown) => rethrow(error, advice))
  // Without a listener an idle connection that is lost would end the process; the next statement tells.
  client.on('error', () => undefined)
  try {
    return await migrate(client, mode)
  } finally {
    await client.end()
  }
}

interface Parts extends StoreOptions {
  readonly backend: Store['backend']
  /** Whether connections have settings for what they are for. */
  readonly isTuned: boolean
  readonly close: () => Promise<void>
}

function storeOver(db: Db, { backend, isTuned, clock, indexResource, indexVersion, close }: Parts): Store {
  const counted = backend === 'embedded' ? countingExactly : (plan: SearchPlan): SearchPlan => plan
  const searcher = { db, nameOf: statementNames(), ...(isTuned && { memory: leadMemory() }) }
  return {
    backend,
    lanes: db.lanes,
    load: openLoad(db),
    flush: openFlush(db, indexResource),
    read: gatheredReads(db),
    readVersion: (tenant, key, version) => readVersion(db, tenant, key, version),
    history: (tenant, key, page) => readHistory(db, tenant, key, page),
    historyOf: (tenant, request) => readHistoryOf(db, tenant, request),
    countHistory: (tenant, of) => countHistory(db, tenant, of),
    search: (tenant, plan) => runSearch(searcher, tenant, counted(plan)),
    searchTypes: (tenant, plans) => runTypesSearch(db, tenant, plans.map(counted)),
    pageKey: pageKeyOf(db),
    labelled: (tenant, request) => readLabelled(db, tenant, request),
    explain: (tenant, plan) => explainSearch(db, tenant, plan),
    nextOffset: (group, topic, partition) => nextOffset(db, { group, topic, partition }),
    ping: async () => {
      await db.query({ name: 'cw_ping', text: 'select 1 from casewire_migration limit 1' })
    },
    readAt: (tenant, key, at) => readAt(db, tenant, key, at),
    compartmentAt: (tenant, request) => readCompartmentAt(db, tenant, request),
    compartment: (tenant, request) => readCompartment(db, tenant, request),
    caseEvents: (tenant, filter) => readCaseEvents(db, tenant, filter),
    tenantNumbers: names => tenantNumbers(db, names),
    keptAnswer: (tenant, key) => readKeptAnswer(db, tenant, key),
    inbox: openInboxQueries(db),
    outbox: openOutboxQueue(db, clock),
    timers: openTimerQueue(db),
    links: openLinkQueries(db),
    accesses: openAccessLog(db),
    reindex: openReindex(db, { indexResource, indexVersion }),
    close,
  }
}

interface PartitionKey {
  readonly group: string
  readonly topic: string
  readonly partition: number
}

/** Waits for a flush that is moving it: what it gives stands. */
async function nextOffset(db: Db, { group, topic, partition }: PartitionKey): Promise<number> {
  const { rows } = await db.query<{ next: string }>({
    name: 'cw_next_offset',
    text: `insert into consumer_offset as o (consumer_group, topic, partition, next_offset) values ($1, $2, $3, 0)
      on conflict (consumer_group, topic, partition) do update set next_offset = o.next_offset
      returning next_offset as next`,
    values: [group, topic, partition],
  })
  return Number(rows[0]?.next ?? 0)
}
