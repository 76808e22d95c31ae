import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { indexResource } from '../../../../src/fhir/search/indexing/index-resource.ts'
import { matches } from '../../../../src/fhir/search/matching/match.ts'
import { indexedParametersOf, searchParameterOf } from '../../../../src/fhir/search/parameters.ts'
import { membersOf } from '../../../../src/fhir/search/shared-values.ts'
import { parseSearch } from '../../../../src/fhir/search/parse-search.ts'

const codesWithin = (type: string, code: string): readonly string[] => {
  const parameter = searchParameterOf(type, code)
  return parameter ? membersOf(type, parameter).map(member => member.code) : []
}

describe('parameters that share their values', () => {
  test.each([
    ['Patient', 'name', ['family', 'given']],
    ['Patient', 'address', ['address-city', 'address-country', 'address-postalcode', 'address-state']],
    ['Patient', 'telecom', ['email', 'phone']],
    ['Provenance', 'target', ['patient']],
    ['Observation', 'combo-code', ['code', 'component-code']],
    ['Observation', 'combo-value-quantity', ['component-value-quantity', 'value-quantity']],
    [
      ...(['Observation', 'combo-code-value-quantity'] as const),
      ['code-value-quantity', 'component-code-value-quantity'],
    ],
    ['Patient', 'family', []],
    ['Encounter', 'subject', []],
    ['Bundle', 'composition', []],
  ])('%s: %s has the values of %j', (type, code, members) => {
    expect(codesWithin(type, code).toSorted()).toEqual(members)
  })

  test('never have each other', () => {
    for (const type of ['CodeSystem', 'Linkage', 'DeviceUseStatement', 'MolecularSequence']) {
      for (const parameter of indexedParametersOf(type)) {
        for (const member of membersOf(type, parameter))
          expect(membersOf(type, member)).not.toContain(parameter)
      }
    }
  })
})

const patient: Resource = {
  resourceType: 'Patient',
  id: 'p1',
  name: [{ text: 'Dr. Jane Doe', prefix: ['Dr.'], family: 'Doe', given: ['Jane', 'Doe'] }],
  telecom: [
    { system: 'phone', value: '1' },
    { system: 'email', value: 'jane@example.org' },
    { system: 'url', value: 'https://example.org/jane' },
  ],
  address: [{ line: ['Main Street 1'], city: 'Springfield', postalCode: '12345', country: 'US' }],
}

describe('what several parameters find', () => {
  test('stands once', () => {
    const { lookups } = indexResource(patient)
    const values = (code: string): readonly string[] =>
      lookups
        .filter(({ parameter }) => parameter === searchParameterOf('Patient', code)?.number)
        .map(({ value }) => value)
    expect(values('name')).toEqual(['dr. jane doe', 'dr.'])
    expect(values('family')).toEqual(['doe'])
    expect(values('given')).toEqual(['jane', 'doe'])
    expect(values('address')).toEqual(['main street 1'])
    expect(values('telecom')).toEqual(['https://example.org/jane'])
    expect(values('phone')).toEqual(['1'])
  })

  test.each([
    'name=doe',
    'name=jane',
    'name:exact=Dr.',
    'given=doe',
    'address=springfield',
    'address=main',
    'address=12345',
    'telecom=1',
    'telecom=phone|1',
    'telecom=https://example.org/jane',
    'telecom=email|jane@example.org',
    'name:missing=false',
    'telecom:missing=false',
  ])('is found by each of them: %s', query => {
    expect(isFound(query)).toBe(true)
  })

  test.each([
    'family=jane',
    'family=dr',
    'given=dr',
    'phone=jane@example.org',
    'name:missing=true',
    'telecom=2',
  ])('is found by no other: %s', query => {
    expect(isFound(query)).toBe(false)
  })
})

function isFound(query: string): unknown {
  const parsed = parseSearch({
    ...{ type: 'Patient', pairs: [...new URLSearchParams(query)] },
    ...{ lenient: false, base: 'http://x.org/fhir', nowMs: 0 },
  })
  if (!parsed.ok) throw new Error(parsed.failure.message)
  return matches(patient, { kind: 'all', of: parsed.value.plan.where })
}
