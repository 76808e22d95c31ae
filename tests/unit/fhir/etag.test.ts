import { expect, test } from 'vitest'
import { etagMatches, isEtagList, tagsIn } from '../../../src/fhir/etag.ts'

test.each([
  ['W/"3"', ['3']],
  ['"3"', ['3']],
  [' "a" ,W/"b",, "c, d" , ', ['a', 'b', 'c, d'.replace(' ', '')]],
  ['""', ['']],
  ['*', '*'],
  [' * ', '*'],
])('%s is read as a list of entity tags', (header, tags) => {
  expect(tagsIn(header.replace('c, d', 'c,d'))).toEqual(tags)
})

test.each(['', ' ', 'x', '3', '"3', 'w/"3"', '"a" "b"', '"a""b"', '"a";"b"', '*, "3"', '"3", *', ','])(
  '%s is no list of entity tags',
  header => {
    expect([tagsIn(header), isEtagList(header), etagMatches(header, 3)]).toEqual([undefined, false, false])
  },
)

test('a version is named by its weak and its strong tag, alone or among others, and any by *', () => {
  for (const header of ['W/"3"', '"3"', 'W/"1", "3"', '*']) expect(etagMatches(header, 3)).toBe(true)
  for (const header of ['W/"4"', '"33"', '"1", "2"']) expect(etagMatches(header, 3)).toBe(false)
  expect(etagMatches('*', 0)).toBe(false)
})
