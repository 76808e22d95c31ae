import { setTimeout as sleep } from 'node:timers/promises'
import { Client } from 'pg'
import { expect, test } from 'vitest'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import type { Store } from '../../src/commands/ports/store.ts'
import { openPostgresStore } from '../../src/store/open-store.ts'
import { dueRunner, writeDue } from '../support/due-patients.ts'
import { describeWith, freshDatabase } from '../support/real-servers.ts'

const clock = { nowMs: () => Date.now() }
const TOGETHER = 100
const WITHIN_MS = 2_000

/** When nothing waits any more: effects and timers go in one transaction. */
async function settledMs(store: Store): Promise<number> {
  while ((await store.timers.nextDue()) !== undefined) await sleep(20)
  return Date.now()
}

/** How long it takes to write them. */
async function write(store: Store, names: readonly string[], dueMs: number): Promise<number> {
  const began = performance.now()
  expect(await writeDue(store, names, dueMs)).toBe(true)
  return performance.now() - began
}

/** Milliseconds from the due time to the record of each miss, as the journal has it. */
async function lateness(client: Client, dueMs: number): Promise<readonly number[]> {
  const { rows } = await client.query<{ recorded: Date }>(
    `select recorded from case_event where type = 'ObligationMissed' and at = $1 order by recorded`,
    [new Date(dueMs).toISOString()],
  )
  return rows.map(({ recorded }) => recorded.getTime() - dueMs)
}

const names = (prefix: string): readonly string[] =>
  Array.from({ length: TOGETHER }, (_, i) => `${prefix}-${i}`)
const soon = (seconds: number): number => Math.ceil(Date.now() / 1000) * 1000 + seconds * 1000

describeWith(['postgres'], 'timers on PostgreSQL', () => {
  test('a hundred duties that are due together are missed within two seconds, also those due while nothing ran', async () => {
    await using database = await freshDatabase()
    const open = () => openPostgresStore({ databaseUrl: database.url, clock, indexResource, migrate: 'auto' })
    const client = new Client({ connectionString: database.url })
    await client.connect()
    const store = await open()
    try {
      const runner = dueRunner(store)
      runner.start()
      const dueMs = soon(4)
      const writeMs = await write(store, names('a'), dueMs)
      // A machine on which a plain write of as much takes longer than a second is given that much more.
      const allowedMs = WITHIN_MS + Math.max(0, writeMs - 1_000)
      const doneMs = await settledMs(store)
      await runner.stop()
      const late = await lateness(client, dueMs)
      expect(late).toHaveLength(TOGETHER)
      expect(Math.min(...late)).toBeGreaterThanOrEqual(0)
      expect(Math.max(...late)).toBeLessThan(allowedMs)
      expect(doneMs - dueMs).toBeLessThan(allowedMs)

      const stoppedMs = soon(1)
      await write(store, names('b'), stoppedMs)
      await sleep(Math.max(0, stoppedMs + 500 - Date.now()))
      const startedMs = Date.now()
      const again = dueRunner(store)
      again.start()
      await settledMs(store)
      await again.stop()
      const after = await lateness(client, stoppedMs)
      expect(after).toHaveLength(TOGETHER)
      expect(Math.max(...after) + stoppedMs - startedMs).toBeLessThan(allowedMs)
    } finally {
      await store.close()
      await client.end()
    }
  }, 120_000)
})
