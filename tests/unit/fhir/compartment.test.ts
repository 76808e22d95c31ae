import { describe, expect, it } from 'vitest'
import { compartmentPaths, patientOf, localReference } from '../../../src/fhir/compartment.ts'
import { isResourceType } from '../../../src/fhir/resource-types.ts'

describe('patientOf', () => {
  it('gives a Patient its own compartment', () => {
    expect(patientOf({ resourceType: 'Patient', id: 'p1' })).toBe('p1')
  })

  it('gives a new Patient without id none', () => {
    expect(patientOf({ resourceType: 'Patient' })).toBeUndefined()
  })

  it.each([
    ['Encounter', { subject: { reference: 'Patient/p1' } }],
    ['EpisodeOfCare', { patient: { reference: 'Patient/p1' } }],
    ['Coverage', { beneficiary: { reference: 'Patient/p1' } }],
    ['Task', { for: { reference: 'Patient/p1' } }],
    ['RelatedPerson', { patient: { reference: 'Patient/p1' } }],
    ['ResearchSubject', { individual: { reference: 'Patient/p1' } }],
    [
      'Appointment',
      { participant: [{ actor: { reference: 'Practitioner/d1' } }, { actor: { reference: 'Patient/p1' } }] },
    ],
    ['Provenance', { target: [{ reference: 'Encounter/e1' }, { reference: 'Patient/p1' }] }],
    ['Account', { subject: [{ reference: 'Patient/p1' }, { reference: 'Patient/p1' }] }],
    ['Observation', { subject: { reference: 'Patient/p1/_history/3' } }],
  ])('reads the subject of %s', (resourceType, elements) => {
    expect(patientOf({ resourceType, ...elements })).toBe('p1')
  })

  it.each([
    ['an absolute reference', { subject: { reference: 'https://other.example/fhir/Patient/p1' } }],
    ['a urn', { subject: { reference: 'urn:uuid:00000000-0000-4000-8000-000000000000' } }],
    ['a contained patient', { subject: { reference: '#p1' } }],
    ['a group as subject', { subject: { reference: 'Group/g1' } }],
    ['an identifier only', { subject: { identifier: { value: '1' } } }],
    ['an id that FHIR does not allow', { subject: { reference: 'Patient/a b' } }],
    ['a subject that is not an object', { subject: 'Patient/p1' }],
    ['no subject', {}],
  ])('is undefined for %s', (_case, elements) => {
    expect(patientOf({ resourceType: 'Observation', ...elements })).toBeUndefined()
  })

  it('is undefined when a list names two patients', () => {
    const member = [{ entity: { reference: 'Patient/p1' } }, { entity: { reference: 'Patient/p2' } }]
    expect(patientOf({ resourceType: 'Group', member })).toBeUndefined()
  })

  it('is undefined for types outside the Patient compartment, also for names of Object.prototype', () => {
    expect(patientOf({ resourceType: 'Organization', subject: { reference: 'Patient/p1' } })).toBeUndefined()
    expect(patientOf({ resourceType: 'constructor', subject: { reference: 'Patient/p1' } })).toBeUndefined()
  })

  it('names only R4 types', () => {
    expect(Object.keys(compartmentPaths).filter(type => !isResourceType(type))).toEqual([])
  })
})

describe('localReference', () => {
  it('knows its own base by http and https and by every name of the loopback interface', () => {
    const bases = ['http://localhost:8080/fhir', 'http://127.0.0.1:8080/fhir', 'http://[::1]:8080/fhir']
    for (const own of bases)
      for (const written of [...bases, ...bases.map(base => base.replace('http:', 'https:'))])
        expect(localReference(`${written}/Patient/1`, own)).toBe('Patient/1')
    expect(localReference('http://ehr.example/fhir/Patient/1', 'https://ehr.example/fhir')).toBe('Patient/1')
  })

  it('leaves what is elsewhere: another port, path or host, and what only begins like the base', () => {
    for (const elsewhere of [
      'http://localhost:8081/fhir/Patient/1',
      'http://localhost:8080/other/Patient/1',
      'http://localhost.example:8080/fhir/Patient/1',
      'http://127.0.0.2:8080/fhir/Patient/1',
      'http://localhost:8080/fhirs/Patient/1',
      'http://localhost:8080/fhir',
      'urn:uuid:1',
      'Patient/1',
    ])
      expect(localReference(elsewhere, 'http://127.0.0.1:8080/fhir')).toBe(elsewhere)
    expect(localReference('http://localhost/fhir/Patient/1', 'http://ehr.example/fhir')).toContain(
      'localhost',
    )
  })
})
