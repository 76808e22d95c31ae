import { describe, expect, test } from 'vitest'
import { indexResource } from '../../../../../src/fhir/search/indexing/index-resource.ts'
import { searchParameterOf } from '../../../../../src/fhir/search/parameters.ts'
import type { Resource } from '../../../../../src/fhir/resource.ts'

/** The rows of one composite, without its number. */
function rows(resource: Resource, code: string): readonly object[] {
  const { number } = searchParameterOf(resource.resourceType, code) ?? { number: 0 }
  return (indexResource(resource).composites ?? []).flatMap(({ parameter, ...row }) =>
    parameter === number ? [row] : [],
  )
}

const LOINC = 'http://loinc.org'
const coded = (...codes: readonly string[]) => ({ coding: codes.map(code => ({ system: LOINC, code })) })
const canonical = false

describe('a composite parameter', () => {
  const pressure: Resource = {
    resourceType: 'Observation',
    code: coded('85354-9'),
    component: [
      { code: coded('8480-6'), valueQuantity: { value: 107, unit: 'mmHg' } },
      { code: coded('8462-4'), valueQuantity: { value: 60, unit: 'mmHg' } },
    ],
  }

  test('pairs what stands in one element, and nothing across elements', () => {
    const at = (value: string, low: string) => ({
      ...{ value, system: LOINC, low, high: low, unit: 'mmHg', canonical },
    })
    const both = [at('8480-6', '107'), at('8462-4', '60')]
    expect(rows(pressure, 'component-code-value-quantity')).toEqual(both)
    expect(rows(pressure, 'combo-code-value-quantity'), 'they stand once').toEqual([])
    expect(rows(pressure, 'code-value-quantity')).toEqual([])
  })

  test('has every combination of the codings of one element', () => {
    const resource = {
      resourceType: 'Observation',
      code: coded('a', 'b'),
      valueCodeableConcept: coded('x', 'y'),
    }
    expect(rows(resource, 'code-value-concept')).toEqual(
      ['a', 'b'].flatMap(value =>
        ['x', 'y'].map(value2 => ({ value, system: LOINC, value2, system2: LOINC, canonical })),
      ),
    )
  })

  test('takes dates and strings as their own parameters do', () => {
    const observation = { resourceType: 'Observation', code: coded('a') }
    expect(rows({ ...observation, valueDateTime: '2026-02' }, 'code-value-date')).toEqual([
      { ...{ value: 'a', system: LOINC, canonical }, lowMs: Date.UTC(2026, 1), highMs: Date.UTC(2026, 2) },
    ])
    expect(rows({ ...observation, valuePeriod: { start: '2026' } }, 'code-value-date')).toHaveLength(1)
    expect(rows({ ...observation, valueString: 'Größe' }, 'code-value-string')).toEqual([
      { ...{ value: 'a', system: LOINC, canonical }, value2: 'große', system2: 'Größe' },
    ])
  })

  test('takes a code first, then what it says of another document', () =>
    expect(
      rows(
        {
          resourceType: 'DocumentReference',
          relatesTo: [{ code: 'replaces', target: { reference: 'DocumentReference/1' } }],
        },
        'relationship',
      ),
    ).toEqual([{ value: 'replaces', value2: 'DocumentReference/1', canonical }]))

  test('takes three components, one of them from beside the element', () => {
    const sequence = {
      resourceType: 'MolecularSequence',
      referenceSeq: { chromosome: coded('12'), windowStart: 1, windowEnd: 9 },
      variant: [
        { start: 5, end: 6 },
        { start: 7, end: 8 },
      ],
    }
    const at = (low: string, low2: string) => ({
      ...{ value: '12', system: LOINC, low, high: low, low2, high2: low2, canonical },
    })
    expect(rows(sequence, 'chromosome-variant-coordinate')).toEqual([at('5', '6'), at('7', '8')])
    expect(rows(sequence, 'chromosome-window-coordinate')).toEqual([at('1', '9')])
  })

  test('takes the value of a characteristic by the types that its own parameter has', () => {
    const group = {
      resourceType: 'Group',
      characteristic: [
        { code: coded('gender'), valueCodeableConcept: coded('female') },
        { code: coded('owner'), valueBoolean: true },
        { code: coded('age'), valueRange: { low: { value: 3 } } },
      ],
    }
    expect(rows(group, 'characteristic-value')).toEqual([
      { value: 'gender', system: LOINC, value2: 'female', system2: LOINC, canonical },
      { value: 'owner', system: LOINC, value2: 'true', canonical },
    ])
  })

  test('stops at a thousand combinations, so that nobody fills the index with one resource', () => {
    const codes = Array.from({ length: 200 }, (_, index) => `c${index}`)
    const resource = {
      resourceType: 'Observation',
      code: coded(...codes),
      valueCodeableConcept: coded(...codes),
    }
    expect(rows(resource, 'code-value-concept')).toHaveLength(1_000)
  })
})
