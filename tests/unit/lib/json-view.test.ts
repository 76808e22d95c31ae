import { expect, test } from 'vitest'
import { at, listAt, textAt } from '../../../src/lib/json-view.ts'
import { parseJson } from '../../../src/lib/json.ts'

const value = { a: { b: [{ c: ' x ' }, null] }, n: 0, f: false, e: ' ', o: {} }

test('a path leads through own properties of objects and lists, and nowhere else', () => {
  expect(at(value, 'a', 'b', 0, 'c')).toBe(' x ')
  for (const path of [
    ['x'],
    ['a', 'b', 5],
    ['n', 'toFixed'],
    ['constructor'],
    ['__proto__', 'toString'],
    ['e', 'length'],
  ])
    expect(at(value, ...path)).toBeUndefined()
  expect(at(null, 'a')).toBeUndefined()
})

test('texts are trimmed, numbers and booleans written out, everything else is none', () => {
  expect([textAt(value, 'a', 'b', 0, 'c'), textAt(value, 'n'), textAt(value, 'f')]).toEqual([
    'x',
    '0',
    'false',
  ])
  expect([textAt(value, 'e'), textAt(value, 'o'), textAt(value, 'a', 'b', 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ])
  expect(textAt(parseJson('{"d":1.50}'), 'd')).toBe('1.50')
})

test('a single value is a list of itself', () => {
  expect(listAt(value, 'a', 'b')).toHaveLength(2)
  expect([listAt(value, 'n'), listAt(value, 'x'), listAt(value, 'a', 'b', 1)]).toEqual([[0], [], []])
})
