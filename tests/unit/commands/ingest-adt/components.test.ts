import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { conflicting } from '../../../../src/commands/ingest-adt/components.ts'

const messages = (...touches: readonly string[][]) => touches.map(keys => ({ touches: new Set(keys) }))

describe('conflicting', () => {
  it('names only messages that touch a conflicting key', () => {
    expect([...conflicting(messages(['a'], ['b'], ['a']), ['a'])]).toEqual([0, 2])
  })

  it('follows what messages share, transitively', () => {
    expect([...conflicting(messages(['a', 'b'], ['b', 'c'], ['c', 'd'], ['e']), ['d'])]).toEqual([0, 1, 2])
  })

  it('is empty when nothing touches the key', () => {
    expect(conflicting(messages(['a']), ['z']).size).toBe(0)
  })

  it('agrees with a walk over the graph, whatever the messages share', () => {
    const key = fc.integer({ min: 0, max: 12 }).map(String)
    fc.assert(
      fc.property(fc.array(fc.array(key, { maxLength: 3 }), { maxLength: 15 }), key, (touches, conflict) => {
        const seen = new Set([conflict])
        for (let grown = -1; grown !== seen.size;) {
          grown = seen.size
          for (const keys of touches) if (keys.some(k => seen.has(k))) for (const k of keys) seen.add(k)
        }
        const expected = touches.flatMap((keys, i) => (keys.some(k => seen.has(k)) ? [i] : []))
        expect([...conflicting(messages(...touches), [conflict])]).toEqual(expected)
      }),
    )
  })
})
