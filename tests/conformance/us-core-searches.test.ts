import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { projectRoot } from '../../scripts/services/service.ts'
import { searchParameterOf, whyNotSearchable } from '../../src/fhir/search/parameters.ts'
import { asked } from '../conformance-http/us-core-searches.ts'

interface Element {
  readonly extension?: readonly {
    readonly url: string
    readonly valueCode?: string
    readonly valueString?: string
    readonly extension?: Element['extension']
  }[]
}
interface Statement {
  readonly rest: readonly {
    readonly resource: readonly (Element & {
      readonly type: string
      readonly searchParam?: readonly (Element & { readonly name: string })[]
      readonly searchRevInclude?: readonly string[]
    })[]
  }[]
}

const EXTENSION = 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-'
const isShall = ({ extension = [] }: { readonly extension?: Element['extension'] | undefined }): boolean =>
  extension.some(({ url, valueCode }) => url === `${EXTENSION}expectation` && valueCode === 'SHALL')

const sorted = (names: readonly string[]): string => names.toSorted().join('+')
const combination = (query: string): string =>
  sorted(query.split('&').map(part => part.split('=')[0]?.split(':')[0] ?? ''))

const data = process.env['CASEWIRE_DATA'] ?? join(projectRoot, '..', 'shared', 'data')
const file = join(data, 'fhir', 'us-core-8.0.0', 'definitions', 'CapabilityStatement-us-core-server.json')
const isThere = existsSync(file)

describe.skipIf(!isThere)(`the US Core 8 statement${isThere ? '' : ' [skipped: no CASEWIRE_DATA]'}`, () => {
  const resources = isThere
    ? ((JSON.parse(readFileSync(file, 'utf8')) as Statement).rest[0]?.resource ?? [])
    : []

  test('every search that US Core has as SHALL is asked by the conformance tier, and no other as such', () => {
    const wanted = resources.flatMap(resource => [
      ...(resource.searchParam ?? []).filter(isShall).map(({ name }) => `${resource.type}: ${name}`),
      ...(resource.extension ?? [])
        .filter(each => each.url === `${EXTENSION}search-parameter-combination` && isShall(each))
        .map(({ extension = [] }) => {
          const names = extension.flatMap(({ url, valueString }) =>
            url === 'required' && valueString !== undefined ? [valueString] : [],
          )
          return `${resource.type}: ${sorted(names)}`
        }),
    ])
    const there = asked.flatMap(({ type, searches }) =>
      searches.map(query => `${type}: ${combination(query)}`),
    )
    expect(there.toSorted()).toEqual(wanted.toSorted())
  })

  test('what may be asked for with its Provenance is what US Core says', () => {
    const wanted = resources.filter(({ searchRevInclude }) => searchRevInclude?.includes('Provenance:target'))
    const there = asked.filter(({ hasProvenance }) => hasProvenance !== false)
    expect(there.map(({ type }) => type).toSorted()).toEqual(wanted.map(({ type }) => type).toSorted())
  })

  test('every search parameter that US Core names is searched', () => {
    const lacking = resources.flatMap(({ type, searchParam = [] }) =>
      searchParam.flatMap(({ name }) => {
        const parameter = searchParameterOf(type, name)
        return parameter && whyNotSearchable(type, parameter) === undefined ? [] : [`${type}.${name}`]
      }),
    )
    expect(lacking).toEqual([])
  })
})
