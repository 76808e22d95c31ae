import pg from 'pg'
import type { Connect } from './connection.ts'
import { rowTypes } from './row-types.ts'
import { SEARCH_TIMEOUT_MS } from '../search/search-timeout.ts'

export interface PostgresAddress {
  readonly databaseUrl: string
  /** False behind a pooler in transaction mode, which forwards no session settings. */
  readonly prepare: boolean
}

const CONNECT_TIMEOUT_MS = 10_000

/** Statements of fixed shape that go by keys: planned once a connection, never as a scan; planning them took longer than running them. */
const BY_KEYS =
  '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c jit=off'
const WRITER_SETTINGS = `${BY_KEYS} -c idle_in_transaction_session_timeout=60000`
/** What one message of it reads is one snapshot. */
const LOADER_SETTINGS = `${BY_KEYS} -c default_transaction_isolation=repeatable\\ read -c default_transaction_read_only=on`
/** A generic plan on skewed search values was 30 to 50 times slower (measured). */
const READER_SETTINGS = '-c plan_cache_mode=force_custom_plan -c jit=off'
const TIMED = `-c statement_timeout=${SEARCH_TIMEOUT_MS}`

const settingsOf = {
  writer: WRITER_SETTINGS,
  loader: LOADER_SETTINGS,
  reader: READER_SETTINGS,
  search: `${READER_SETTINGS} ${TIMED} -c work_mem=16MB`,
  point: `${BY_KEYS} ${TIMED}`,
  walk: `${BY_KEYS} ${TIMED} -c enable_sort=off -c enable_bitmapscan=off`,
  migration: '',
}

/** Connections for a lane, for loads, for queries, for searches, for look-ups, for what comes in the order of an index, or for the migrations (not pipelined: files of many statements). */
export type ConnectionRole = keyof typeof settingsOf

export function connectPostgres({ databaseUrl, prepare }: PostgresAddress, role: ConnectionRole): Connect {
  const settings = `-c timezone=UTC ${settingsOf[role]}`
  return async () => {
    const client = new pg.Client({
      connectionString: databaseUrl,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'casewire',
      types: rowTypes,
      ...(prepare && { options: settings }),
      pipeline: role !== 'migration',
    })
    await client.connect()
    return client
  }
}
