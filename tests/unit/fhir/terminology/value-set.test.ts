import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import {
  closureOf,
  codeSystemOf,
  conceptOf,
  subsumption,
} from '../../../../src/fhir/terminology/code-system.ts'
import { translate } from '../../../../src/fhir/terminology/concept-map.ts'
import { expandValueSet, type Sources } from '../../../../src/fhir/terminology/value-set.ts'

const animals = {
  ...{ resourceType: 'CodeSystem', url: 'urn:animals', content: 'complete', caseSensitive: false },
  concept: [
    {
      ...{ code: 'animal', display: 'Animal' },
      concept: [
        { code: 'dog', display: 'Dog', property: [{ code: 'legs', valueInteger: 4 }] },
        { code: 'bird', display: 'Bird', property: [{ code: 'legs', valueInteger: 2 }] },
      ],
    },
    { code: 'puppy', property: [{ code: 'subsumedBy', valueCode: 'dog' }] },
    { code: 'pet', property: [{ code: 'child', valueCode: 'dog' }] },
  ],
} as unknown as Resource
const system = codeSystemOf(animals)

const set = (compose: object, url = 'urn:set') =>
  ({ resourceType: 'ValueSet', url, compose }) as unknown as Resource
const sources = (...sets: readonly Resource[]): Sources => ({
  codeSystem: url => (url === 'urn:animals' ? system : undefined),
  valueSet: url => sets.find(each => each['url'] === url),
})
const codes = (compose: object, ...sets: readonly Resource[]) => {
  const found = expandValueSet(set(compose), sources(...sets))
  return found.ok ? found.value.map(({ code }) => code) : found.failure.code
}
const include = (...filter: readonly (readonly [string, string, string])[]) => ({
  include: [
    {
      system: 'urn:animals',
      ...(filter.length > 0 && { filter: filter.map(([property, op, value]) => ({ property, op, value })) }),
    },
  ],
})

describe('a code system', () => {
  test('is a hierarchy by nesting and by properties, walked both ways', () => {
    expect(closureOf(system, 'animal', 'below').toSorted()).toEqual(['animal', 'bird', 'dog', 'puppy'])
    expect(closureOf(system, 'puppy', 'above').toSorted()).toEqual(['animal', 'dog', 'pet', 'puppy'])
    expect(subsumption(system, 'animal', 'puppy')).toBe('subsumes')
    expect(subsumption(system, 'puppy', 'pet')).toBe('subsumed-by')
    expect(subsumption(system, 'bird', 'dog')).toBe('not-subsumed')
    expect(subsumption(system, 'bird', 'bird')).toBe('equivalent')
  })

  test('a circle ends', () => {
    const circle = codeSystemOf({
      resourceType: 'CodeSystem',
      concept: [
        { code: 'a', property: [{ code: 'parent', valueCode: 'b' }] },
        { code: 'b', property: [{ code: 'parent', valueCode: 'a' }] },
      ],
    })
    expect(closureOf(circle, 'a', 'below')).toEqual(['a', 'b'])
  })

  test('minds case only when it says so', () => {
    expect(conceptOf(system, 'DOG')?.code).toBe('dog')
    expect(conceptOf({ ...system, isCaseSensitive: true }, 'DOG')).toBeUndefined()
  })
})

describe('an expansion', () => {
  test('takes a whole system, listed codes, and what filters keep', () => {
    expect(codes(include())).toEqual(['animal', 'dog', 'bird', 'puppy', 'pet'])
    expect(codes({ include: [{ system: 'urn:animals', concept: [{ code: 'dog' }] }] })).toEqual(['dog'])
    expect(codes(include(['concept', 'is-a', 'dog']))).toEqual(['dog', 'puppy'])
    expect(codes(include(['concept', 'descendent-of', 'dog']))).toEqual(['puppy'])
    expect(codes(include(['concept', 'is-not-a', 'animal']))).toEqual(['pet'])
    expect(codes(include(['concept', 'generalizes', 'dog']))).toEqual(['animal', 'dog', 'pet'])
    expect(codes(include(['legs', '=', '4']))).toEqual(['dog'])
    expect(codes(include(['legs', 'in', '2, 4']))).toEqual(['dog', 'bird'])
    expect(codes(include(['legs', 'not-in', '2']))).not.toContain('bird')
    expect(codes(include(['legs', 'exists', 'true']))).toEqual(['dog', 'bird'])
    expect(codes(include(['legs', 'exists', 'true'], ['concept', 'is-a', 'dog']))).toEqual(['dog'])
    expect(codes(include(['parent', '=', 'animal']))).toEqual(['dog', 'bird'])
  })

  test('joins includes, cuts the sets within one, and takes excludes away', () => {
    const pets = set(
      { include: [{ system: 'urn:animals', concept: [{ code: 'dog' }, { code: 'pet' }] }] },
      'urn:pets',
    )
    expect(codes({ include: [{ valueSet: ['urn:pets'] }] }, pets)).toEqual(['dog', 'pet'])
    const both = {
      system: 'urn:animals',
      valueSet: ['urn:pets'],
      ...include(['concept', 'is-a', 'animal']).include[0],
    }
    expect(codes({ include: [both] }, pets)).toEqual(['dog'])
    expect(codes({ ...include(), exclude: [{ valueSet: ['urn:pets'] }] }, pets)).toEqual([
      'animal',
      'bird',
      'puppy',
    ])
  })

  test('of what is not loaded, of a circle and of an unknown filter says so', () => {
    expect(codes({ include: [{ system: 'http://snomed.info/sct' }] })).toBe('code-system-not-loaded')
    expect(codes({ include: [{ valueSet: ['urn:other'] }] })).toBe('value-set-not-loaded')
    expect(codes(include(['display', 'regex', '.*']))).toBe('value-set-not-expandable')
    const circle = set({ include: [{ valueSet: ['urn:circle'] }] }, 'urn:circle')
    expect(codes({ include: [{ valueSet: ['urn:circle'] }] }, circle)).toBe('value-set-not-expandable')
    expect(codes({ include: [{ system: 'http://loinc.org', concept: [{ code: '1-8' }] }] })).toEqual(['1-8'])
  })

  test('of a resource that is expanded already is what it says', () => {
    const given = {
      resourceType: 'ValueSet',
      expansion: { contains: [{ system: 'urn:a', code: 'x', contains: [{ system: 'urn:a', code: 'y' }] }] },
    } as unknown as Resource
    const found = expandValueSet(given, sources())
    expect(found.ok && found.value).toEqual([
      { system: 'urn:a', code: 'x' },
      { system: 'urn:a', code: 'y' },
    ])
  })
})

test('a concept map is read from both ends', () => {
  const map = {
    ...{ resourceType: 'ConceptMap', url: 'urn:map' },
    group: [
      {
        ...{ source: 'urn:a', target: 'urn:b' },
        element: [{ code: 'x', target: [{ code: 'y', equivalence: 'wider' }] }],
      },
    ],
  } as unknown as Resource
  const request = { code: 'x', isReverse: false }
  const match = { equivalence: 'wider', system: 'urn:b', code: 'y', source: 'urn:map' }
  expect(translate(map, request)).toEqual([match])
  expect(translate(map, { ...request, system: 'urn:a', targetSystem: 'urn:b' })).toEqual([match])
  expect(translate(map, { ...request, system: 'urn:c' })).toEqual([])
  expect(translate(map, { code: 'y', isReverse: true })).toEqual([
    { equivalence: 'narrower', system: 'urn:a', code: 'x', source: 'urn:map' },
  ])
})
