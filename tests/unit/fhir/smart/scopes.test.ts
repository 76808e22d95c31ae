import { describe, expect, test } from 'vitest'
import { resourceScopes, rulesOf } from '../../../../src/fhir/smart/scopes.ts'

const shown = (scope: string): string => {
  const [found] = resourceScopes([scope])
  if (!found) return 'nothing'
  const query = found.query?.map(([name, value]) => ` ${name}=${value}`).join('') ?? ''
  return `${found.level} ${found.type} ${[...found.permissions].join('')}${query}`
}

describe('a scope', () => {
  test.each([
    ['patient/Observation.rs', 'patient Observation rs'],
    ['user/*.cruds', 'user * cruds'],
    ['system/Patient.c', 'system Patient c'],
    ['system/*.read', 'system * rs'],
    ['user/CarePlan.write', 'user CarePlan cud'],
    ['patient/*.*', 'patient * cruds'],
    ['patient/Observation.rs?category=laboratory', 'patient Observation rs category=laboratory'],
    [
      'patient/Observation.rs?category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs',
      'patient Observation rs category=http://terminology.hl7.org/CodeSystem/observation-category|vital-signs',
    ],
    ['user/Condition.r?category=a%26b&code=c', 'user Condition r category=a&b code=c'],
    ['system/*.rs?_tag=x', 'system * rs _tag=x'],
  ])('%s means %s', (scope, meaning) => {
    expect(shown(scope)).toBe(meaning)
  })

  test.each([
    ...['openid', 'fhirUser', 'launch/patient', 'offline_access', 'profile', ''],
    ...[
      'patient/Observation',
      'patient/.r',
      'patient/Observation.',
      'Patient/Observation.r',
      'group/Patient.r',
    ],
    ...[
      'patient/Observation.sr',
      'patient/Observation.rr',
      'patient/Observation.x',
      'patient/Observation.READ',
    ],
    ...['patient/Nonsense.r', 'patient/toString.r', 'patient/constructor.r', 'patient/**.r', 'xpatient/*.rs'],
    ...['patient/Observation.rs?', 'patient/Observation.rs?&', 'patient/Observation.rs?nonsense=1'],
    ...[
      'patient/Observation.rs?category',
      'patient/Observation.rs?_count=1',
      'patient/Observation.rs?_sort=date',
    ],
    ...['patient/Observation.rs?category=a&_count=1', 'patient/Observation.rs?_include=Observation:subject'],
    ...[
      'patient/Observation.rs?_summary=true',
      'patient/Observation.rs?date=nonsense',
      'patient/Observation.rs?category:nonsense=x',
    ],
    ...[
      'patient/Observation.read?category=laboratory',
      'user/*.rs?category=laboratory',
      'patient/*.rs?_format=json',
    ],
  ])('%s gives nothing', scope => {
    expect(shown(scope)).toBe('nothing')
  })
})

describe('rules', () => {
  const rules = (scopes: string, context = {}) =>
    rulesOf(resourceScopes(scopes.split(' ')), context).map(
      ({ type, patient }) => `${type} ${patient ?? 'all'}`,
    )

  test('of patient/ scopes are about the patient in context, and none without one', () => {
    expect(rules('patient/*.rs', { patient: '7' })).toEqual(['* 7'])
    expect(rules('patient/*.rs patient/Task.u')).toEqual([])
  })

  test('of user/ scopes are what the user may see: a Patient the own record, a RelatedPerson nothing', () => {
    expect(rules('user/*.rs', { user: 'Practitioner/1', patient: '7' })).toEqual(['* all'])
    expect(rules('user/*.rs')).toEqual(['* all'])
    expect(rules('user/*.rs', { user: 'Patient/1' })).toEqual(['* 1'])
    expect(rules('user/*.rs patient/*.r', { user: 'RelatedPerson/1', patient: '7' })).toEqual(['* 7'])
  })

  test('of system/ scopes know no patient', () => {
    expect(rules('system/Task.rs', { patient: '7', user: 'Patient/1' })).toEqual(['Task all'])
  })
})
