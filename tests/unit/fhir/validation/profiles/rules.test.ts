import { describe, expect, it } from 'vitest'
import { validateProfiles } from '../../../../../src/fhir/validation/profiles/validate-profiles.ts'
import { parseJson } from '../../../../../src/lib/json.ts'
import {
  definitionsWith,
  faultsBy,
  profileFaults,
  profileOf,
  TEST_PROFILE,
} from '../../../../support/profiles.ts'

const patient = {
  resourceType: 'Patient',
  name: [{ family: 'River', given: ['Ann', 'Bo'] }],
  birthDate: '1950-04-01',
  gender: 'female',
}

describe('a profile asks of an element', () => {
  it.each<[string, Record<string, object>, string[]]>([
    ['that it is there', { 'Patient.address': { min: 1 } }, ['required Patient.address']],
    ['that it is there often enough', { 'Patient.name': { min: 2 } }, ['required Patient.name']],
    [
      'that it is there where its parent is',
      { 'Patient.name.use': { min: 1 } },
      ['required Patient.name[0].use'],
    ],
    ['nothing where its parent is not', { 'Patient.contact.name': { min: 1 } }, []],
    ['that it is not there', { 'Patient.gender': { max: '0' } }, ['structure Patient.gender']],
    [
      'that it repeats no more often',
      { 'Patient.name.given': { max: '1' } },
      ['structure Patient.name[0].given'],
    ],
    ['a fixed value', { 'Patient.gender': { fixedCode: 'male' } }, ['value Patient.gender']],
    ['the fixed value that it has', { 'Patient.gender': { fixedCode: 'female' } }, []],
    [
      'a fixed object, whole',
      { 'Patient.name': { fixedHumanName: { family: 'River' } } },
      ['value Patient.name[0]'],
    ],
    ['a pattern, in part', { 'Patient.name': { patternHumanName: { family: 'River', given: ['Bo'] } } }, []],
    ['a pattern', { 'Patient.name': { patternHumanName: { given: ['Cy'] } } }, ['value Patient.name[0]']],
    ['a least value', { 'Patient.birthDate': { minValueDate: '1960' } }, ['value Patient.birthDate']],
    ['a most value', { 'Patient.birthDate': { maxValueDate: '1949-12-31' } }, ['value Patient.birthDate']],
    ['a length', { 'Patient.name.family': { maxLength: 4 } }, ['too-long Patient.name[0].family']],
    ['a length that it has', { 'Patient.name.family': { maxLength: 5 } }, []],
  ])('%s', (_what, elements, faults) => {
    expect(faultsBy(elements, patient)).toEqual(faults)
  })

  it('a value, not only an extension, unless it allows one', () => {
    const unknown = {
      resourceType: 'Patient',
      _birthDate: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] },
    }
    expect(faultsBy({ 'Patient.birthDate': { min: 1 } }, unknown)).toEqual([])
    expect(faultsBy({ 'Patient.birthDate.extension': { max: '0' } }, unknown)).toEqual([
      'structure Patient.birthDate.extension',
    ])
  })

  it('numbers by what they are worth, however many digits they have', () => {
    const observation = parseJson(
      '{"resourceType":"Observation","valueQuantity":{"value":37.50,"code":"Cel"}}',
    ) as { resourceType: string }
    const asked = (value: object) => ({ 'Observation.value[x]': value })
    expect(faultsBy(asked({ patternQuantity: { value: 37.5 } }), observation)).toEqual([])
    expect(faultsBy(asked({ maxValueQuantity: { value: 37, code: 'Cel' } }), observation)).toEqual([
      'value Observation.value',
    ])
    expect(faultsBy(asked({ maxValueQuantity: { value: 37, code: 'K' } }), observation)).toEqual([])
  })
})

