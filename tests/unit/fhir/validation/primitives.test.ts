import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import { parseJson } from '../../../../src/lib/json.ts'
import { carePlan, faults, patient, task } from './samples/resources.ts'

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
