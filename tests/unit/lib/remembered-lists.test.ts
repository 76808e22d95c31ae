import { describe, expect, it } from 'vitest'
import { madeOf, rememberedBy, rememberedReading } from '../../../src/lib/remembered-lists.ts'

/** The sum of a list, with a note of how it was found. */
function summing() {
  const notes: string[] = []
  const of = rememberedReading<number, number>({
    whole: list => {
      notes.push(`whole ${list.join(' ')}`)
      return list.reduce((sum, one) => sum + one, 0)
    },
    patched: (was, { replaced, added }, { base, list }) => {
      if (added.includes(99)) return undefined
      notes.push(`${base.join(' ')} -> ${list.join(' ')}`)
      const moved = replaced.reduce((sum, one) => sum + one.is - one.was, was)
      return added.reduce((sum, one) => sum + one, moved)
    },
  })
  return { of, notes }
}

describe('a reading of a list', () => {
  it('is made once for each list', () => {
    const { of, notes } = summing()
    const list = [1, 2, 3]
    expect([of(list), of(list), of([1, 2, 3])]).toEqual([6, 6, 6])
    expect(notes).toEqual(['whole 1 2 3', 'whole 1 2 3'])
  })

  it('of a list made of another is made of what was read of that', () => {
    const { of, notes } = summing()
    const first = [1, 2, 3]
    const second = madeOf([1, 5, 3, 4], first)
    const third = madeOf([1, 5, 3, 6], second)
    expect([of(first), of(third)]).toEqual([6, 15])
    expect(notes).toEqual(['whole 1 2 3', '1 2 3 -> 1 5 3 4', '1 5 3 4 -> 1 5 3 6'])
  })

  it('is made of the whole where the change is too great, or something was taken out', () => {
    const { of, notes } = summing()
    const first = [1, 2, 3]
    expect(of(first)).toBe(6)
    expect(of(madeOf([1, 2, 3, 99], first))).toBe(105)
    expect(of(madeOf([1, 3], first))).toBe(4)
    expect(notes).toEqual(['whole 1 2 3', 'whole 1 2 3 99', 'whole 1 3'])
  })

  it('reaches back over two lists only, so that a long row of them is not kept', () => {
    const { of, notes } = summing()
    const first = [1]
    const second = madeOf([2], first)
    const third = madeOf([3], second)
    const fourth = madeOf([4], third)
    of(first)
    expect(of(fourth)).toBe(4)
    expect(notes).toEqual(['whole 1', 'whole 2', '2 -> 3', '3 -> 4'])
  })

  it('of a list made of itself is no circle', () => {
    const { of } = summing()
    const list = [1, 2]
    expect(of(madeOf(list, list))).toBe(3)
  })
})

describe('what is remembered by an object', () => {
  it('is made once for each, also when it is nothing', () => {
    let asked = 0
    const of = rememberedBy((_key: object) => {
      asked += 1
      return undefined
    })
    const key = {}
    expect([of(key), of(key), of({})]).toEqual([undefined, undefined, undefined])
    expect(asked).toBe(2)
  })
})
