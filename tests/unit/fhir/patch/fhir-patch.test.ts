import { describe, expect, test } from 'vitest'
import { applyPatch, fhirPatch, withPatchLinks } from '../../../../src/fhir/patch/patch.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { parseJson } from '../../../../src/lib/json.ts'

type Part = Readonly<Record<string, unknown>>

const part = (name: string, value: object): Part => ({ name, ...value })
const operation = (type: string, path: string, ...parts: readonly Part[]): Part => ({
  name: 'operation',
  part: [part('type', { valueCode: type }), part('path', { valueString: path }), ...parts],
})
const named = (name: string) => part('name', { valueString: name })
const given = (value: object) => part('value', value)
const number = (name: string, value: number) => part(name, { valueInteger: value })

const parameters = (...parameter: readonly Part[]): Resource => ({ resourceType: 'Parameters', parameter })

function patched(resource: Resource, ...operations: readonly Part[]) {
  const read = fhirPatch(parameters(...operations))
  return read.ok ? applyPatch(resource, read.value) : read
}

function result(resource: Resource, ...operations: readonly Part[]): unknown {
  const before = JSON.stringify(resource)
  const done = patched(resource, ...operations)
  expect(JSON.stringify(resource)).toBe(before)
  return done.ok ? done.value : done.failure.code
}

const patient = (more: object = {}): Resource => ({ resourceType: 'Patient', id: 'p', ...more })
const two = patient({
  name: [
    { use: 'official', family: 'Rivers', given: ['Ada', 'Bea', 'Cid'] },
    { use: 'usual', given: ['Ady'] },
  ],
})

describe('add', () => {
  test('puts a primitive, an item of a list and a choice of type where they belong', () => {
    expect(
      result(patient(), operation('add', 'Patient', named('birthDate'), given({ valueDate: '1930-01-01' }))),
    ).toEqual(patient({ birthDate: '1930-01-01' }))
    expect(
      result(two, operation('add', 'Patient.name[1]', named('given'), given({ valueString: 'Zoe' }))),
    ).toMatchObject({ name: [{}, { given: ['Ady', 'Zoe'] }] })
    expect(
      result(patient(), operation('add', 'Patient', named('deceased'), given({ valueBoolean: true }))),
    ).toEqual(patient({ deceasedBoolean: true }))
    expect(
      result(
        patient(),
        operation('add', 'Patient', named('maritalStatus'), given({ valueCodeableConcept: { text: 'S' } })),
      ),
    ).toEqual(patient({ maritalStatus: { text: 'S' } }))
  })

  test('makes an anonymous element of named parts, lists and choices among them', () => {
    const contact = given({
      part: [
        part('name', { valueHumanName: { text: 'a name' } }),
        part('gender', { valueCode: 'male' }),
        part('telecom', { valueContactPoint: { system: 'phone', value: '1' } }),
        part('telecom', { valueContactPoint: { system: 'phone', value: '2' } }),
      ],
    })
    const done = result(patient(), operation('add', 'Patient', named('contact'), contact))
    expect(done).toEqual(
      patient({
        contact: [
          {
            name: { text: 'a name' },
            gender: 'male',
            telecom: [
              { system: 'phone', value: '1' },
              { system: 'phone', value: '2' },
            ],
          },
        ],
      }),
    )
    expect(validateResource(done)).toEqual([])
    const observation = { resourceType: 'Observation', id: 'o' }
    const component = given({
      part: [
        part('code', { valueCodeableConcept: { text: 'c' } }),
        part('value', { valueQuantity: { value: 1 } }),
        part('referenceRange', { part: [part('text', { valueString: 'low' })] }),
      ],
    })
    expect(result(observation, operation('add', 'Observation', named('component'), component))).toEqual({
      ...observation,
      component: [{ code: { text: 'c' }, valueQuantity: { value: 1 }, referenceRange: [{ text: 'low' }] }],
    })
  })

  test('puts extensions on elements, primitives and the resource, and resources into contained', () => {
    const extension = given({ valueExtension: { url: 'http://x.org/e', valueCode: 'x' } })
    expect(
      result(
        patient({ birthDate: '1930' }),
        operation('add', 'Patient.birthDate', named('extension'), extension),
      ),
    ).toEqual(
      patient({ birthDate: '1930', _birthDate: { extension: [{ url: 'http://x.org/e', valueCode: 'x' }] } }),
    )
    const parts = given({
      part: [part('url', { valueUri: 'http://x.org/e' }), part('value', { valueString: 'v' })],
    })
    expect(result(patient(), operation('add', 'Patient', named('extension'), parts))).toEqual(
      patient({ extension: [{ url: 'http://x.org/e', valueString: 'v' }] }),
    )
    const contained = given({ resource: { resourceType: 'Organization', id: 'o', name: 'N' } })
    expect(result(patient(), operation('add', 'Patient', named('contained'), contained))).toEqual(
      patient({ contained: [{ resourceType: 'Organization', id: 'o', name: 'N' }] }),
    )
    const beside = given({
      _valueDate: { extension: [{ url: 'http://x.org/absent', valueCode: 'unknown' }] },
    })
    expect(result(patient(), operation('add', 'Patient', named('birthDate'), beside))).toEqual(
      patient({ _birthDate: { extension: [{ url: 'http://x.org/absent', valueCode: 'unknown' }] } }),
    )
  })

  test('is refused where something stands already, where nothing can and for what the type does not know', () => {
    const born = given({ valueDate: '1930-01-01' })
    const done = patient({ birthDate: '1931', deceasedBoolean: true })
    expect(result(done, operation('add', 'Patient', named('birthDate'), born))).toBe('patch-not-applicable')
    expect(
      result(done, operation('add', 'Patient', named('deceased'), given({ valueDateTime: '1999' }))),
    ).toBe('patch-not-applicable')
    expect(result(done, operation('add', 'Patient', named('nothing'), born))).toBe('patch-not-applicable')
    expect(result(done, operation('add', 'Patient.contact', named('gender'), born))).toBe(
      'patch-not-applicable',
    )
    expect(
      result(patient(), operation('add', 'Patient', named('multipleBirth'), given({ valueString: 'x' }))),
    ).toBe('patch-not-applicable')
  })
})

