import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { parseJson } from '../../../../src/lib/json.ts'

const patient = {
  resourceType: 'Patient',
  id: 'p-1',
  active: true,
  name: [{ family: 'Doe', given: ['Ann', 'B'] }],
  gender: 'female',
  birthDate: '1970-02-28',
}

const carePlan = {
  resourceType: 'CarePlan',
  status: 'active',
  intent: 'plan',
  subject: { reference: 'Patient/p-1' },
  period: { start: '2026-01-01', end: '2026-03-01' },
  activity: [{ detail: { status: 'scheduled' } }],
}

const task = {
  resourceType: 'Task',
  status: 'requested',
  intent: 'order',
  for: { reference: 'Patient/p-1' },
  input: [{ type: { text: 'x' }, valueString: 'y' }],
}

/** `code expression` of every fault. */
const faults = (resource: unknown): readonly string[] =>
  validateResource(resource).map(({ code, expression }) => `${code} ${expression ?? ''}`.trim())

describe('a valid resource', () => {
  it.each([
    ['a Patient', patient],
    ['a CarePlan', carePlan],
    ['a Task', task],
    ['a Patient with nothing in it', { resourceType: 'Patient' }],
    ['a property that is undefined', { ...patient, telecom: undefined }],
    [
      'a required status that is only an extension',
      { ...carePlan, status: undefined, _status: { extension: [{ url: 'urn:x', valueCode: 'unknown' }] } },
    ],
    [
      'a list of names aligned with extensions by null',
      {
        ...patient,
        name: [{ given: ['a', null], _given: [null, { extension: [{ url: 'urn:x', valueString: 'z' }] }] }],
      },
    ],
    [
      'a choice that is only an extension',
      { ...task, input: [{ type: { text: 'x' }, _valueString: { id: 'a' } }] },
    ],
    [
      'a contained resource that is referred to',
      {
        ...carePlan,
        contained: [{ resourceType: 'Condition', id: 'k', subject: { reference: 'Patient/p-1' } }],
        addresses: [{ reference: '#k' }],
      },
    ],
    ['a date on 29 February of a leap year', { ...patient, birthDate: '2024-02-29' }],
    ['a year as birth date', { ...patient, birthDate: '1970' }],
    ['a dateTime with zone', { ...task, authoredOn: '2026-03-14T09:30:00.123-05:00' }],
    [
      'an absolute reference of an allowed type',
      { ...carePlan, subject: { reference: 'https://a.example/fhir/Patient/1' } },
    ],
    [
      'a urn reference',
      { ...carePlan, subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' } },
    ],
    ['a conditional reference', { ...carePlan, subject: { reference: 'Patient?identifier=urn:x|1' } }],
    ['a reference by identifier', { ...carePlan, subject: { identifier: { system: 'urn:x', value: '1' } } }],
  ])('is accepted: %s', (_case, resource) => {
    expect(validateResource(resource)).toEqual([])
  })
})

describe('what is no resource', () => {
  it.each([
    ['null', null],
    ['a list', []],
    ['a text', 'Patient'],
    ['a number', 1],
    ['a decimal with its digits kept', parseJson('1.50')],
    ['no resourceType', { id: 'x' }],
    ['a resourceType that is not R4', { resourceType: 'SubscriptionStatus' }],
    ['an abstract type', { resourceType: 'DomainResource' }],
    ['a data type', { resourceType: 'HumanName' }],
    ['a name of Object.prototype', { resourceType: 'constructor' }],
    ['a resourceType that is no text', { resourceType: ['Patient'] }],
  ])('is refused: %s', (_case, value) => {
    expect(faults(value)).toEqual(['structure'])
  })
})

describe('structure', () => {
  it.each<[string, unknown, string]>([
    ['an unknown element', { ...patient, foo: 1 }, 'structure Patient.foo'],
    ['an unknown element further in', { ...carePlan, period: { foo: 1 } }, 'structure CarePlan.period.foo'],
    ['an element of R5', { ...patient, meta: { project: 'x' } }, 'structure Patient.meta.project'],
    ['a list in place of one', { ...patient, gender: ['female'] }, 'structure Patient.gender'],
    ['one in place of a list', { ...patient, name: { family: 'x' } }, 'structure Patient.name'],
    ['an empty list', { ...carePlan, note: [] }, 'structure CarePlan.note'],
    ['an empty object', { ...carePlan, period: {} }, 'structure CarePlan.period'],
    ['null', { ...carePlan, note: null }, 'structure CarePlan.note'],
    ['null as a value', { ...patient, gender: null }, 'structure Patient.gender'],
    ['a text for an object', { ...carePlan, subject: 'Patient/p-1' }, 'structure CarePlan.subject'],
    ['an object for a text', { ...patient, gender: { a: 1 } }, 'structure Patient.gender'],
    ['a raw number for an object', { ...carePlan, subject: parseJson('1.50') }, 'structure CarePlan.subject'],
    [
      'a null without extension',
      { ...patient, name: [{ given: ['a', null] }] },
      'structure Patient.name[0].given[1]',
    ],
    [
      'a null beside a null',
      { ...patient, name: [{ given: ['a', null], _given: [null, null] }] },
      'structure Patient.name[0].given[1]',
    ],
    [
      'an underscore beside what is no primitive',
      { ...carePlan, _period: { id: 'x' } },
      'structure CarePlan._period',
    ],
    ['an extension of the id', { ...patient, _id: { id: 'x' } }, 'structure Patient._id'],
    [
      'two types of one choice',
      { ...task, input: [{ ...task.input[0], valueInteger: 1 }] },
      'structure Task.input[0].value',
    ],
    ['a list of siblings for one value', { ...patient, _gender: [{ id: 'x' }] }, 'structure Patient.gender'],
  ])('refuses %s', (_case, resource, fault) => {
    expect(faults(resource)).toContain(fault)
  })

  it.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('refuses the property %s', name => {
    expect(faults(parseJson(`{"resourceType":"Patient","${name}":{"gender":"female"}}`))).toHaveLength(1)
    expect(faults(parseJson(`{"resourceType":"Patient","name":[{"${name}":"x"}]}`))).toHaveLength(1)
  })

  it('does not repeat the name of a property that is no element name', () => {
    const [issue] = validateResource({ ...patient, 'Jane Roe 1970': 1 })
    expect(JSON.stringify(issue)).not.toContain('Jane')
    expect(issue?.expression).toBe('Patient')
  })

  it('refuses what nests too deeply, without running out of stack', () => {
    let extension: object = { url: 'urn:x', valueString: 'y' }
    for (let i = 0; i < 10_000; i++) extension = { url: 'urn:x', extension: [extension] }
    expect(faults({ ...patient, extension: [extension] })[0]).toMatch(/^too-long /)
  })
})

describe('cardinality', () => {
  it.each<[string, unknown, string]>([
    ['a subject', { ...carePlan, subject: undefined }, 'required CarePlan.subject'],
    ['a status', { ...task, status: undefined }, 'required Task.status'],
    [
      'an element further in',
      { ...carePlan, activity: [{ detail: { code: { text: 'x' } } }] },
      'required CarePlan.activity[0].detail.status',
    ],
    ['one type of a choice', { ...task, input: [{ type: { text: 'x' } }] }, 'required Task.input[0].value'],
    [
      'a url of an extension',
      { ...patient, extension: [{ valueString: 'x' }] },
      'required Patient.extension[0].url',
    ],
  ])('asks for %s', (_case, resource, fault) => {
    expect(faults(resource)).toEqual([fault])
  })

  it('finds every fault at once', () => {
    expect(faults({ ...carePlan, status: 'foo', intent: undefined, subject: undefined, foo: 1 })).toEqual([
      'code-invalid CarePlan.status',
      'structure CarePlan.foo',
      'required CarePlan.intent',
      'required CarePlan.subject',
    ])
  })

  it('lists no more faults than anybody reads', () => {
    const name = Array.from({ length: 5_000 }, () => ({ use: 'x' }))
    const issues = validateResource({ ...patient, name })
    expect(issues).toHaveLength(501)
    expect(issues.at(-1)?.code).toBe('too-costly')
  })
})

describe('required bindings', () => {
  it.each<[string, unknown, string]>([
    ['a code', { ...patient, gender: 'F' }, 'code-invalid Patient.gender'],
    ['a code of another code system', { ...carePlan, status: 'planned' }, 'code-invalid CarePlan.status'],
    ['a code in a list', { ...task, restriction: undefined, priority: 'x' }, 'code-invalid Task.priority'],
    [
      'a CodeableConcept without a coding of the value set',
      {
        resourceType: 'Condition',
        subject: { reference: 'Patient/p-1' },
        clinicalStatus: { coding: [{ system: 'urn:x', code: 'active' }] },
      },
      'code-invalid Condition.clinicalStatus',
    ],
    [
      'a currency',
      { resourceType: 'Invoice', status: 'issued', totalNet: { value: 1, currency: 'XYZ' } },
      'code-invalid Invoice.totalNet.currency',
    ],
  ])('refuse %s', (_case, resource, fault) => {
    expect(faults(resource)).toEqual([fault])
  })

  it('name what is allowed and not what was given', () => {
    const [issue] = validateResource({ ...patient, gender: 'secret' })
    expect(issue?.diagnostics).toContain('male, female, other, unknown')
    expect(issue?.diagnostics).not.toContain('secret')
  })
})

describe('primitive values', () => {
  it.each<[string, unknown, string]>([
    ['an empty text', { ...carePlan, title: '' }, 'value CarePlan.title'],
    ['a blank text', { ...carePlan, title: ' \n' }, 'value CarePlan.title'],
    ['a control character', { ...carePlan, title: 'a\u0000b' }, 'value CarePlan.title'],
    ['a number for a text', { ...carePlan, title: 5 }, 'value CarePlan.title'],
    ['a text for a boolean', { ...patient, active: 'true' }, 'value Patient.active'],
    ['a day that is not in the calendar', { ...patient, birthDate: '2026-02-30' }, 'value Patient.birthDate'],
    ['29 February of a common year', { ...patient, birthDate: '1900-02-29' }, 'value Patient.birthDate'],
    ['month 13', { ...patient, birthDate: '2026-13' }, 'value Patient.birthDate'],
    ['year 0', { ...patient, birthDate: '0000' }, 'value Patient.birthDate'],
    ['a dateTime as date', { ...patient, birthDate: '2026-02-03T10:00:00Z' }, 'value Patient.birthDate'],
    ['a time without zone', { ...carePlan, created: '2026-03-14T09:00:00' }, 'value CarePlan.created'],
    ['a time without minutes', { ...carePlan, created: '2026-03-14T10' }, 'value CarePlan.created'],
    ['a zone without time', { ...carePlan, created: '2026-03-14Z' }, 'value CarePlan.created'],
    ['hour 24', { ...carePlan, created: '2026-03-14T24:00:00Z' }, 'value CarePlan.created'],
    [
      'a zone that does not exist',
      { ...carePlan, created: '2026-03-14T10:00:00+15:00' },
      'value CarePlan.created',
    ],
    [
      'a date as instant',
      { ...patient, meta: { lastUpdated: '2026-03-14' } },
      'value Patient.meta.lastUpdated',
    ],
    ['an id with a space', { ...patient, id: 'a b' }, 'value Patient.id'],
    ['an id that is too long', { ...patient, id: 'a'.repeat(65) }, 'value Patient.id'],
    ['an empty id', { ...patient, id: '' }, 'value Patient.id'],
    [
      'a code with two spaces',
      { ...carePlan, category: [{ coding: [{ code: ' a  b ' }] }] },
      'value CarePlan.category[0].coding[0].code',
    ],
    [
      'a URI with a space',
      { ...patient, identifier: [{ system: 'urn: x' }] },
      'value Patient.identifier[0].system',
    ],
    [
      '0 where a positive number belongs',
      { ...task, restriction: { repetitions: 0 } },
      'value Task.restriction.repetitions',
    ],
    [
      'a fraction where a whole number belongs',
      { ...patient, multipleBirthInteger: 1.5 },
      'value Patient.multipleBirth',
    ],
    [
      'a number over 32 bits',
      { ...patient, multipleBirthInteger: 2_147_483_648 },
      'value Patient.multipleBirth',
    ],
    [
      'a decimal as text',
      { resourceType: 'Location', position: { longitude: '1', latitude: 2 } },
      'value Location.position.longitude',
    ],
    [
      'broken base64',
      { ...patient, photo: [{ contentType: 'image/png', data: 'abc' }] },
      'value Patient.photo[0].data',
    ],
  ])('refuse %s', (_case, resource, fault) => {
    expect(faults(resource)).toEqual([fault])
  })

  it('keep the digits of a decimal', () => {
    const text = '{"resourceType":"Location","position":{"longitude":-83.690,"latitude":42.2566}}'
    const location = parseJson(text)
    expect(validateResource(location)).toEqual([])
    expect(JSON.stringify(location)).toBe(text)
  })

  it('refuse a whole number that is written as 1.0', () => {
    expect(faults(parseJson('{"resourceType":"Patient","multipleBirthInteger":1.0}'))).toEqual([
      'value Patient.multipleBirth',
    ])
  })

  it('check a megabyte of base64 in linear time', () => {
    const photo = [{ contentType: 'image/png', data: `${'A'.repeat(8_000_000)}!` }]
    expect(faults({ ...patient, photo })).toEqual(['value Patient.photo[0].data'])
  })
})

describe('references', () => {
  it.each<[string, unknown, string]>([
    [
      'a type that the element may not point to',
      { reference: 'Practitioner/1' },
      'value CarePlan.subject.reference',
    ],
    [
      'such a type at another server',
      { reference: 'https://a.example/fhir/Practitioner/1' },
      'value CarePlan.subject.reference',
    ],
    [
      'such a type in a search',
      { reference: 'Practitioner?identifier=1' },
      'value CarePlan.subject.reference',
    ],
    ['such a type in Reference.type', { type: 'Device', display: 'x' }, 'value CarePlan.subject.type'],
    ['a type that is not R4', { reference: 'Foo/1' }, 'value CarePlan.subject.reference'],
    ['a text that is no reference', { reference: 'p-1' }, 'value CarePlan.subject.reference'],
    ['a fragment without contained resource', { reference: '#p' }, 'invariant CarePlan.subject'],
  ])('refuse %s', (_case, subject, fault) => {
    expect(faults({ ...carePlan, subject })).toEqual([fault])
  })

  it('refuse a contained resource of a type that the element may not point to', () => {
    const contained = [{ resourceType: 'Practitioner', id: 'd' }]
    expect(faults({ ...carePlan, contained, subject: { reference: '#d' } })).toEqual([
      'value CarePlan.subject.reference',
    ])
  })

  it('refuse a urn that names a Bundle entry of a type that the element may not point to', () => {
    const fullUrl = 'urn:uuid:00000000-0000-4000-8000-000000000000'
    const entry = [
      { fullUrl, resource: { resourceType: 'Device' } },
      { resource: { ...carePlan, subject: { reference: fullUrl } } },
    ]
    expect(faults({ resourceType: 'Bundle', type: 'collection', entry })).toEqual([
      'value Bundle.entry[1].resource.subject.reference',
    ])
  })
})

describe('resources in resources', () => {
  it('are validated when contained', () => {
    const contained = [{ resourceType: 'Condition', id: 'k', foo: 1 }]
    expect(faults({ ...carePlan, contained, addresses: [{ reference: '#k' }] })).toEqual([
      'structure CarePlan.contained[0].foo',
      'required CarePlan.contained[0].subject',
    ])
  })

  it('are validated in Bundle entries and in parameters', () => {
    expect(
      faults({
        resourceType: 'Bundle',
        type: 'collection',
        entry: [{ resource: { ...patient, gender: 'F' } }],
      }),
    ).toEqual(['code-invalid Bundle.entry[0].resource.gender'])
    expect(
      faults({
        resourceType: 'Parameters',
        parameter: [{ name: 'a', resource: { ...patient, gender: 'F' } }],
      }),
    ).toEqual(['code-invalid Parameters.parameter[0].resource.gender'])
  })

  it('must not be contained in a contained one', () => {
    const inner = { resourceType: 'Patient', id: 'b' }
    const contained = [
      {
        resourceType: 'Patient',
        id: 'a',
        contained: [inner],
        link: [{ type: 'seealso', other: { reference: '#b' } }],
      },
    ]
    expect(faults({ ...carePlan, contained, subject: { reference: '#a' } })).toContain('invariant CarePlan')
  })

  it('must be referred to when contained', () => {
    expect(faults({ ...carePlan, contained: [{ resourceType: 'Patient', id: 'a' }] })).toEqual([
      'invariant CarePlan.contained',
    ])
  })

  it('may refer to the resource around them instead', () => {
    const contained = [
      {
        resourceType: 'Provenance',
        id: 'a',
        target: [{ reference: '#' }],
        recorded: '2026-01-01T00:00:00Z',
        agent: [{ who: { display: 'x' } }],
      },
    ]
    expect(validateResource({ ...carePlan, contained })).toEqual([])
  })
})
