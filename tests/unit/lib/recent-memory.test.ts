import { describe, expect, it } from 'vitest'
import { recentMemory } from '../../../src/lib/recent-memory.ts'

describe('a memory of what was used last', () => {
  it('forgets what nobody used for long, and keeps what is used', () => {
    const memory = recentMemory<number>(10)
    memory.keep('used', 1, 1)
    memory.keep('left', 2, 1)
    for (let n = 0; n < 20; n += 1) {
      memory.keep(`other ${n}`, n, 1)
      memory.keep('used', 1, 1)
    }
    expect([memory.get('used'), memory.get('left')]).toEqual([1, undefined])
  })

  it('holds no more than half of what fits twice, however often the same is kept', () => {
    const memory = recentMemory<number>(10)
    for (let n = 0; n < 50; n += 1) memory.keep('same', n, 4)
    memory.keep('other', 1, 1)
    expect([memory.get('same'), memory.get('other')]).toEqual([49, 1])
  })

  it('forgets what is larger than all of it as soon as anything else comes', () => {
    const memory = recentMemory<number>(10)
    memory.keep('large', 1, 100)
    expect(memory.get('large')).toBe(1)
    memory.keep('next', 2, 6)
    expect(memory.get('large')).toBeUndefined()
  })
})
