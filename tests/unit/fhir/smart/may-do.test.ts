import { expect, test } from 'vitest'
import type { Access } from '../../../../src/fhir/smart/access.ts'
import { mayDo } from '../../../../src/fhir/smart/may-do.ts'
import { resourceScopes, rulesOf } from '../../../../src/fhir/smart/scopes.ts'

const access = (scopes: string): Access => ({
  rules: rulesOf(resourceScopes(scopes.split(' ')), { patient: '7' }),
  roles: new Set(),
})

test.each([
  ['user/Patient.r', 'Patient', 'r', 'all'],
  ['user/Patient.r', 'Patient', 's', 'none'],
  ['user/Patient.r', 'Task', 'r', 'none'],
  ['user/*.r', 'Task', 'r', 'all'],
  ['patient/Patient.rs', 'Patient', 's', 'some'],
  ['patient/*.rs system/Task.r', 'Task', 'r', 'all'],
  ['user/Observation.rs?category=laboratory', 'Observation', 's', 'some'],
  ['user/Patient.rs', '*', 's', 'none'],
  ['', 'Patient', 'r', 'none'],
] as const)('%s on %s %s: %s', (scopes, type, permission, reach) => {
  expect(mayDo(access(scopes), type, permission)).toBe(reach)
})

test('without authentication everything is allowed', () => {
  expect(mayDo(undefined, 'Patient', 'd')).toBe('all')
})
