import { describe, expect, test } from 'vitest'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'
import { isPinpoint, statementNames } from '../../../../src/store/search/search-pinpoint.ts'

function planOf(type: string, query: string) {
  const pairs = [...new URLSearchParams(query)]
  const parsed = parseSearch({ type, pairs, lenient: false, nowMs: 0, base: 'http://a/fhir' })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.value.plan
}

describe('a search is planned once for whatever values', () => {
  test.each([
    ['Patient', '_id=a'],
    ['Patient', 'identifier=urn:x|1'],
    ['Patient', 'identifier=urn:x|1&gender=female'],
    ['Encounter', 'patient=a'],
    ['Observation', 'subject=Patient/a&_sort=-date'],
    ['Observation', 'encounter=a&status=final'],
  ])('when it names what few have: %s?%s', (type, query) => {
    expect(isPinpoint(planOf(type, query))).toBe(true)
  })

  test.each([
    ['Patient', ''],
    ['Patient', 'gender=female'],
    ['Patient', 'identifier=urn:x|'],
    ['Patient', 'identifier:missing=true'],
    ['Patient', '_id:not=a'],
    ['Observation', 'subject=Group/a'],
    ['Observation', 'code=1234'],
    ['Observation', 'encounter=a&patient.name=b'],
    ['Patient', '_filter=identifier eq "1" or gender eq female'],
    ['Patient', `identifier=${Array.from({ length: 11 }, (_, n) => n).join(',')}`],
  ])('not when many may match: %s?%s', (type, query) => {
    expect(isPinpoint(planOf(type, query))).toBe(false)
  })

  test('and named by its text, for so many texts as a connection can keep', () => {
    const nameOf = statementNames()
    const first = nameOf('select 1')
    expect(nameOf('select 2')).not.toBe(first)
    expect(nameOf('select 1')).toBe(first)
    for (let n = 0; n < 1_000; n += 1) nameOf(`select ${n}`)
    expect(nameOf('select 999')).toBeUndefined()
    expect(nameOf('select 1')).toBe(first)
  })
})
