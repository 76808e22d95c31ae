import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe } from 'vitest'
import { openEmbeddedDatabase } from '../../src/store/embedded/embedded-database.ts'
import { migrate } from '../../src/store/migrate.ts'
import { openPooledDb } from '../../src/store/connection/pooled-db.ts'
import { indexContract } from './store/index-contract.ts'

describe('search values in the embedded store', () => {
  indexContract(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cw-index-'))
    const database = openEmbeddedDatabase({ dataDir })
    const client = await database.connect('migration')
    await migrate(client, 'auto')
    await client.end()
    const connect = () => database.connect('service')
    const db = await openPooledDb({
      ...{ connectWriter: connect, connectReader: connect },
      ...{ lanes: 1, readers: 0, prepare: true, advice: '' },
    })
    return {
      db,
      close: async () => {
        await db.close()
        await database.close()
        rmSync(dataDir, { recursive: true, force: true })
      },
    }
  })
})
