import { describe, expect, test } from 'vitest'
import { identityOf, type Claims } from '../../../../src/fhir/smart/identity.ts'

const BASE = 'https://cm.example/fhir'
const ISSUER = 'https://id.example'
const of = (claims: Claims, settings = {}) =>
  identityOf(
    { iss: ISSUER, client_id: 'app', ...claims },
    { base: BASE, issuers: [ISSUER, 'https://other.example'], rolesClaim: 'roles', ...settings },
  )

describe('the actor', () => {
  test.each([
    ['Practitioner/1', 'Practitioner/1'],
    [`${BASE}/Practitioner/1`, 'Practitioner/1'],
    [`${BASE}/Patient/a.b-c`, 'Patient/a.b-c'],
    ['https://elsewhere.example/fhir/Practitioner/1', 'Device/client-app'],
    ['Person/1', 'Device/client-app'],
    ['Practitioner/1/_history/2', 'Device/client-app'],
    ['Practitioner/../Patient/1', 'Device/client-app'],
    [`${BASE}/`, 'Device/client-app'],
    [7, 'Device/client-app'],
  ])('of fhirUser %s is %s', (fhirUser, actor) => {
    expect(of({ fhirUser })?.actor).toBe(actor)
  })

  test('without a user is the client, under a name that FHIR allows and that no client of another issuer has', () => {
    expect(of({})?.actor).toBe('Device/client-app')
    const strange = of({ client_id: 'https://app.example/a b' })?.actor ?? ''
    expect(strange).toMatch(/^Device\/client-[0-9a-f]{32}$/)
    const long = of({ client_id: 'x'.repeat(58) })?.actor ?? ''
    expect(long.length).toBeLessThanOrEqual('Device/'.length + 64)
    expect(of({ iss: 'https://other.example' })?.actor).not.toBe('Device/client-app')
    expect(of({ iss: 'https://other.example' })?.client).not.toBe(of({})?.client)
  })

  test.each([
    [{ client_id: undefined, azp: 'web' }, 'Device/client-web'],
    [{ client_id: undefined, sub: 'robot' }, 'Device/client-robot'],
  ])('may be named by other claims: %j', (claims, actor) => {
    expect(of(claims)?.actor).toBe(actor)
  })

  test('is nobody when no claim names a client', () => {
    expect(of({ client_id: '' })).toBeUndefined()
  })
})

describe('the patient in context', () => {
  const patientOf = (claims: Claims) => of({ scope: 'patient/*.rs', ...claims })?.access.rules[0]?.patient

  test.each([
    [{ patient: '7' }, '7'],
    [{ patient: 'Patient/7' }, '7'],
    [{ launch_response_patient: '7' }, '7'],
    [{ launch_response: { patient: '7' } }, '7'],
    [{ patient: '7', launch_response: { patient: '7' } }, '7'],
    [{ patient: '7', launch_response_patient: '8' }, undefined],
    [{ patient: 'a b' }, undefined],
    [{ patient: '' }, undefined],
    [{ patient: ['7', '8'] }, undefined],
    [{ patient: { id: '7' } }, undefined],
    [{}, undefined],
  ])('of %j is %s', (claims, patient) => {
    expect(patientOf(claims)).toBe(patient)
  })
})

describe('user/ scopes', () => {
  const reach = (fhirUser: unknown) =>
    of({ scope: 'user/*.rs', fhirUser })?.access.rules.map(({ patient }) => patient ?? 'all')

  test.each([
    [undefined, ['all']],
    ['Practitioner/1', ['all']],
    [`${BASE}/PractitionerRole/1`, ['all']],
    ['https://elsewhere.example/fhir/Practitioner/1', ['all']],
    ['Device/1', ['all']],
    [`${BASE}/Patient/7`, ['7']],
    ['Patient/7', ['7']],
  ])('of fhirUser %s reach %j', (fhirUser, expected) => {
    expect(reach(fhirUser)).toEqual(expected)
  })

  test.each([
    'https://elsewhere.example/fhir/Patient/7',
    '//cm.example/fhir/Patient/7',
    `${BASE.toUpperCase()}/Patient/7`,
    'Patient/7/',
    `${BASE}/Patient/7/_history/1`,
    'Practitioner/../Patient/7',
    'https://elsewhere.example/fhir/RelatedPerson/7',
    'Person/7',
    'Group/7',
    '',
    7,
    ['Patient/7'],
    { reference: 'Patient/7' },
  ])('of a user who is no staff and no Patient of this server reach nothing: %j', fhirUser => {
    expect(reach(fhirUser)).toEqual([])
  })
})

describe('scopes', () => {
  test.each([
    { scope: 'openid system/Patient.rs' },
    { scope: ['openid', 'system/Patient.rs'] },
    { scp: ['system/Patient.rs'] },
    { scp: 'system/Patient.rs' },
  ])('are read from %j', claims => {
    expect(of(claims)?.access.rules.map(({ type }) => type)).toEqual(['Patient'])
  })

  test.each([
    ['system/*.cruds', true, true],
    ['system/*.*', true, true],
    ['system/*.read system/*.write', true, true],
    ['system/*.cu', false, true],
    ['system/*.cruds?_tag=x', false, false],
    ['user/*.cruds', false, false],
    ['patient/*.cruds', false, false],
    ['system/Patient.cruds', false, false],
    ['system/*.c', false, false],
  ])('%s: operates %s, brings messages %s', (scope, isOperator, mayFeed) => {
    expect(of({ scope, patient: '7' })).toMatchObject({ isOperator, mayFeed })
  })
})

describe('claims', () => {
  test('of roles are those that case management knows, by name or by path', () => {
    const roles = (claims: Claims, rolesClaim = 'roles') => [
      ...(of(claims, { rolesClaim })?.access.roles ?? []),
    ]
    expect(roles({ roles: ['case-manager', 'admin', 7] })).toEqual(['case-manager'])
    expect(roles({ roles: 'supervisor' })).toEqual(['supervisor'])
    expect(roles({ realm_access: { roles: ['payer'] } }, 'realm_access.roles')).toEqual(['payer'])
    expect(roles({ 'https://x.example/roles': ['payer'] }, 'https://x.example/roles')).toEqual(['payer'])
    expect(roles({}, 'constructor.name')).toEqual([])
    expect(of({ roles: ['operator'] })?.isOperator).toBe(true)
  })

  test('of the tenant are a text', () => {
    const tenant = (claims: Claims) => of(claims, { tenantClaim: 'org.id' })?.tenant
    expect(tenant({ org: { id: 'north' } })).toBe('north')
    expect(tenant({ org: { id: ['north'] } })).toBeUndefined()
    expect(of({ org: { id: 'north' } })?.tenant).toBeUndefined()
  })
})
