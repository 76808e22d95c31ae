import { describe, expect, it } from 'vitest'
import { loadRecord } from '../../../../src/commands/cases/remembered-records.ts'
import type { LoadRequest, Store, Stored } from '../../../../src/commands/ports/store.ts'

const at = (minute: number): string => `2026-10-05T12:${String(minute).padStart(2, '0')}:00.000Z`

const row = (id: string, version: number, minute: number): Stored => ({
  ...{ type: 'Goal', id, shard: 0, version, deleted: false, indexHash: 0n, updated: at(minute) },
  content: JSON.stringify({ resourceType: 'Goal', id, text: `${version}` }),
})

const markOf = ({ id, version }: Stored): bigint => BigInt(id.charCodeAt(0)) * 1000n + BigInt(version)

/** A database of one record, and what it was asked. */
function database() {
  const rows = new Map<string, Stored>()
  const asked: string[] = []
  const load = async ({ recordOf, lock }: LoadRequest) => {
    const after = recordOf?.after
    asked.push(lock ? 'lock' : after === undefined ? 'all' : `after ${after.slice(14, 16)}`)
    const all = [...rows.values()]
    const resources = all.filter(({ updated }) => after === undefined || updated > after)
    const marks = new Map(resources.map(one => [one, markOf(one)]))
    const mark = all.reduce((so, one) => so ^ markOf(one), 0n)
    return { resources, facts: [], said: [], messages: [], record: { marks, rows: all.length, mark } }
  }
  const put = (...written: readonly Stored[]): void => {
    for (const one of written) rows.set(one.id, one)
  }
  return { store: { load } as unknown as Store, put, take: (id: string) => rows.delete(id), asked }
}

const record = async (store: Store, lock = false): Promise<readonly Stored[]> =>
  (await loadRecord(store, { tenant: 1, lane: 0, caseId: 'a', ...(lock && { lock }) })).resources

const lines = (rows: readonly Stored[]): readonly string[] => rows.map(({ id, version }) => `${id}${version}`)

describe('the record of a case', () => {
  it('is read once, then only what changed; what stays is the same object', async () => {
    const { store, put, asked } = database()
    put(row('a', 1, 1), row('b', 1, 2))
    const first = await record(store)
    put(row('a', 2, 3), row('c', 1, 3))
    const second = await record(store)
    expect(lines(second)).toEqual(['a2', 'b1', 'c1'])
    expect(second[1]).toBe(first[1])
    expect(asked).toEqual(['all', 'after 02'])
  })

  it('is the same list while nothing changes', async () => {
    const { store, put } = database()
    put(row('a', 1, 1))
    const first = await record(store)
    expect(await record(store)).toBe(first)
  })

  it('is read anew when a clock that is behind wrote what is not seen', async () => {
    const { store, put, asked } = database()
    put(row('a', 1, 5), row('b', 1, 6))
    await record(store)
    put(row('a', 2, 3), row('c', 1, 4))
    expect(lines(await record(store))).toEqual(['a2', 'b1', 'c1'])
    expect(asked).toEqual(['all', 'after 06', 'all'])
  })

  it('is read anew when something was written in the very instant of what is known', async () => {
    const { store, put, asked } = database()
    put(row('a', 1, 5))
    await record(store)
    put(row('b', 1, 5))
    expect(lines(await record(store))).toEqual(['a1', 'b1'])
    expect(lines(await record(store))).toEqual(['a1', 'b1'])
    expect(asked).toEqual(['all', 'after 05', 'all', 'after 05'])
  })

  it('is read anew when something has left it', async () => {
    const { store, put, take, asked } = database()
    put(row('a', 1, 1), row('b', 1, 2))
    await record(store)
    take('a')
    expect(lines(await record(store))).toEqual(['b1'])
    put(row('c', 1, 3))
    expect(lines(await record(store))).toEqual(['b1', 'c1'])
    expect(asked).toEqual(['all', 'after 02', 'all', 'after 02'])
  })

  it('is read whole under a lock', async () => {
    const { store, put, asked } = database()
    put(row('a', 1, 1))
    await record(store)
    expect(lines(await record(store, true))).toEqual(['a1'])
    expect(asked).toEqual(['all', 'lock'])
  })

  it('of another store, tenant or case is another one', async () => {
    const [one, other] = [database(), database()]
    one.put(row('a', 1, 1))
    other.put(row('a', 2, 1))
    expect(lines(await record(one.store))).toEqual(['a1'])
    expect(lines(await record(other.store))).toEqual(['a2'])
    await loadRecord(one.store, { tenant: 2, lane: 0, caseId: 'a' })
    await loadRecord(one.store, { tenant: 1, lane: 0, caseId: 'b' })
    expect(one.asked).toEqual(['all', 'all', 'all'])
  })

  it('is forgotten when too many others are used', async () => {
    const { store, put, asked } = database()
    put({ ...row('a', 1, 1), content: JSON.stringify({ text: 'x'.repeat(5 * 2 ** 20) }) })
    for (const caseId of ['a', 'b', 'c', 'd', 'a']) await loadRecord(store, { tenant: 1, lane: 0, caseId })
    expect(asked.at(-1)).toBe('all')
  })
})
