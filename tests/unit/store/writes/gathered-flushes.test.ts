import { setImmediate as turn } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { StoreFault } from '../../../../src/commands/ports/store-fault.ts'
import type { Changes } from '../../../../src/commands/ports/store.ts'
import { gatheredFlushes, type FlushTogether } from '../../../../src/store/writes/gathered-flushes.ts'

const AT = '2026-10-05T18:30:00.000Z'

const writes = (id: string, more: Partial<Changes> = {}): Changes => ({
  ...{ tenant: 1, lane: 0, at: AT },
  writes: [{ type: 'Patient', id, shard: 1, expect: 0, versions: [{ resourceType: 'Patient', id }] }],
  ...more,
})
const idsOf = (group: readonly Changes[]): string => group.map(({ writes: [first] }) => first?.id).join('')

/** `big` ones are three megabytes each. */
const charsOf = ({ writes: [first] }: Changes): number => (first?.id.startsWith('big') ? 3 * 2 ** 20 : 500)

/** A database that writes a group when it is let go, and remembers whose groups it got. */
function letGo(refuse: (ids: string) => Error | 'stale' | undefined = () => undefined) {
  const groups: string[] = []
  const waiting: (() => void)[] = []
  const together: FlushTogether = async group => {
    const ids = idsOf(group)
    groups.push(ids)
    await new Promise<void>(resolve => waiting.push(resolve))
    const why = refuse(ids)
    if (why instanceof Error) throw why
    if (why) return { ok: false, failure: { kind: 'stale', keys: [ids], subjects: [] } }
    return { ok: true, value: group.map(({ at }) => ({ at, written: [] })) }
  }
  const next = async (): Promise<void> => {
    await turn()
    waiting.shift()?.()
    await turn()
  }
  return { groups, next, flush: gatheredFlushes(together, charsOf) }
}

test('one client waits for nobody: each of its flushes is a transaction of its own', async () => {
  const { groups, next, flush } = letGo()
  for (const id of ['a', 'b']) {
    const flushed = flush(writes(id))
    await next()
    expect((await flushed).ok).toBe(true)
  }
  expect(groups).toEqual(['a', 'b'])
})

test('what comes while a flush is on its way leaves together with the next', async () => {
  const { groups, next, flush } = letGo()
  const first = flush(writes('a'))
  await turn()
  const others = ['b', 'c', 'd'].map(id => flush(writes(id)))
  await next()
  await next()
  const all = await Promise.all([first, ...others])
  expect(all.every(({ ok }) => ok)).toBe(true)
  expect(groups).toEqual(['a', 'bcd'])
})

test('a group ends where its contents come to four megabytes, and one that is larger goes alone', async () => {
  const { groups, next, flush } = letGo()
  const first = flush(writes('a'))
  await turn()
  const others = ['b', 'big1', 'big2', 'c'].map(id => flush(writes(id)))
  for (let n = 0; n < 3; n += 1) await next()
  await Promise.all([first, ...others])
  expect(groups).toEqual(['a', 'bbig1c', 'big2'])
})

test('two writes of one resource, or of two tenants, never share a transaction', async () => {
  const { groups, next, flush } = letGo()
  const timers = { put: [], drop: ['t'] }
  const all = [
    ...[writes('a'), writes('b'), writes('a'), writes('c', { tenant: 2 })],
    ...[writes('d', { timers }), writes('e', { timers })],
  ].map(flush)
  for (const _ of all) await next()
  await Promise.all(all)
  expect(groups).toEqual(['abd', 'ae', 'c'])
})

test('when a group is refused, each is written alone, and only the one at fault hears of it', async () => {
  const { groups, next, flush } = letGo(ids => (ids.includes('b') ? 'stale' : undefined))
  const all = ['a', 'b', 'c'].map(id => flush(writes(id)))
  for (let at = 0; at < 4; at += 1) await next()
  const [a, b, c] = await Promise.all(all)
  expect(groups).toEqual(['abc', 'a', 'b', 'c'])
  expect([a?.ok, c?.ok]).toEqual([true, true])
  expect(b).toMatchObject({ ok: false, failure: { keys: ['b'] } })
})

test('what one makes the database throw is thrown to that one alone', async () => {
  const { next, flush } = letGo(ids => (ids.includes('b') ? new Error('a bug of ours') : undefined))
  const [a, b] = ['a', 'b'].map(id => flush(writes(id)))
  const refused = expect(b).rejects.toThrow('a bug of ours')
  for (let at = 0; at < 3; at += 1) await next()
  expect((await a)?.ok).toBe(true)
  await refused
})

test('when the database is at fault nothing is sent again: what it did is not known', async () => {
  const { groups, next, flush } = letGo(() => new StoreFault('store-unavailable', 'no connection'))
  const all = ['a', 'b'].map(id => expect(flush(writes(id))).rejects.toThrow('no connection'))
  await next()
  await Promise.all(all)
  expect(groups).toEqual(['ab'])
})
