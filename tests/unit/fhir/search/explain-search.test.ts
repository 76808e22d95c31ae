import { expect, test } from 'vitest'
import { explainPlan, withoutValues } from '../../../../src/fhir/search/explain-search.ts'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'

test('a search is told in words, without its values', () => {
  const parsed = parseSearch({
    type: 'Patient',
    pairs: [
      ['identifier:not', 'SECRET'],
      ['_has:Encounter:patient:date', 'ge2026-01-01'],
      ['organization.name', 'SECRET,SECRET'],
      ['_filter', 'not (gender eq male) or family sw SECRET'],
      ['_sort', '-birthdate'],
    ],
    lenient: false,
    base: 'http://x.org/fhir',
    nowMs: 0,
  })
  expect(parsed.ok && explainPlan(parsed.value.plan).split('\n')).toEqual([
    'Patient that fulfil',
    '  identifier (token) :not by 1 value',
    '  a Encounter refers to it by patient that fulfils',
    '    date (date) by 1 value with ge',
    '  organization refers to a Organization that fulfils',
    '    name (string) by 2 values',
    '  any of',
    '    not',
    '      gender (token) by 1 value',
    '    family (string) by 1 value',
    'in the order of birthdate descending, shard and id',
  ])
})

test('what the database says loses its constants', () => {
  expect(
    withoutValues(
      `Index Cond: ((tenant = 1) AND (type = '103'::smallint) AND (x1.val = ANY ('{O''Hara,b}'::text[])) AND (n.low >= 5.35))`,
    ),
  ).toBe(
    `Index Cond: ((tenant = ?) AND (type = '?'::smallint) AND (x1.val = ANY ('?'::text[])) AND (n.low >= ?))`,
  )
})
