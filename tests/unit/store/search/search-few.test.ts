import { describe, expect, test } from 'vitest'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'
import { fewStatement, leadMemory, leadsOf } from '../../../../src/store/search/search-few.ts'
import { alongStatement, byId, walkStatement } from '../../../../src/store/search/search-quick.ts'

function planOf(search: string) {
  const [type = '', query = ''] = search.split('?')
  const pairs = [...new URLSearchParams(query)]
  const parsed = parseSearch({ type, pairs, lenient: false, nowMs: 0, base: 'http://a/fhir' })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return parsed.value.plan
}

const leadNames = (search: string): readonly string[] =>
  leadsOf(planOf(search)).map(({ name }) => name.trim())

describe('a search that may find few', () => {
  test.each([
    ['Patient?family=a', ['Patient family', 'Patient']],
    ['Patient?gender=male&birthdate=1947', ['Patient birthdate', 'Patient gender', 'Patient']],
    ['Task?status=requested&owner=Practitioner/1', ['Task status', 'Task owner', 'Task']],
    ['Patient?gender:not=male', ['Patient']],
    ['Patient?birthdate:missing=true', ['Patient']],
    ['Patient?birthdate=ne1947', ['Patient']],
    ['Patient', ['Patient']],
  ])('begins with what an index leads to: %s', (search, names) => {
    expect(leadNames(search).toSorted()).toEqual(names.toSorted())
  })

  test.each([
    'Patient?family=a',
    'Patient?gender=male&birthdate=1947&_sort=-birthdate',
    'Task?status=requested&owner=Practitioner/1&_sort=_id',
    'Condition?code=1&_sort=onset-date,-_lastUpdated',
  ])('has a statement that names all that it binds, for each of its leads: %s', search => {
    const plan = { ...planOf(search), after: { keys: ['a', 'b'], shard: 1, id: 'c' } }
    for (const lead of leadsOf(plan)) {
      const { text, values = [] } = fewStatement(1, plan, lead)
      expect(values.filter((_, at) => !new RegExp(`\\$${at + 1}\\b`).test(text))).toEqual([])
      expect(text).toMatch(/limit 501\)/)
    }
  })

  test('reads a gender off the rows that a day or year of birth leads to', () => {
    const rows = (search: string): string => {
      const plan = planOf(search)
      const lead = leadsOf(plan).find(({ name }) => name.startsWith('Patient birthdate'))
      return lead ? fewStatement(1, plan, lead).text : ''
    }
    expect(rows('Patient?gender=male&birthdate=1947')).toMatch(/r\.ds >= .*from index_state .*r\.status = /s)
    expect(rows('Patient?birthdate=1947&gender=male,female&family=a')).toMatch(/r\.ds >= .*from ix x/s)
    for (const other of ['gt1947', '1947,1948']) {
      expect(rows(`Patient?gender=male&birthdate=${other}`)).toMatch(/from ix_date d .*from ix x/s)
    }
    expect(rows('Patient?active=true&birthdate=1947')).toMatch(/from ix_date d .*from ix x/s)
  })

  test('keeps of each row that a column leads to what the rest of the search looks at, and no more', () => {
    const kept = (search: string): string | undefined => {
      const plan = planOf(search)
      const [lead] = leadsOf(plan)
      return /select r\.shard, r\.id,(.*) r\.ctid as place/.exec(
        lead ? fewStatement(1, plan, lead).text : '',
      )?.[1]
    }
    expect(kept('Encounter?date=2024-03')).toBe('')
    expect(kept('Encounter?date=2024-03&_sort=-_lastUpdated')).toBe(' r.updated,')
    expect(kept('Encounter?date=2024-03&status=planned,arrived')).toBe(' r.status,')
    expect(kept('EpisodeOfCare?date=2024-03&patient=a&_sort=care-manager')).toBe(' r.patient, r.owner,')
  })

  test('leaves a lead alone that found many, for longer each time, and comes back to it', () => {
    const memory = leadMemory()
    const left = (): number => {
      memory.foundMany('a')
      let turns = 0
      while (!memory.isWorthATry('a')) turns += 1
      return turns
    }
    const first = left()
    expect(first).toBeGreaterThan(0)
    expect(left()).toBe(2 * first)
    memory.foundFew('a')
    expect(memory.isWorthATry('a')).toBe(true)
    expect(left()).toBe(first)
    for (let n = 0; n < 20; n += 1) left()
    expect(left()).toBe(512)
  })
})

describe('a search by one value', () => {
  test.each(['Patient?gender=male', 'Condition?code=http://a|1', 'CarePlan?instantiates-uri=http://a'])(
    'reads that value in the order of the pages: %s',
    search => {
      const plan = planOf(search)
      expect(walkStatement(1, plan)?.text).toMatch(/order by x\.shard, x\.rid\)/)
      const { text, values = [] } =
        walkStatement(1, { ...plan, after: { keys: [], shard: 1, id: 'c' } }) ?? {}
      expect(values.filter((_, at) => !new RegExp(`\\$${at + 1}\\b`).test(text ?? ''))).toEqual([])
    },
  )

  test.each([
    'Patient?gender=male,female',
    'Patient?family=a',
    'Patient?gender=male&_sort=birthdate',
    'Patient',
  ])('is another than this: %s', search => {
    expect(walkStatement(1, planOf(search))).toBeUndefined()
  })
})

describe('the order of ids', () => {
  test.each(['Patient?_sort=_id', 'Patient?_sort=-_id'])('is read from each shard: %s', search => {
    const plan = { ...planOf(search), after: { keys: ['c'], shard: 1, id: 'c' } }
    const { text, values = [] } = byId(1, plan) ?? {}
    expect(values.filter((_, at) => !new RegExp(`\\$${at + 1}\\b`).test(text ?? ''))).toEqual([])
    expect(text).toMatch(/generate_series\(0, 1023\)/)
  })

  test.each(['Patient?_sort=_id,birthdate', 'Patient?gender=male&_sort=_id', 'Patient'])(
    'is not asked: %s',
    search => {
      expect(byId(1, planOf(search))).toBeUndefined()
    },
  )
})

describe('what many fulfil', () => {
  test.each([
    ['Patient?family=a', /from resource r where .* order by shard, id limit/s],
    ['Patient?family=a&_sort=-_lastUpdated', /resource_version .* order by k0 desc, shard, id limit/s],
    ['Task?status=requested&_sort=_lastUpdated', /resource_version .* order by k0, shard, id limit/s],
  ])('is looked for along the order of the pages: %s', (search, text) => {
    expect(alongStatement(1, planOf(search))?.text).toMatch(text)
  })

  test.each([
    'Patient',
    'Patient?family=a&gender=male',
    'Patient?family=a&_sort=birthdate',
    'Patient?gender:not=male',
  ])('is not known by a condition of its own: %s', search => {
    expect(alongStatement(1, planOf(search))).toBeUndefined()
  })
})
