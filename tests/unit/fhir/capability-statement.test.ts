import { describe, expect, test } from 'vitest'
import { capabilityStatement } from '../../../src/fhir/capability-statement.ts'
import { interactions } from '../../../src/fhir/interactions.ts'
import { resourceTypes } from '../../../src/fhir/resource-types.ts'
import { searchParametersOf } from '../../../src/fhir/search/parameters.ts'
import { parseSearch } from '../../../src/fhir/search/parse-search.ts'

const BASE = 'http://x.org/fhir'

interface Rest {
  readonly interaction: readonly { readonly code: string }[]
  readonly searchParam: readonly { readonly name: string }[]
  readonly resource: readonly {
    readonly type: string
    readonly searchInclude?: readonly string[]
    readonly searchRevInclude?: readonly string[]
  }[]
}

const statement = capabilityStatement({
  ...{ base: BASE, canonicalBase: 'urn:cm', version: '0.0.0', date: '2026-11-22T00:00:00Z' },
})
const [rest] = statement['rest'] as readonly [Rest]

const takes = (type: string, name: string, value: string): boolean =>
  parseSearch({ type, pairs: [[name, value]], lenient: false, base: BASE, nowMs: 0 }).ok

/** Whether an include leads anywhere: one that can't is taken, and brings nothing. */
const leads = (type: string, name: '_include' | '_revinclude', value: string): boolean => {
  const parsed = parseSearch({ type, pairs: [[name, value]], lenient: false, base: BASE, nowMs: 0 })
  return parsed.ok && parsed.value.plan.includes.length + parsed.value.plan.revIncludes.length > 0
}

describe('the CapabilityStatement', () => {
  test('lists every interaction of the system that is built', () => {
    const built = interactions.flatMap(({ capability, built: isBuilt }) =>
      isBuilt && capability?.level === 'system' ? [capability.code] : [],
    )
    expect(rest.interaction.map(({ code }) => code).toSorted()).toEqual([...built, 'batch'].toSorted())
    expect(built).toContain('search-system')
  })

  test('lists no include that is refused', () => {
    // Each one for the first type that lists it; what it is for every type the next test looks at.
    const first = (key: 'searchInclude' | 'searchRevInclude') =>
      new Map(
        rest.resource
          .toReversed()
          .flatMap(({ type, [key]: values = [] }) => values.map(value => [value, type])),
      )
    const refused = [
      ...[...first('searchInclude')].filter(([value, type]) => !leads(type, '_include', value)),
      ...[...first('searchRevInclude')].filter(([value, type]) => !leads(type, '_revinclude', value)),
    ]
    expect(refused).toEqual([])
  })

  test.each(['Patient', 'Observation', 'Provenance', 'Binary'])('lists every include of a %s', type => {
    const listed = rest.resource.find(each => each.type === type)
    const references = Object.keys(resourceTypes).flatMap(source =>
      searchParametersOf(source).map(({ code }) => [source, `${source}:${code}`] as const),
    )
    const own = references.filter(([source]) => source === type).map(([, value]) => value)
    const including = own.filter(value => leads(type, '_include', value))
    const some = including.length > 0 ? ['*', `${type}:*`, ...including] : []
    expect([...(listed?.searchInclude ?? [])].toSorted()).toEqual([...new Set(some)].toSorted())
    const coming = references.filter(([, value]) => leads(type, '_revinclude', value))
    const all = coming.flatMap(([source, value]) => [`${source}:*`, value])
    expect([...(listed?.searchRevInclude ?? [])].toSorted()).toEqual([...new Set(all)].toSorted())
  })

  test('lists the parameters of every search, and none that is refused', () => {
    const samples: Readonly<Record<string, string>> = {
      ...{ _text: 'a', _content: 'a', _filter: 'gender eq male', _list: 'l' },
      ...{ _count: '1', _sort: '-birthdate', _include: '*', _revinclude: 'Task:patient' },
      ...{ _summary: 'true', _elements: 'name', _total: 'estimate' },
    }
    const names = rest.searchParam.map(({ name }) => name)
    expect(names.toSorted()).toEqual([...Object.keys(samples), '_has', '_type'].toSorted())
    for (const [name, value] of Object.entries(samples))
      expect(takes('Patient', name, value), name).toBe(true)
    expect(takes('Patient', '_has:Task:patient:status', 'ready')).toBe(true)
  })
})
