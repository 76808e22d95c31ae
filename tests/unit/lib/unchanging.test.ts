import { describe, expect, test } from 'vitest'
import { find, findingOf, unchanging } from '../../../src/lib/unchanging.ts'

describe('a value that can not change', () => {
  test('is frozen with all that is in it', () => {
    const value = unchanging({ name: [{ given: ['Ann'] }] })
    expect(() => value.name[0]?.given.push('B')).toThrow(TypeError)
    expect(() => Object.assign(value, { more: 1 })).toThrow(TypeError)
  })

  test('keeps what was found out about it, and about its elements, by the question', () => {
    const value = unchanging({ name: [{ family: 'A' }], code: { text: 'b' } })
    find(value, 'size', 2)
    find(value.name[0] as object, 'size', 1)
    expect(findingOf(value, 'size')).toBe(2)
    expect(findingOf(value.name[0] as object, 'size')).toBe(1)
    expect(findingOf(value.code, 'size')).toBeUndefined()
    expect(findingOf(value, 'other')).toBeUndefined()
  })

  test('is nothing that was frozen elsewhere, or not at all: of those nothing is kept', () => {
    for (const value of [{ a: 1 }, Object.freeze({ b: { c: 1 } })]) {
      find(value, 'size', 1)
      expect(findingOf(unchanging(value), 'size')).toBeUndefined()
    }
  })
})
