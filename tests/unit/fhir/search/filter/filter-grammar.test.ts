import { describe, expect, test } from 'vitest'
import {
  parseFilterText,
  type FilterNode,
  testsIn,
} from '../../../../../src/fhir/search/filter/filter-grammar.ts'

/** Written out again with every parenthesis, so that a test shows how a filter was understood. */
function shape(node: FilterNode): string {
  if (node.kind === 'not') return `not(${shape(node.of)})`
  if (node.kind !== 'test') return `(${node.of.map(shape).join(` ${node.kind} `)})`
  const path = node.path.map(({ name, filter }) => (filter ? `${name}[${shape(filter)}]` : name)).join('.')
  return `${path} ${node.operator} <${node.value}>`
}

const read = (text: string): string => {
  const parsed = parseFilterText(text)
  return parsed.ok ? shape(parsed.value) : parsed.failure.message
}

describe('a filter', () => {
  test.each([
    ['name co "pet"', 'name co <pet>'],
    ['given eq "peter" and birthdate ge 2014-10-10', '(given eq <peter> and birthdate ge <2014-10-10>)'],
    ['code eq http://loinc.org|1234-5', 'code eq <http://loinc.org|1234-5>'],
    ['subject.name co "pet"', 'subject.name co <pet>'],
    [
      'related[type eq "has-component"].target pr false',
      'related[type eq <has-component>].target pr <false>',
    ],
    [
      'related[type eq has-component].target re Observation/4',
      'related[type eq <has-component>].target re <Observation/4>',
    ],
    ['userid eq "bjensen"', 'userid eq <bjensen>'],
    ['_lastUpdated gt 2011-05-13T04:42:34Z', '_lastUpdated gt <2011-05-13T04:42:34Z>'],
    ['(a eq 1)', 'a eq <1>'],
    ['not (a eq 1)', 'not(a eq <1>)'],
    ['not(a eq 1 or b eq 2) and c eq 3', '(not((a eq <1> or b eq <2>)) and c eq <3>)'],
    ['a eq 1 and (b eq 2 or c eq 3)', '(a eq <1> and (b eq <2> or c eq <3>))'],
    ['not eq 1', 'not eq <1>'],
    ['a[b eq 1 and c[d eq 2].e eq 3].f eq 4', 'a[(b eq <1> and c[d eq <2>].e eq <3>)].f eq <4>'],
    [String.raw`a eq "say \"no\" ) ] \u00e9\\"`, String.raw`a eq <say "no" ) ] é\>`],
    ['  a   eq   1  ', 'a eq <1>'],
    ['a eq ""', 'a eq <>'],
  ])('%s', (text, wanted) => expect(read(text)).toBe(wanted))

  test('has no precedence: and and or go from left to right', () => {
    expect(read('a eq 1 or b eq 2 and c eq 3')).toBe('((a eq <1> or b eq <2>) and c eq <3>)')
    expect(read('a eq 1 and b eq 2 or c eq 3')).toBe('((a eq <1> and b eq <2>) or c eq <3>)')
  })

  test.each([
    ['', 'the name of a search parameter wanted at character 1'],
    ['a', 'an operator between spaces wanted at character 2'],
    ['a eq', 'an operator between spaces wanted at character 2'],
    ['a eq ', 'a value wanted at character 6'],
    ['a eq 1 and', '"and", "or" or the end wanted at character 8'],
    ['a eq 1 and ', 'the name of a search parameter wanted at character 12'],
    ['a eq 1 xor b eq 2', '"and", "or" or the end wanted at character 8'],
    ['(a eq 1', '")" wanted at character 8'],
    ['a eq 1)', '"and", "or" or the end wanted at character 7'],
    ['a[b eq 1] eq 2', '"." and the name of a search parameter wanted at character 10'],
    ['a[b eq 1.c eq 2', '"]" wanted at character 11'],
    ['a. eq 1', 'the name of a search parameter wanted at character 3'],
    ['a eq "open', 'a value wanted at character 6'],
    [String.raw`a eq "\x"`, 'a value wanted at character 10'],
    ['1a eq 1', 'the name of a search parameter wanted at character 1'],
    [`${'('.repeat(30)}a eq 1`, 'at most 20 levels wanted at character 21'],
    ['a'.repeat(5000), 'is longer than 4000 characters'],
  ])('%s is refused where it goes wrong', (text, wanted) => expect(read(text)).toBe(wanted))
})

test('all tests of a filter are found, in brackets, under not and within paths, and none in a text', () => {
  const text =
    'code in urn:a and (not (code ni "urn:b c") or subject[code sb urn:s|1].status eq x) and note co " in urn:no "'
  const parsed = parseFilterText(text)
  const found = parsed.ok ? testsIn(parsed.value).map(({ operator, value }) => `${operator} ${value}`) : []
  expect(found).toEqual(['in urn:a', 'ni urn:b c', 'eq x', 'sb urn:s|1', 'co  in urn:no '])
})
