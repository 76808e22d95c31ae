import { hash } from 'node:crypto'
import fhirpath from 'fhirpath'
import model from 'fhirpath/fhir-context/r4'
import { expect, test } from 'vitest'
import type { Resource } from '../../src/fhir/resource.ts'
import { resourceTypes } from '../../src/fhir/resource-types.ts'
import { indexResource } from '../../src/fhir/search/indexing/index-resource.ts'
import { indexVersion } from '../../src/fhir/search/indexing/index-version.ts'
import { referencesOf, stringsOf, tokensOf, urisOf } from '../../src/fhir/search/indexing/index-values.ts'
import {
  indexedParametersOf,
  searchParametersOf,
  type SearchParameter,
} from '../../src/fhir/search/parameters.ts'
import { compilePath } from '../../src/fhir/search/path.ts'
import { membersOf } from '../../src/fhir/search/shared-values.ts'
import { fhirCorpus } from '../support/fhir-corpus.ts'
import { publicResources } from '../support/public-resources.ts'

const resources = publicResources(...Object.keys(resourceTypes))

/** As JSON.parse reads it: the oracle doesn't know the numbers that keep their digits. */
const plain = (resource: Resource): Resource => JSON.parse(JSON.stringify(resource)) as Resource

/** The branches of a union that are of a type, with what would resolve a reference said by its text. */
const branchesOf = ({ expression = '' }: SearchParameter, type: string): readonly string[] =>
  expression
    .split('|')
    .map(branch => branch.trim())
    .filter(branch => {
      const root = /^\(*([A-Za-z]+)/.exec(branch)?.[1] ?? ''
      return root === type || root === 'Resource' || root === 'DomainResource'
    })
    .map(branch =>
      branch.replaceAll(
        /\.where\(resolve\(\) is (\w+)\)/g,
        (_, target: string) => `.where(reference.matches('(^|/)${target}/') or type = '${target}')`,
      ),
    )

const compiled = new Map<string, (resource: object) => readonly unknown[]>()

function oracle(branch: string, resource: Resource): readonly unknown[] {
  const known = compiled.get(branch)
  const evaluate = known ?? (fhirpath.compile(branch, model) as (resource: object) => readonly unknown[])
  if (!known) compiled.set(branch, evaluate)
  return evaluate(resource)
}

/** Open choices whose other types a parameter of that kind has no value for: a string is no date, an attachment no reference. */
const narrower: ReadonlySet<string> = new Set(['CarePlan.activity-date', 'Consent.source-reference'])

const texts = (elements: readonly unknown[]): readonly string[] =>
  elements.map(element => JSON.stringify(element)).toSorted((a, b) => (a < b ? -1 : a > b ? 1 : 0))

test('every expression selects in the public examples what a FHIRPath engine selects', () => {
  const seen = new Set<string>()
  let pairs = 0
  for (const resource of resources.map(plain)) {
    const type = resource.resourceType
    for (const parameter of searchParametersOf(type)) {
      const { code, expression, number } = parameter
      if (expression === undefined || parameter.type === 'composite' || number > 2_000) continue
      const walk = compilePath(expression, type, parameter.type)
      if (!walk.ok) throw new Error(`${type}.${code}: ${walk.failure.message}`)
      const found: unknown[] = []
      walk.value(resource, element => found.push(element))
      const wanted = branchesOf(parameter, type).flatMap(branch => oracle(branch, resource))
      pairs += 1
      if (found.length > 0) seen.add(`${type}.${code}`)
      if (narrower.has(`${type}.${code}`))
        expect(texts(wanted)).toEqual(expect.arrayContaining([...texts(found)]))
      else expect(texts(found), `${type}/${resource.id} ${code}: ${expression}`).toEqual(texts(wanted))
    }
  }
  expect(pairs).toBeGreaterThan(3_000)
  expect(seen.size).toBeGreaterThan(350)
})

/**
 * When this fails, resources get other rows or columns than before: raise INDEX_CODE (src/fhir/search/indexing/index-version.ts), so that
 * databases are indexed anew, and put what was received here.
 */
test('what the public examples are found by is what this version of the index says', () => {
  const digest = hash(
    'sha256',
    JSON.stringify(fhirCorpus('r4-core').map(({ resource }) => rowsOf(resource))),
    'hex',
  ).slice(0, 16)
  expect({ ...indexVersion(), digest }).toEqual({
    code: 7,
    name: 'b093805d812d8da888ed86212ecba601',
    digest: '5159bd8845884e5a',
  })
})

test('in the public examples a parameter finds all that its members find', () => {
  const values: Readonly<Record<string, (element: unknown) => readonly unknown[]>> = {
    ...{ token: tokensOf, string: stringsOf, reference: referencesOf, uri: urisOf },
    ...{ number: element => [element], quantity: element => [element] },
  }
  let shared = 0
  for (const resource of resources) {
    const type = resource.resourceType
    const found = ({ expression = '', type: kind }: SearchParameter): readonly string[] => {
      const walk = compilePath(expression, type, kind)
      const all: unknown[] = []
      if (walk.ok) walk.value(resource, element => all.push(...(values[kind]?.(element) ?? [])))
      return all.map(value => JSON.stringify(value))
    }
    for (const parameter of indexedParametersOf(type)) {
      for (const member of membersOf(type, parameter)) {
        const own = found(member)
        shared += own.length
        expect(found(parameter), `${type} ${parameter.code} ${member.code}`).toEqual(
          expect.arrayContaining([...own]),
        )
      }
    }
  }
  expect(shared).toBeGreaterThan(1_000)
})

function rowsOf(resource: Resource): unknown {
  const { hash: of, ...entry } = indexResource(resource)
  return [resource.resourceType, resource.id, entry, String(of)]
}