describe('a choice of types', () => {
  const observation = { resourceType: 'Observation', valueString: 'x' }

  it('is narrowed by a profile', () => {
    const types = { type: [{ code: 'Quantity' }, { code: 'CodeableConcept' }] }
    expect(faultsBy({ 'Observation.value[x]': types }, observation)).toEqual(['structure Observation.value'])
    expect(faultsBy({ 'Observation.value[x]': { type: [{ code: 'string' }] } }, observation)).toEqual([])
  })

  it('is required whatever its type', () => {
    expect(faultsBy({ 'Observation.effective[x]': { min: 1 } }, observation)).toEqual([
      'required Observation.effective',
    ])
    expect(faultsBy({ 'Observation.value[x]': { min: 1 } }, observation)).toEqual([])
  })

  it.each(['Observation.valueQuantity', 'Observation.value[x]:valueQuantity'])(
    'takes rules for one of its types, written as %s',
    id => {
      const elements = { [id]: {}, [`${id}.code`]: { min: 1 } }
      expect(faultsBy(elements, observation)).toEqual([])
      expect(faultsBy(elements, { resourceType: 'Observation', valueQuantity: { value: 1 } })).toEqual([
        'required Observation.value.code',
      ])
    },
  )
})

describe('a reference', () => {
  const asked = (...targets: string[]) => ({
    'Observation.subject': { type: [{ code: 'Reference', targetProfile: targets }] },
  })
  const onPatients = asked('http://hl7.org/fhir/StructureDefinition/Patient')

  it.each([
    ['Patient/1', []],
    ['https://other.example/fhir/Patient/1', []],
    ['urn:uuid:1f1b5d3c-0000-4000-8000-000000000000', []],
    ['Group/1', ['value Observation.subject.reference']],
  ])('to %s is told by its type', (reference, faults) => {
    expect(faultsBy(onPatients, { resourceType: 'Observation', subject: { reference } })).toEqual(faults)
  })

  it('to what is at hand must meet the profile, contained or in the same Bundle', () => {
    const named = profileOf('Patient', { 'Patient.name': { min: 1 } }, { url: 'urn:test:named' })
    const elements = asked('urn:test:named')
    const target = { resourceType: 'Patient', id: 'p' }
    const observation = (contained: object) => ({
      ...{ resourceType: 'Observation', contained: [contained], subject: { reference: '#p' } },
    })
    expect(faultsBy(elements, observation({ ...target, name: [{ text: 'x' }] }), named)).toEqual([])
    expect(faultsBy(elements, observation(target), named)).toEqual(['value Observation.subject.reference'])
    const claimed = {
      resourceType: 'Observation',
      meta: { profile: [TEST_PROFILE] },
      subject: { reference: 'Patient/p' },
    }
    const bundle = { resourceType: 'Bundle', entry: [{ resource: claimed }, { resource: target }] }
    expect(profileFaults(bundle, definitionsWith([profileOf('Observation', elements), named]))).toEqual([
      'value Bundle.entry[0].resource.subject.reference',
    ])
  })
})

