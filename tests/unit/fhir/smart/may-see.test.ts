import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import type { Access } from '../../../../src/fhir/smart/access.ts'
import { maySee } from '../../../../src/fhir/smart/may-see.ts'
import { resourceScopes, rulesOf } from '../../../../src/fhir/smart/scopes.ts'

const context = { base: 'https://cm.example/fhir', nowMs: 0 }
const access = (scopes: string): Access => ({
  rules: rulesOf(resourceScopes(scopes.split(' ')), { patient: 'a' }),
  roles: new Set(),
})

const patient = (id: string): Resource => ({ resourceType: 'Patient', id })
const vitals = { coding: [{ system: 'http://s', code: 'vital-signs' }] }
const observation = (subject: string, category: object = vitals): Resource => ({
  ...{ resourceType: 'Observation', id: 'o', status: 'final', code: { text: 'x' } },
  ...{ subject: { reference: subject }, category: [category] },
})

describe('what a token allows of one resource', () => {
  test.each<readonly [string, Resource, boolean]>([
    ['patient/*.rs', patient('a'), true],
    ['patient/*.rs', patient('b'), false],
    ['patient/*.rs', observation('Patient/a'), true],
    ['patient/*.rs', observation('https://cm.example/fhir/Patient/a'), true],
    ['patient/*.rs', observation('https://other.example/fhir/Patient/a'), false],
    ['patient/*.rs', observation('Patient/b'), false],
    ['patient/*.rs', { resourceType: 'Organization', id: '1' }, true],
    ['patient/*.rs', { resourceType: 'Binary', id: '1' }, false],
    ['patient/*.rs', { resourceType: 'Basic', id: '1', author: { reference: 'Patient/a' } }, true],
    ['patient/Patient.rs', observation('Patient/a'), false],
    ['patient/*.cud', patient('a'), false],
    ['patient/Observation.rs?category=http://s|vital-signs', observation('Patient/a'), true],
    ['patient/Observation.rs?category=http://s|laboratory', observation('Patient/a'), false],
    ['user/Observation.rs?category=vital-signs', observation('Patient/b'), true],
    ['user/Observation.rs?_text=word', observation('Patient/b'), false],
    ['user/Observation.rs?subject.name=x', observation('Patient/b'), false],
    ['user/*.r', patient('b'), true],
    ['', patient('a'), false],
  ])('%s: case %#', (scopes, resource, expected) => {
    expect(maySee(access(scopes), resource, 'r', context)).toBe(expected)
  })

  test('nothing is kept from who is not asked who they are', () => {
    expect(maySee(undefined, patient('b'), 'd', context)).toBe(true)
  })
})
