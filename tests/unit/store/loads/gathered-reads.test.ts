import { describe, expect, test } from 'vitest'
import type { Db, Rows, Statement } from '../../../../src/store/connection/db.ts'
import { gatheredReads } from '../../../../src/store/loads/gathered-reads.ts'

const nothing: Rows<never> = { rows: [], command: 'SELECT', rowCount: 0 }
const refuse = async (): Promise<never> => {
  throw new Error('not asked for')
}

/** A database that answers look-ups, and remembers them. */
function answering(answer: (statement: Statement, nth: number) => readonly object[]): {
  readonly db: Db
  readonly asked: Statement[]
} {
  const asked: Statement[] = []
  const point = async (statement: Statement) => {
    asked.push(statement)
    return { ...nothing, rows: answer(statement, asked.length) } as Rows<never>
  }
  const others = {
    query: refuse,
    walk: refuse,
    few: refuse,
    search: refuse,
    snapshot: refuse,
    reads: refuse,
    tx: refuse,
    hold: refuse,
  }
  const lane = { holds: () => false, quietLane: () => 0 }
  return { asked, db: { lanes: 1, ...lane, close: async () => undefined, point, ...others } }
}

const row = (n: number, id: string): object => ({
  ...{
    n: String(n),
    shard: 1,
    type: 1,
    id,
    version: 1,
    updated: '',
    deleted: false,
    ixh: '0',
    content: '{}',
  },
})
const minted = '0199a8c1-77aa-8123-9000-abcdef012345'

describe('reads of one turn', () => {
  test('go to the database as one statement, and each gets its own answer', async () => {
    const { db, asked } = answering(() => [row(3, 'c'), row(1, 'a')])
    const read = gatheredReads(db)
    const found = await Promise.all(['a', 'b', 'c'].map(id => read(1, { type: 'Patient', id })))
    expect(found.map(one => one?.id)).toEqual(['a', undefined, 'c'])
    expect(asked).toHaveLength(1)
  })

  test('that come alone are asked for by their key', async () => {
    const { db, asked } = answering(() => [row(1, 'a')])
    expect((await gatheredReads(db)(1, { type: 'Patient', id: 'a' }))?.id).toBe('a')
    expect(asked.map(({ name }) => name)).toEqual(['cw_read_directory'])
  })

  test('look for an id that only looks like ours where the directory has it', async () => {
    const { db, asked } = answering((_, nth) => (nth === 1 ? [row(2, 'b')] : [row(1, minted)]))
    const read = gatheredReads(db)
    const found = await Promise.all([minted, 'b', 'c'].map(id => read(1, { type: 'Patient', id })))
    expect(found.map(one => one?.id)).toEqual([minted, 'b', undefined])
    expect(asked).toHaveLength(2)
  })

  test('all fail when the database does, and the next ones are asked again', async () => {
    const { db, asked } = answering((_, nth) => {
      if (nth === 1) throw new Error('gone')
      return [row(1, 'a')]
    })
    const read = gatheredReads(db)
    const both = await Promise.allSettled(['a', 'b'].map(id => read(1, { type: 'Patient', id })))
    expect(both.map(({ status }) => status)).toEqual(['rejected', 'rejected'])
    expect((await read(1, { type: 'Patient', id: 'a' }))?.id).toBe('a')
    expect(asked).toHaveLength(2)
  })

  test('with a key that no id can be are asked for apart, and spoil no other', async () => {
    const { db } = answering(({ name }) => {
      if (name !== 'cw_read_many') throw new Error('refused')
      return [row(1, 'a'), row(2, 'b')]
    })
    const read = gatheredReads(db)
    const found = await Promise.allSettled(['a', 'x\0', 'b'].map(id => read(1, { type: 'Patient', id })))
    expect(found.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  })
})
