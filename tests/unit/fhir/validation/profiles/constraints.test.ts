import { describe, expect, it } from 'vitest'
import { validateProfiles } from '../../../../../src/fhir/validation/profiles/validate-profiles.ts'
import { definitionsWith, faultsBy, profileOf, TEST_PROFILE } from '../../../../support/profiles.ts'

const rule = (expression: string, severity = 'error') => ({
  constraint: [{ key: 'test-1', severity, human: 'said by the profile', expression }],
})

const patient = {
  resourceType: 'Patient',
  name: [
    { family: 'River' },
    { given: ['Ann', 'Bo'], _given: [null, { extension: [{ url: 'urn:x', valueCode: 'y' }] }] },
  ],
  contact: [{ gender: 'male' }],
  contained: [{ resourceType: 'Practitioner', id: 'd' }],
  generalPractitioner: [{ reference: '#d' }, { reference: 'Organization/1' }],
  multipleBirthInteger: 2,
}

describe('a constraint of a profile', () => {
  it.each<[string, string, string, string[]]>([
    ['holds for the resource', 'Patient', 'name.exists()', []],
    ['fails for the resource', 'Patient', 'photo.exists()', ['invariant Patient']],
    ['is asked of each item', 'Patient.name', 'family.exists()', ['invariant Patient.name[1]']],
    [
      'is asked of a backbone element',
      'Patient.contact',
      "gender = 'female'",
      ['invariant Patient.contact[0]'],
    ],
    ['is asked of a primitive', 'Patient.name.family', 'length() < 3', ['invariant Patient.name[0].family']],
    [
      'sees the extensions of a primitive',
      'Patient.name.given',
      'extension.empty()',
      ['invariant Patient.name[1].given[1]'],
    ],
    [
      'knows the type of a choice',
      'Patient.multipleBirth[x]',
      '$this is boolean',
      ['invariant Patient.multipleBirth'],
    ],
    ['knows the resource around', 'Patient.contact', '%resource.name.count() = 2', []],
    [
      'resolves what is contained',
      'Patient.generalPractitioner',
      'resolve() is Practitioner',
      ['invariant Patient.generalPractitioner[1]'],
    ],
    [
      'knows the type of what is elsewhere',
      'Patient.generalPractitioner',
      'resolve() is Practitioner or resolve() is Organization',
      [],
    ],
    ['that comes to nothing does not hold', 'Patient', 'photo.title', ['invariant Patient']],
  ])('%s', (_what, id, expression, faults) => {
    expect(faultsBy({ [id]: rule(expression) }, patient)).toEqual(faults)
  })

  it('that only warns, warns', () => {
    expect(faultsBy({ Patient: rule('photo.exists()', 'warning') }, patient)).toEqual([
      'warning invariant Patient',
    ])
  })

  it('asks value sets', () => {
    const valueSet = {
      ...{ resourceType: 'ValueSet', url: 'urn:test:vs' },
      compose: {
        include: [{ system: 'http://hl7.org/fhir/administrative-gender', concept: [{ code: 'female' }] }],
      },
    }
    const expression = "gender.memberOf('urn:test:vs')"
    expect(faultsBy({ 'Patient.contact': rule(expression) }, patient, valueSet)).toEqual([
      'invariant Patient.contact[0]',
    ])
  })

  it.each(['name.where(', "gender.memberOf('urn:unknown')", 'name.given.single()'])(
    'that can not be evaluated is said to be so, without what the resource says: %s',
    expression => {
      const definitions = definitionsWith([profileOf('Patient', { Patient: rule(expression) })])
      const found = validateProfiles({ ...patient, gender: 'male' }, definitions, [TEST_PROFILE])
      expect(found).toMatchObject([{ severity: 'information', code: 'not-supported', expression: 'Patient' }])
      expect(found[0]?.diagnostics).not.toMatch(/River|Ann/)
    },
  )

  it('of R4 itself is left to the validation of R4', () => {
    const constraint = [
      { key: 'pat-1', severity: 'error', human: 'x', expression: 'false' },
      {
        key: 'own-1',
        severity: 'error',
        expression: 'false',
        source: 'http://hl7.org/fhir/StructureDefinition/Element',
      },
    ]
    expect(faultsBy({ 'Patient.contact': { constraint } }, patient)).toEqual([])
  })
})
