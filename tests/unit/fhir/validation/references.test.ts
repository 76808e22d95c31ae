import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { carePlan, faults, patient } from './samples/resources.ts'

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
    [
      'another type in Reference.type than the literal says',
      { reference: 'Patient/1', type: 'Group' },
      'value CarePlan.subject.type',
    ],
    ['a type that is not R4', { reference: 'Foo/1' }, 'value CarePlan.subject.reference'],
    ['a text that is no reference', { reference: 'p-1' }, 'value CarePlan.subject.reference'],
    ['a fragment without contained resource', { reference: '#p' }, 'invariant CarePlan.subject'],
  ])('refuse %s', (_case, subject, fault) => {
    expect(faults({ ...carePlan, subject })).toEqual([fault])
  })

  it.each(['Patient', 'http://hl7.org/fhir/StructureDefinition/Patient', 'urn:oid:1.2.3'])(
    'accept Reference.type %s beside the same type in the literal, or a type that R4 lacks',
    type => {
      expect(faults({ ...carePlan, subject: { reference: 'Patient/1', type } })).toEqual([])
      expect(faults({ ...carePlan, subject: { reference: 'urn:oid:1.2', type } })).toEqual([])
    },
  )

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
