import { describe, expect, it } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { parseJson } from '../../../../src/lib/json.ts'
import { carePlan, faults, patient, task } from './samples/resources.ts'

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
    [
      'an object that prints as {}',
      { ...carePlan, period: { start: undefined } },
      'structure CarePlan.period',
    ],
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

describe('a resource that is made of one that stands', () => {
  const wrong = { coding: 'no list' }
  const standing = { ...task, code: wrong } as unknown as Resource

  it('is not asked again for an element that is the very same object', () => {
    expect(validateResource({ ...standing, description: 'other' }, standing)).toEqual([])
    expect(validateResource({ ...standing, code: { ...wrong } }, standing)).not.toEqual([])
  })

  it('is asked for what is missing, for its primitives and for its own invariants', () => {
    const { status: _status, ...rest } = standing as Resource & { readonly status: string }
    expect(validateResource(rest, standing).map(({ code }) => code)).toEqual(['required'])
    expect(validateResource({ ...standing, status: 'sleeping' }, standing)).toHaveLength(1)
    const late = { ...standing, authoredOn: '2026-01-02T00:00:00Z', lastModified: '2026-01-01T00:00:00Z' }
    expect(validateResource(late, standing).map(({ diagnostics }) => diagnostics)).toEqual([
      expect.stringMatching(/^inv-1/),
    ])
  })

  it('is looked at whole where something contained may be referred to', () => {
    const contained = [{ resourceType: 'Patient', id: 'x' }]
    const before = { ...task, contained, for: { reference: '#x' } } as unknown as Resource
    const { contained: _contained, ...without } = before as Resource & { readonly contained: unknown }
    expect(validateResource(before, before)).toEqual([])
    expect(validateResource(without, before)).not.toEqual([])
  })
})