describe('a binding', () => {
  const coded = (code: string) => ({
    resourceType: 'Patient',
    maritalStatus: { coding: [{ system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus', code }] },
  })
  const valueSet = {
    ...{ resourceType: 'ValueSet', url: 'urn:test:vs' },
    compose: {
      include: [
        {
          system: 'http://terminology.hl7.org/CodeSystem/v3-MaritalStatus',
          concept: [{ code: 'M' }, { code: 'S' }],
        },
      ],
    },
  }
  const bound = (strength: string, url = 'urn:test:vs') => ({
    'Patient.maritalStatus': { binding: { strength, valueSet: url } },
  })

  it.each([
    ['required', ['code-invalid Patient.maritalStatus']],
    ['extensible', ['warning code-invalid Patient.maritalStatus']],
    ['preferred', []],
    ['example', []],
  ])('that is %s is told as such', (strength, faults) => {
    expect(faultsBy(bound(strength), coded('D'), valueSet)).toEqual(faults)
    expect(faultsBy(bound(strength), coded('M'), valueSet)).toEqual([])
  })

  it('that is required needs a code where only text is', () => {
    const text = { resourceType: 'Patient', maritalStatus: { text: 'x' } }
    expect(faultsBy(bound('required'), text, valueSet)).toEqual(['code-invalid Patient.maritalStatus'])
    expect(faultsBy(bound('extensible'), text, valueSet)).toEqual([])
  })

  it('to a value set that is not loaded is told as not checked', () => {
    const definitions = definitionsWith([profileOf('Patient', bound('required', 'urn:unknown'))])
    expect(validateProfiles(coded('D'), definitions, [TEST_PROFILE])).toMatchObject([
      { severity: 'information', code: 'not-supported', expression: 'Patient.maritalStatus' },
    ])
  })
})

describe('an element that repeats within itself', () => {
  it('is asked the same at every depth when the profile refers to its own element', () => {
    const elements = {
      'Questionnaire.item.text': { min: 1 },
      'Questionnaire.item.item': { contentReference: '#Questionnaire.item' },
    }
    const item = [{ linkId: '1', text: 'a', item: [{ linkId: '2', item: [{ linkId: '3', text: 'c' }] }] }]
    expect(faultsBy(elements, { resourceType: 'Questionnaire', item })).toEqual([
      'required Questionnaire.item[0].item[0].text',
    ])
  })
})

describe('a profile', () => {
  it('asks what its base asks, and says when the base is not loaded', () => {
    const base = profileOf('Patient', { 'Patient.address': { min: 1 } }, { url: 'urn:test:base' })
    const own = profileOf('Patient', { 'Patient.photo': { min: 1 } }, { baseDefinition: 'urn:test:base' })
    expect(profileFaults(patient, definitionsWith([base, own]), TEST_PROFILE)).toEqual([
      'required Patient.address',
      'required Patient.photo',
    ])
    expect(validateProfiles(patient, definitionsWith([own]), [TEST_PROFILE]).at(-1)).toMatchObject({
      ...{
        severity: 'information',
        diagnostics: expect.stringContaining('its base urn:test:base is not loaded'),
      },
    })
  })

  it('is told from another version of it', () => {
    const definitions = definitionsWith([
      profileOf('Patient', { 'Patient.address': { min: 1 } }, { version: '1.0.0' }),
      profileOf('Patient', { 'Patient.photo': { min: 1 } }, { version: '2.0.0' }),
    ])
    const of = (url: string) => profileFaults({ ...patient, meta: { profile: [url] } }, definitions)
    expect(of(`${TEST_PROFILE}|1.0.0`)).toEqual(['required Patient.address'])
    expect(of(TEST_PROFILE)).toEqual(['required Patient.photo'])
    expect(of(`${TEST_PROFILE}|3.0.0`)).toEqual(['warning not-supported Patient.meta.profile[0]'])
  })

  it('of another type is refused', () => {
    const definitions = definitionsWith([profileOf('Observation', {})])
    expect(profileFaults(patient, definitions, TEST_PROFILE)).toEqual(['invalid Patient'])
  })

  it('is named in what it finds, and no value of the resource is', () => {
    const elements = {
      'Patient.name.family': { maxLength: 2 },
      'Patient.birthDate': { fixedDate: '1900-01-01' },
    }
    const definitions = definitionsWith([profileOf('Patient', elements, { version: '1.0.0' })])
    const texts = validateProfiles(patient, definitions, [TEST_PROFILE]).map(({ diagnostics }) => diagnostics)
    expect(texts).toHaveLength(2)
    for (const text of texts) {
      expect(text).toContain(`${TEST_PROFILE}|1.0.0`)
      expect(text).not.toMatch(/River|1950/)
    }
  })

  it('that R4 itself defines is no unknown one', () => {
    const claims = [
      'http://hl7.org/fhir/StructureDefinition/Patient',
      'http://hl7.org/fhir/StructureDefinition/Resource',
    ]
    expect(profileFaults({ ...patient, meta: { profile: claims } }, definitionsWith([]))).toEqual([])
  })
})

describe('an extension', () => {
  const definition = profileOf(
    'Extension',
    {
      'Extension.url': { fixedUri: 'urn:test:ext' },
      'Extension.value[x]': { min: 1, type: [{ code: 'code' }] },
    },
    { url: 'urn:test:ext' },
  )

  it('is held against its definition wherever it stands', () => {
    const definitions = definitionsWith([definition])
    const wrong = [{ url: 'urn:test:ext', valueString: 'x' }, { url: 'urn:test:ext' }, { url: 'urn:other' }]
    expect(profileFaults({ resourceType: 'Patient', _birthDate: { extension: wrong } }, definitions)).toEqual(
      ['structure Patient.birthDate.extension[0].value', 'required Patient.birthDate.extension[1].value'],
    )
    expect(
      profileFaults({ resourceType: 'Observation', valueQuantity: { extension: wrong } }, definitions)[0],
    ).toBe('structure Observation.value.extension[0].value')
  })
})
