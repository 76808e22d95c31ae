import type { Db, Statement } from '../connection/db.ts'

/** Written bytes after which the log is cut short: a start after a crash has at most about that much to replay. */
const CHECKPOINT_BYTES = 32 * 1024 * 1024
/** Written bytes after which dead rows are collected and the planner's statistics renewed. */
const VACUUM_BYTES = 128 * 1024 * 1024
/** The first time after a start comes sooner: a site that restarts often must be vacuumed too. */
const FIRST_VACUUM_BYTES = 8 * 1024 * 1024

const tables = [
  'resource',
  'ix',
  'ix_date',
  'ix_number',
  'ix_composite',
  'ix_text',
  'said',
  'outbox',
  'timer',
  'inbox',
  'fact',
  'resource_version',
  'sync_link',
]

/**
 * Does what the background processes of a server do, because PGlite has none: without it the log grows for ever and
 * dead rows stay. Counted by what is written, run between transactions on the one connection there is.
 */
export function withUpkeep(db: Db, checkpointBytes = CHECKPOINT_BYTES): Db {
  let sinceCheckpoint = 0
  let untilVacuum = FIRST_VACUUM_BYTES

  const run = async (): Promise<void> => {
    if (untilVacuum <= 0) {
      untilVacuum = VACUUM_BYTES
      for (const table of tables) await db.query({ text: `vacuum (analyze) ${table}` })
    }
    if (sinceCheckpoint >= checkpointBytes) {
      sinceCheckpoint = 0
      await db.query({ text: 'checkpoint' })
    }
  }

  return {
    ...db,
    tx: async (lane, statements, keys) => {
      const answers = await db.tx(lane, statements, keys)
      const written = bytesOf(statements)
      sinceCheckpoint += written
      untilVacuum -= written
      // A fault here is a fault of the connection: whoever uses it next is told.
      if (untilVacuum <= 0 || sinceCheckpoint >= checkpointBytes) void run().catch(() => undefined)
      return answers
    },
  }
}

const bytesOf = (statements: readonly Statement[]): number =>
  statements.reduce(
    (sum, { values = [] }) =>
      sum + values.reduce((size: number, value) => size + (Buffer.isBuffer(value) ? value.length : 0), 0),
    0,
  )