describe('insert and move', () => {
  test('work on positions of one list', () => {
    const insert = (index: number) =>
      operation('insert', 'Patient.name[0].given', given({ valueString: 'New' }), number('index', index))
    expect(result(two, insert(1))).toMatchObject({ name: [{ given: ['Ada', 'New', 'Bea', 'Cid'] }, {}] })
    expect(result(two, insert(3))).toMatchObject({ name: [{ given: ['Ada', 'Bea', 'Cid', 'New'] }, {}] })
    expect(result(two, insert(4))).toBe('patch-not-applicable')
    const identifier = given({ valueIdentifier: { value: '1' } })
    expect(
      result(patient(), operation('insert', 'Patient.identifier', identifier, number('index', 0))),
    ).toEqual(patient({ identifier: [{ value: '1' }] }))
    const move = (source: number, destination: number) =>
      operation('move', 'Patient.name[0].given', number('source', source), number('destination', destination))
    expect(result(two, move(0, 2))).toMatchObject({ name: [{ given: ['Bea', 'Cid', 'Ada'] }, {}] })
    expect(result(two, move(2, 0))).toMatchObject({ name: [{ given: ['Cid', 'Ada', 'Bea'] }, {}] })
    expect(result(two, move(0, 3))).toBe('patch-not-applicable')
    expect(
      result(two, operation('move', 'Patient.name.given', number('source', 0), number('destination', 1))),
    ).toBe('patch-path-ambiguous')
    expect(
      result(two, operation('insert', 'Patient.gender', given({ valueCode: 'male' }), number('index', 0))),
    ).toBe('patch-not-applicable')
  })

  test('keep what stands beside primitives at their side', () => {
    const beside = { extension: [{ url: 'http://x.org/e', valueCode: 'x' }] }
    const told = patient({ name: [{ given: ['Ada', 'Bea'], _given: [null, beside] }] })
    expect(
      result(
        told,
        operation('insert', 'Patient.name.given', given({ valueString: 'New' }), number('index', 0)),
      ),
    ).toEqual(patient({ name: [{ given: ['New', 'Ada', 'Bea'], _given: [null, null, beside] }] }))
    expect(
      result(told, operation('move', 'Patient.name.given', number('source', 1), number('destination', 0))),
    ).toEqual(patient({ name: [{ given: ['Bea', 'Ada'], _given: [beside, null] }] }))
    expect(result(told, operation('delete', 'Patient.name.given[0]'))).toEqual(
      patient({ name: [{ given: ['Bea'], _given: [beside] }] }),
    )
    expect(result(told, operation('delete', 'Patient.name.given[1]'))).toEqual(
      patient({ name: [{ given: ['Ada'] }] }),
    )
  })
})

