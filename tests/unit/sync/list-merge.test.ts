import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { mergeLists } from '../../../src/sync/list-merge.ts'

const to = (id: string, more: object = {}): object => ({ reference: { reference: `Task/${id}` }, ...more })
const both = (agreed: readonly unknown[], here: readonly unknown[], there: readonly unknown[]) =>
  mergeLists({ agreedHere: agreed, here, agreedThere: agreed, there })

describe('a list that two servers changed at the same time', () => {
  test('keeps what either of them added', () => {
    expect(both([to('a')], [to('a'), to('b')], [to('a'), to('c')])).toEqual({
      list: [to('a'), to('b'), to('c')],
      isClash: false,
    })
  })

  test('loses what either of them took away, whatever its position', () => {
    expect(both([to('a'), to('b'), to('c')], [to('b'), to('c')], [to('a'), to('b')])).toEqual({
      list: [to('b')],
      isClash: false,
    })
  })

  test('takes the change of one item from one side and that of another item from the other', () => {
    const [a, b] = [to('a', { progress: [{ text: 'here' }] }), to('b', { progress: [{ text: 'there' }] })]
    expect(both([to('a'), to('b')], [a, to('b')], [to('a'), b])).toEqual({ list: [a, b], isClash: false })
  })

  test('clashes where both changed one item, and where one changed what the other took away: ours stands', () => {
    const target = (value: number): object => ({
      measure: { coding: [{ system: 'http://loinc.org', code: '4548-4' }] },
      detailInteger: value,
    })
    expect(both([target(1)], [target(2)], [target(3)])).toEqual({ list: [target(2)], isClash: true })
    expect(both([to('a')], [], [to('a', { progress: [] })])).toEqual({ list: [], isClash: true })
    expect(both([to('a')], [to('a', { progress: [] })], [])).toEqual({
      list: [to('a', { progress: [] })],
      isClash: true,
    })
  })

  test('knows an item again that reads otherwise there because it went out by identifier', () => {
    const here = { member: { reference: 'Practitioner/1' }, role: [{ text: 'nurse' }] }
    const there = { member: { identifier: { system: 'urn:npi', value: '1' } }, role: [{ text: 'nurse' }] }
    const ended = { ...there, period: { end: '2026-11-20' } }
    const added = { member: { reference: 'Practitioner/2' } }
    expect(
      mergeLists({ agreedHere: [here], here: [here, added], agreedThere: [there], there: [ended] }),
    ).toEqual({ list: [ended, added], isClash: false })
  })

  test('tells items apart by their content where what they are about does not', () => {
    const note = (text: string): object => ({ url: 'urn:note', valueString: text })
    expect(both([note('1')], [note('1'), note('2')], [note('1'), note('3')])).toEqual({
      list: [note('1'), note('2'), note('3')],
      isClash: false,
    })
  })
})

describe('laws of the merge', () => {
  const items = fc.uniqueArray(
    fc.record({
      reference: fc.constantFrom('Task/a', 'Task/b', 'Task/c', 'Task/d'),
      display: fc.constantFrom('x', 'y'),
    }),
    { selector: ({ reference }) => reference, maxLength: 4 },
  )
  const same = (a: readonly unknown[], b: readonly unknown[]): void =>
    expect(new Set(a.map(item => JSON.stringify(item)))).toEqual(new Set(b.map(item => JSON.stringify(item))))

  test('who changed nothing takes the other side as it is', () => {
    fc.assert(
      fc.property(items, items, (agreed, changed) => {
        same(both(agreed, agreed, changed).list, changed)
        same(both(agreed, changed, agreed).list, changed)
        expect(both(agreed, changed, changed).isClash).toBe(false)
      }),
    )
  })

  test('without a clash both servers come to the same items', () => {
    fc.assert(
      fc.property(items, items, items, (agreed, here, there) => {
        const [one, other] = [both(agreed, here, there), both(agreed, there, here)]
        expect(one.isClash).toBe(other.isClash)
        if (!one.isClash) same(one.list, other.list)
      }),
    )
  })

  test('what one added alone is never lost', () => {
    fc.assert(
      fc.property(items, items, items, (agreed, here, there) => {
        const known = new Set(agreed.map(({ reference }) => reference))
        const result = both(agreed, here, there).list as typeof agreed
        for (const { reference } of [...here, ...there]) {
          if (!known.has(reference)) expect(result.map(item => item.reference)).toContain(reference)
        }
      }),
    )
  })
})
