import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrateEmbedded } from '../../src/store/open-store.ts'
import { openEmbeddedDatabase } from '../../src/store/embedded/embedded-database.ts'
import { oldSchema } from '../support/old-schema.ts'

test('an embedded database of the first release is brought up to date where it stands', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cw-upgrade-'))
  const database = openEmbeddedDatabase({ dataDir })
  const client = await database.connect('migration')
  await oldSchema(client)
  await client.end()
  await database.close()
  expect(await migrateEmbedded(dataDir)).toEqual(['0002-case-events.sql', '0003-search.sql'])
  expect(await migrateEmbedded(dataDir)).toEqual([])
  rmSync(dataDir, { recursive: true, force: true })
})
