import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { migrateStore } from '../../src/app-store.ts'
import { migrateEmbedded } from '../../src/store/open-store.ts'
import { openEmbeddedDatabase } from '../../src/store/embedded/embedded-database.ts'
import { oldSchema } from '../support/old-schema.ts'

test('an embedded database of the first release is brought up to date where it stands', async () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'cw-upgrade-'))
  const database = openEmbeddedDatabase({ dataDir })
  const client = await database.connect('migration')
  await oldSchema(client)
  await client.query(
    `insert into resource values (1, 1, 103, 'p', 1, now(), false, 'p', 5, null, null, null, null, '{"resourceType":"Patient","id":"p","gender":"female"}')`,
  )
  await client.end()
  await database.close()
  expect(await migrateEmbedded(dataDir)).toEqual([
    '0002-case-events.sql',
    '0003-search.sql',
    '0004-page-key.sql',
    '0005-tenants.sql',
    '0006-access-events.sql',
    '0009-inbox-visit.sql',
    '0010-status-order.sql',
    '0011-unread-statistics.sql',
  ])
  expect(await migrateEmbedded(dataDir)).toEqual([])
  const migrated = (): Promise<string> =>
    migrateStore(
      { dataDir, prepare: true, migrate: true },
      {
        clock: { nowMs: () => Date.parse('2026-10-05T18:30:00Z') },
        base: 'http://x.org/fhir',
        reindex: false,
        say: () => undefined,
      },
    )
  expect(await migrated()).toBe('The schema is up to date. The search values were written anew.')
  expect(await migrated()).toBe('The schema is up to date. The search values are up to date.')
  rmSync(dataDir, { recursive: true, force: true })
})
