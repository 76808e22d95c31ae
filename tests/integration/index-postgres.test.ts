import pg from 'pg'
import { expect, test } from 'vitest'
import { connectPostgres } from '../../src/store/connection/connect-postgres.ts'
import { migratePostgres } from '../../src/store/open-store.ts'
import { openPooledDb } from '../../src/store/connection/pooled-db.ts'
import { indexContract } from '../contract/store/index-contract.ts'
import { openFhirServer } from '../support/fhir-server.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

describeWith(['postgres'], 'search values on PostgreSQL', () => {
  indexContract(async () => {
    const database = await freshDatabase()
    await migratePostgres(database.url)
    const options = { databaseUrl: database.url, prepare: true }
    const db = await openPooledDb({
      connectWriter: connectPostgres(options, 'writer'),
      connectReader: connectPostgres(options, 'reader'),
      ...{ lanes: 2, readers: 2, prepare: true, advice: '' },
    })
    return {
      db,
      close: async () => {
        await db.close()
        await database[Symbol.asyncDispose]()
      },
    }
  })
})

describeWith(['postgres'], 'columns that repeat search values', () => {
  test('answer from when the database was indexed with them; before, the rows do', async () => {
    await using database = await freshDatabase()
    const server = await openFhirServer({ databaseUrl: database.url })
    const client = new pg.Client({ connectionString: database.url })
    await client.connect()
    try {
      const body = { resourceType: 'Patient', id: 'p', gender: 'female', birthDate: '1980-02-29' }
      await server.call({ method: 'PUT', path: '/Patient/p', body })
      const found = async (): Promise<number> =>
        (await server.call({ method: 'GET', path: '/Patient?birthdate=1980&gender=female' })).json.entry
          ?.length ?? 0
      expect(await found()).toBe(1)
      const { rows } = await client.query("select status, ds from resource where id = 'p'")
      expect(rows).toEqual([{ status: 'female', ds: new Date('1980-02-29') }])
      await client.query('update resource set status = null, ds = null, de = null')
      expect(await found()).toBe(0)
      await client.query('update index_state set code = 4')
      expect(await found()).toBe(1)
      await client.query("update index_state set code = 5, version = ''")
      expect(await found()).toBe(1)
    } finally {
      await client.end()
      await server.close()
    }
  })
})
