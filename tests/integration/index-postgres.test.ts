import { connectPostgres } from '../../src/store/connect-postgres.ts'
import { migratePostgres } from '../../src/store/open-store.ts'
import { openPooledDb } from '../../src/store/pooled-db.ts'
import { indexContract } from '../contract/store/index-contract.ts'
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
