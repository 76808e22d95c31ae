import pg from 'pg'
import type { Connect } from './connection.ts'
import { rowTypes } from './row-types.ts'

export interface PostgresAddress {
  readonly databaseUrl: string
  /** False behind a pooler in transaction mode, which forwards no session settings. */
  readonly prepare: boolean
}

const CONNECT_TIMEOUT_MS = 10_000

/** Key joins only: a generic plan made while a table is small must not turn into a scan when it has grown. */
const WRITER_SETTINGS =
  '-c enable_seqscan=off -c enable_hashjoin=off -c enable_mergejoin=off -c idle_in_transaction_session_timeout=60000'
/** A generic plan on skewed search values was 30 to 50 times slower (measured). */
const READER_SETTINGS = '-c plan_cache_mode=force_custom_plan -c jit=off'

const settingsOf = { writer: WRITER_SETTINGS, reader: READER_SETTINGS, migration: '' }

/** Connections for a lane, for queries, or for the migrations (not pipelined: files of many statements). */
export function connectPostgres(
  { databaseUrl, prepare }: PostgresAddress,
  role: 'writer' | 'reader' | 'migration',
): Connect {
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
