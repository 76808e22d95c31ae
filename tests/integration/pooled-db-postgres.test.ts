import { expect, test } from 'vitest'
import { connectPostgres } from '../../src/store/connection/connect-postgres.ts'
import type { Rows, Statement } from '../../src/store/connection/db.ts'
import { openPooledDb } from '../../src/store/connection/pooled-db.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

const AT_ONCE = 4

describeWith(['postgres'], 'connections for statements that were planned before', () => {
  test('look-ups of one turn share a connection, searches of one turn run side by side', async () => {
    await using database = await freshDatabase()
    const connect = connectPostgres({ databaseUrl: database.url, prepare: true }, 'point')
    const db = await openPooledDb({
      ...{ connectWriter: connect, connectReader: connect, lanes: 1, readers: 1, prepare: true, advice: '' },
      searching: {
        ...{ connectSearch: connect, connectPoint: connect, connectWalk: connect },
        ...{ searchers: 1, points: AT_ONCE, walkers: AT_ONCE },
      },
    })
    try {
      expect(await backends(statement => db.few(statement))).toBe(AT_ONCE)
      expect(await backends(statement => db.point(statement))).toBe(1)
      expect(await backends(statement => db.walk(statement))).toBe(AT_ONCE)
    } finally {
      await db.close()
    }
  })
})

/** How many processes of the server answer what is asked in one turn. */
async function backends(ask: (statement: Statement) => Promise<Rows<{ pid: number }>>): Promise<number> {
  const statement = { name: 'cw_test_backend', text: 'select pg_backend_pid() as pid' }
  const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => ask(statement)))
  return new Set(answers.map(({ rows }) => rows[0]?.pid)).size
}
