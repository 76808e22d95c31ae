import { describe, expect, it } from 'vitest'
import { memoryIn } from '../../../src/lib/memory-in.ts'

describe('a memory in objects', () => {
  it('gives what was remembered of an object last, and nothing of another', () => {
    const memory = memoryIn<object, string>()
    const key = { name: 'a' }
    expect(memory.get(key)).toBeUndefined()
    memory.set(key, 'first')
    memory.set(key, 'last')
    expect(memory.get(key)).toBe('last')
    expect(memory.get({ name: 'a' })).toBeUndefined()
  })

  it('keeps apart what two memories know of one object', () => {
    const [one, other] = [memoryIn<object, number>(), memoryIn<object, number>()]
    const key = {}
    one.set(key, 1)
    expect(other.get(key)).toBeUndefined()
    other.set(key, 2)
    expect([one.get(key), other.get(key)]).toStrictEqual([1, 2])
  })

  it('shows in no copy, no list of names and no JSON', () => {
    const memory = memoryIn<object, string>()
    const key = { name: 'a' }
    memory.set(key, 'unseen')
    expect(memory.get({ ...key })).toBeUndefined()
    expect(memory.get(structuredClone(key))).toBeUndefined()
    expect(Reflect.ownKeys(key)).toStrictEqual(['name'])
    expect(JSON.stringify(key)).toBe('{"name":"a"}')
    expect(key).toStrictEqual({ name: 'a' })
  })

  it('knows frozen objects too, and what was frozen since', () => {
    const memory = memoryIn<object, string>()
    const [frozen, later] = [Object.freeze({}), {}]
    memory.set(frozen, 'frozen')
    memory.set(later, 'later')
    Object.freeze(later)
    expect([memory.get(frozen), memory.get(later)]).toStrictEqual(['frozen', 'later'])
    memory.set(later, 'still')
    expect(memory.get(later)).toBe('still')
  })
})