describe('delete and replace', () => {
  test('a delete of what is not there changes nothing; a path with a name that R4 lacks there is refused', () => {
    for (const path of [
      'Patient.birthDate',
      "Patient.name.where(use='old')",
      'Patient.contact[3].name.text',
      "Patient.extension('http://example.org/x').value",
      "Patient.extension.where(url='x').value.ofType(Quantity).unit",
      'Patient.deceased',
      'Patient.deceased.ofType(boolean)',
      "Patient.contained.where(id='x').anything",
      'Patient.birthDate.extension',
      'birthDate',
    ])
      expect([path, result(patient(), operation('delete', path))]).toEqual([path, patient()])
    for (const path of [
      'Patient.nope',
      'Patient.name.nope',
      "Patient.name.where(nope='x')",
      'Patient.contact[3].nope',
      'Patient.deceasedboolean',
      'Encounter.status',
      'nope',
      "Patient.extension('x').nope",
    ])
      expect([path, result(patient(), operation('delete', path))]).toEqual([path, 'patch-not-applicable'])
  })

  test('take out one element, and the parents that have nothing left', () => {
    expect(result(patient({ birthDate: '1930' }), operation('delete', 'Patient.birthDate'))).toEqual(
      patient(),
    )
    expect(result(two, operation('delete', "Patient.name.where(use='usual')"))).toMatchObject({
      name: [{ use: 'official' }],
    })
    expect(
      result(
        patient({ contact: [{ name: { text: 'n' } }] }),
        operation('delete', 'Patient.contact.name.text'),
      ),
    ).toEqual(patient())
    expect(result(patient(), operation('delete', 'Patient.birthDate'))).toEqual(patient())
    expect(result(two, operation('delete', 'Patient.name'))).toBe('patch-path-ambiguous')
    expect(result(two, operation('delete', 'Patient'))).toBe('patch-not-applicable')
  })

  test('put something else in its place, of another type where a choice allows it', () => {
    expect(
      result(
        two,
        operation('replace', "Patient.name.where(use = 'usual').given", given({ valueString: 'Eve' })),
      ),
    ).toMatchObject({ name: [{}, { given: ['Eve'] }] })
    const observed = { resourceType: 'Observation', id: 'o', valueString: 'x', component: [] }
    expect(
      result(observed, operation('replace', 'Observation.value', given({ valueInteger: 3 }))),
    ).toMatchObject({ valueInteger: 3 })
    expect(
      result(observed, operation('replace', 'Observation.value', given({ valueInteger: 3 }))),
    ).not.toHaveProperty('valueString')
    expect(result(observed, operation('replace', 'Observation.value', given({ valueMoney: {} })))).toBe(
      'patch-not-applicable',
    )
    expect(result(patient(), operation('replace', 'Patient.gender', given({ valueCode: 'male' })))).toBe(
      'patch-not-applicable',
    )
    const contact = patient({ contact: [{ gender: 'male' }] })
    const parts = given({ part: [part('gender', { valueCode: 'female' })] })
    expect(result(contact, operation('replace', 'Patient.contact[0]', parts))).toEqual(
      patient({ contact: [{ gender: 'female' }] }),
    )
    expect(
      result(contact, operation('replace', 'Patient', given({ resource: { resourceType: 'Patient' } }))),
    ).toBe('patch-not-applicable')
    expect(result(contact, operation('replace', 'Patient.id', given({ valueId: 'q' })))).toBe(
      'patch-immutable',
    )
  })

  test('keep the digits of decimals', () => {
    const position = parseJson(
      '{"resourceType":"Location","id":"l","position":{"longitude":1.50,"latitude":2.0}}',
    )
    const value = parseJson('{"valueDecimal":3.10}') as object
    const done = result(
      position as Resource,
      operation('replace', 'Location.position.latitude', given(value)),
    )
    expect(JSON.stringify(done)).toContain('"longitude":1.50,"latitude":3.10')
  })
})

