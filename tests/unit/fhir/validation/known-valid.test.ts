import { describe, expect, test } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { unchanging } from '../../../../src/lib/unchanging.ts'

const faultsOf = (value: unknown): readonly string[] =>
  validateResource(value).map(({ expression, diagnostics }) => `${expression} ${diagnostics}`)

describe('what can not change and was found valid', () => {
  test('is valid wherever it stands, and only as what it was found to be', () => {
    const concept = unchanging({ coding: [{ system: 'http://loinc.org', code: '1-8' }] })
    const observation = { resourceType: 'Observation', id: 'a', status: 'final', code: concept }
    expect(faultsOf(observation)).toEqual([])
    expect(faultsOf(observation)).toEqual([])
    expect(faultsOf({ ...observation, valueQuantity: concept })[0]).toContain('Observation.value.coding')
  })

  test('is looked at again as long as it has faults', () => {
    const patient = unchanging({ resourceType: 'Patient', id: 'a', gender: 'F', name: [{ family: '' }] })
    const faults = faultsOf(patient)
    expect(faults).toHaveLength(2)
    expect(faultsOf(patient)).toEqual(faults)
    expect(faultsOf({ ...patient, gender: 'female' })).toHaveLength(1)
  })

  test('is looked at again where it points into what is around it', () => {
    const subject = unchanging({ reference: '#p' })
    const encounter = {
      ...{ resourceType: 'Encounter', status: 'planned', subject },
      class: { system: 'http://terminology.hl7.org/CodeSystem/v3-ActCode', code: 'IMP' },
    }
    const contained = [{ resourceType: 'Patient', id: 'p' }]
    expect(faultsOf({ ...encounter, contained })).toEqual([])
    expect(faultsOf(encounter)[0]).toContain('ref-1')
  })

  test('is looked at again where an entry of the Bundle around it says what it points to', () => {
    const subject = unchanging({ reference: 'urn:uuid:00000000-0000-4000-8000-000000000001' })
    const of = (resourceType: string): unknown => ({
      ...{ resourceType: 'Bundle', type: 'collection' },
      entry: [
        { fullUrl: subject.reference, resource: { resourceType } },
        {
          fullUrl: 'urn:uuid:00000000-0000-4000-8000-000000000002',
          resource: { resourceType: 'Observation', status: 'final', code: { text: 'a' }, subject },
        },
      ],
    })
    expect(faultsOf(of('Patient'))).toEqual([])
    expect(faultsOf(of('Practitioner'))[0]).toContain('May point to')
  })
})
