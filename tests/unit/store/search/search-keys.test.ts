import { describe, expect, test } from 'vitest'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'
import { isOfKeys } from '../../../../src/store/search/search-keys.ts'
import { searchStatements } from '../../../../src/store/search/search-sql.ts'

function planOf(search: string) {
  const [type = '', query = ''] = search.split('?')
  const pairs = [...new URLSearchParams(query)]
  const parsed = parseSearch({ type, pairs, lenient: false, nowMs: 0, base: 'http://a/fhir' })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.value.plan
}

const byKeys = [
  'Patient?gender=female',
  'Patient?name=fam&gender=male&active=true',
  'Patient?birthdate=ge1990-01-01&birthdate=lt1990-02-01',
  'Patient?birthdate=ne1947',
  'Patient?family=a&_sort=birthdate,given',
  'Patient?gender=female&_sort=-_id',
  'Patient?family=a&address-city:missing=true',
  'Patient?_filter=(gender eq male or family co mily) and not (active eq true)',
  'RiskAssessment?probability=gt0.5&_total=accurate',
  'Observation?code-value-quantity=29463-7$67|http://unitsofmeasure.org|kg',
  'Condition?_text=knee',
]

const byRows = [
  'Patient',
  'Patient?_id=a',
  'Patient?_lastUpdated=gt2026-01-01&gender=female',
  'Patient?gender:missing=true',
  'Patient?gender:not=male',
  'Patient?gender=female&_sort=_lastUpdated',
  'Observation?code=1&status=final',
  'Observation?code=1&_sort=status',
  'Observation?code=1&patient=a',
  'Observation?patient.name=a',
  'Location?near=47.5|12.5|5|km',
]

describe('a search', () => {
  test.each(byKeys)('is matched by search values alone when they hold all that it asks: %s', search => {
    expect(isOfKeys(planOf(search))).toBe(true)
  })

  test.each(byRows)('looks at resources when it asks for what only they have: %s', search => {
    expect(isOfKeys(planOf(search))).toBe(false)
  })

  test.each(byKeys)(
    'by values reads contents for one page alone, and names all that it binds: %s',
    search => {
      for (const { text, values = [] } of searchStatements(1, planOf(search), new Map())) {
        const used = values.map((_, at) => new RegExp(`\\$${at + 1}\\b`).test(text))
        expect(used).not.toContain(false)
        expect(text.startsWith('select ((select count') || /limit .* p\s+join resource c/s.test(text)).toBe(
          true,
        )
      }
    },
  )

  test('by one value goes along the index in the order of the pages, and by a range it does not', () => {
    const textOf = (search: string) => searchStatements(1, planOf(search), new Map())[0]?.text ?? ''
    expect(textOf('Patient?gender=female')).toMatch(/from \(select distinct m\.shard.* order by m\.shard/s)
    expect(textOf('Patient?name=fam')).toMatch(/from \(select \* from \(select distinct/)
  })
})
