import { describe, expect, test } from 'vitest'
import type { Db } from '../../../src/store/connection/db.ts'
import { withUpkeep } from '../../../src/store/embedded/upkeep.ts'

const MEGABYTE = 1024 * 1024

/** A database that only remembers what it was asked. */
function remembering(fault = false): { readonly db: Db; readonly asked: string[] } {
  const asked: string[] = []
  const nothing = { rows: [], command: '', rowCount: 0 }
  const db: Db = {
    lanes: 1,
    query: async statement => {
      asked.push(statement.text)
      if (fault) throw new Error('no connection')
      return nothing
    },
    point: async () => nothing,
    walk: async () => nothing,
    few: async () => nothing,
    search: async () => [],
    snapshot: async () => [],
    reads: async () => [],
    tx: async () => [nothing],
    hold: async () => [],
    holds: () => false,
    quietLane: () => 0,
    close: async () => undefined,
  }
  return { db, asked }
}

const write = (db: Db, megabytes: number): Promise<unknown> =>
  db.tx(0, [{ text: 'insert', values: [1, Buffer.alloc(megabytes * MEGABYTE)] }])
const settled = (): Promise<void> => new Promise(resolve => setImmediate(resolve))

describe('the upkeep of the embedded database', () => {
  test('cuts the log short each time so much was written, and not before', async () => {
    const { db, asked } = remembering()
    const kept = withUpkeep(db, 4 * MEGABYTE)
    await write(kept, 3)
    await settled()
    expect(asked).toEqual([])
    await write(kept, 1)
    await settled()
    expect(asked).toEqual(['checkpoint'])
    await write(kept, 3)
    await settled()
    expect(asked).toEqual(['checkpoint'])
  })

  test('vacuums soon after a start and then after much more', async () => {
    const { db, asked } = remembering()
    const kept = withUpkeep(db, 10_000 * MEGABYTE)
    await write(kept, 8)
    await settled()
    const first = asked.length
    expect(asked[0]).toBe('vacuum (analyze) resource')
    await write(kept, 64)
    await settled()
    expect(asked).toHaveLength(first)
    await write(kept, 64)
    await settled()
    expect(asked).toHaveLength(first * 2)
  })

  test('a fault of it is not a fault of the write before it', async () => {
    const { db } = remembering(true)
    await expect(write(withUpkeep(db, 1), 1)).resolves.toBeDefined()
    await settled()
  })
})