describe('the path', () => {
  const family = (path: string) =>
    result(two, operation('replace', path, given({ valueString: 'X' }))) === 'patch-not-applicable'
      ? 'nothing'
      : result(two, operation('replace', path, given({ valueString: 'X' })))

  test.each([
    'Patient.name[0].family',
    'name.first().family',
    'Patient.name.where($index = 0).family',
    "Patient.name.where(use = 'official' and given.exists()).family",
    "Patient.name.where(given contains 'Ada').family",
    "Patient.name.where('Ada' in given).family",
    "Patient.name.where(use in ('official')).family",
    'Patient.name.where(given.count() > 1).single().family',
    'Patient.name.where(given.count() >= 3 or false).family',
    "%resource.name.where(use != 'usual').family",
    "Patient.name.where(use ~ 'OFFICIAL').family",
    "Patient.name.where(family.startsWith('Riv') and family.endsWith('rs') and family.contains('iver')).family",
    "Patient.name.where(family.lower() = 'rivers' and family.upper() = 'RIVERS' and family.length() = 6).family",
    'Patient.name.where(family.empty().not()).family',
    "Patient.name.where(use = 'usual' implies false).where(family.hasValue()).family",
    'Patient.name.take(1).skip(0).family',
    'Patient.name.family.ofType(string)',
    '(Patient.name.family as string)',
    'Patient.name.where(given.all($this.length() = 3) and family is string).where(family.exists()).family',
    'Resource.name.`family`',
    "Patient.name.where(use = 'of\\u0066icial').family",
  ])('%s leads to one element', path => {
    expect(family(path)).toMatchObject({ name: [{ family: 'X' }, {}] })
  })

  test.each([
    ['Patient.name.where(', 'patch-malformed'],
    ['Patient..name', 'patch-malformed'],
    ['Patient.name]', 'patch-malformed'],
    ['Patient.name ; drop', 'patch-malformed'],
    ['', 'patch-malformed'],
    [`${'('.repeat(40)}Patient${')'.repeat(40)}`, 'patch-malformed'],
    ['x'.repeat(3000), 'patch-malformed'],
    ['Patient.managingOrganization.resolve().name', 'patch-path-not-supported'],
    ['Patient.descendants()', 'patch-path-not-supported'],
    ['Patient.toString.constructor', 'patch-not-applicable'],
    ['Encounter.status', 'patch-not-applicable'],
    ["'text'", 'patch-not-applicable'],
    ['{}', 'patch-not-applicable'],
    ['Patient.name', 'patch-path-ambiguous'],
  ])('%s is refused', (path, code) => {
    expect(result(two, operation('replace', path, given({ valueString: 'X' })))).toBe(code)
  })

  test('that would look at everything for everything is stopped', () => {
    const many = patient({ name: Array.from({ length: 300 }, (_, i) => ({ family: `F${i}` })) })
    const path =
      "Patient.name.where(%resource.name.where(%resource.name.where(family = 'none').exists()).exists())"
    expect(result(many, operation('delete', path))).toBe('patch-path-not-supported')
  })
})

describe('a FHIRPath Patch', () => {
  test('is done as a whole or not at all, in order', () => {
    const first = operation('add', 'Patient', named('birthDate'), given({ valueDate: '1930-01-01' }))
    const second = operation('replace', 'Patient.birthDate', given({ valueDate: '1931-01-01' }))
    expect(result(patient(), first, second)).toEqual(patient({ birthDate: '1931-01-01' }))
    const failed = patched(patient(), first, first)
    expect(!failed.ok && failed.failure.expression).toBe('Parameters.parameter[1]')
  })

  test('that is malformed lists every fault with its place', () => {
    const read = fhirPatch(
      parameters(
        { name: 'operation' },
        { name: 'other', part: [part('type', { valueCode: 'add' })] },
        operation('add', 'Patient'),
        operation('insert', 'Patient.name', given({ valueHumanName: {} }), number('index', -1)),
        operation('move', 'Patient.name[', number('source', 0)),
        operation('upsert', 'Patient'),
        { name: 'operation', part: [part('type', { valueCode: 'delete' })] },
      ),
    )
    expect(!read.ok && read.failure.issues?.map(issue => issue.expression)).toEqual(
      [0, 1, 2, 2, 3, 4, 4, 5, 6].map(n => `Parameters.parameter[${n}]`),
    )
    expect(fhirPatch(parameters()).ok).toBe(false)
    const other = fhirPatch(patient())
    expect(!other.ok && other.failure.code).toBe('resource-type-mismatch')
  })

  test('has its links lead to what the entries of its Bundle become', () => {
    const urn = 'urn:uuid:1'
    const resolve = (link: string) => (link === urn ? 'Organization/1' : undefined)
    const read = fhirPatch(
      parameters(
        operation(
          'add',
          'Patient',
          named('managingOrganization'),
          given({ valueReference: { reference: urn } }),
        ),
        operation(
          'add',
          'Patient',
          named('generalPractitioner'),
          given({ part: [part('reference', { valueString: urn })] }),
        ),
        operation('replace', 'Patient.managingOrganization.reference', given({ valueString: urn })),
        operation('add', 'Patient', named('implicitRules'), given({ valueUri: urn })),
        operation('add', 'Patient.managingOrganization', named('display'), given({ valueString: urn })),
      ),
    )
    if (!read.ok) throw new Error(read.failure.message)
    expect(applyPatch(patient(), withPatchLinks(read.value, resolve))).toEqual({
      ok: true,
      value: patient({
        managingOrganization: { reference: 'Organization/1', display: urn },
        generalPractitioner: [{ reference: 'Organization/1' }],
        implicitRules: 'Organization/1',
      }),
    })
  })
})
