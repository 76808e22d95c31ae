import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/environment.ts'

const ISSUER = 'https://id.example/realms/cm'
const good = (environment: Record<string, string>) => {
  const read = readConfig(environment)
  if (!read.ok) throw new Error(JSON.stringify(read.wrong))
  return read.value
}
const wrongNames = (environment: Record<string, string>): readonly string[] => {
  const read = readConfig(environment)
  return read.ok ? [] : read.wrong.map(({ name }) => name).toSorted()
}

describe('whose tokens are taken', () => {
  test('is nobody’s when AUTH_ISSUER is not set', () => {
    expect(good({}).auth).toBeUndefined()
  })

  test('is said by AUTH_ISSUER alone, the rest has defaults', () => {
    expect(good({ AUTH_ISSUER: ISSUER }).auth).toEqual({
      issuers: [ISSUER],
      algorithms: ['RS256', 'RS384', 'ES256', 'ES384'],
      clockSkewSeconds: 30,
      rolesClaim: 'roles',
    })
  })

  test('may be said in full', () => {
    const config = good({
      AUTH_ISSUER: `${ISSUER},http://127.0.0.1:9000/`,
      AUTH_AUDIENCE: 'cm,https://cm.example/fhir',
      AUTH_ALGORITHMS: 'ES384',
      AUTH_CLOCK_SKEW_SECONDS: '0',
      AUTH_ROLES_CLAIM: 'realm_access.roles',
      TENANT_CLAIM: 'org',
      TENANTS: 'north,south',
    })
    expect(config.auth).toEqual({
      issuers: [ISSUER, 'http://127.0.0.1:9000/'],
      audiences: ['cm', 'https://cm.example/fhir'],
      algorithms: ['ES384'],
      clockSkewSeconds: 0,
      rolesClaim: 'realm_access.roles',
      tenants: { claim: 'org', names: ['north', 'south'] },
    })
    expect(good({ AUTH_ISSUER: ISSUER, AUTH_JWKS_URI: 'https://id.example/keys' }).auth?.jwksUri).toBe(
      'https://id.example/keys',
    )
  })

  test.each([
    [{ AUTH_ISSUER: 'http://id.example' }, ['AUTH_ISSUER']],
    [{ AUTH_ISSUER: 'id.example' }, ['AUTH_ISSUER']],
    [{ AUTH_ISSUER: 'https://u:p@id.example' }, ['AUTH_ISSUER']],
    [{ AUTH_ISSUER: `${ISSUER},${ISSUER}` }, ['AUTH_ISSUER']],
    [{ AUTH_ISSUER: `${ISSUER},` }, ['AUTH_ISSUER']],
    [{ AUTH_ISSUER: ISSUER, AUTH: 'insecure-open' }, ['AUTH']],
    [{ AUTH_ISSUER: ISSUER, AUTH_ALGORITHMS: 'none' }, ['AUTH_ALGORITHMS']],
    [{ AUTH_ISSUER: ISSUER, AUTH_ALGORITHMS: 'RS256,HS256' }, ['AUTH_ALGORITHMS']],
    [{ AUTH_ISSUER: ISSUER, AUTH_CLOCK_SKEW_SECONDS: '301' }, ['AUTH_CLOCK_SKEW_SECONDS']],
    [{ AUTH_ISSUER: `${ISSUER},https://b.example`, AUTH_JWKS_URI: 'https://k.example' }, ['AUTH_JWKS_URI']],
    [{ AUTH_ISSUER: ISSUER, AUTH_JWKS_URI: 'http://k.example' }, ['AUTH_JWKS_URI']],
    [{ AUTH_ISSUER: ISSUER, TENANT_CLAIM: 'org' }, ['TENANTS']],
    [{ AUTH_ISSUER: ISSUER, TENANTS: 'north' }, ['TENANT_CLAIM']],
    [{ AUTH_ISSUER: ISSUER, TENANT_CLAIM: 'org', TENANTS: 'a,a' }, ['TENANTS']],
    [{ AUTH_ISSUER: ISSUER, TENANT_CLAIM: 'org', TENANTS: 'A b' }, ['TENANTS']],
    [{ AUTH_AUDIENCE: 'x', TENANT_CLAIM: 'org', TENANTS: 'a' }, ['AUTH_AUDIENCE', 'TENANTS', 'TENANT_CLAIM']],
    [
      { LIMIT_REQUESTS_PER_MINUTE: '0', LIMIT_CONCURRENT_REQUESTS: 'x' },
      ['LIMIT_CONCURRENT_REQUESTS', 'LIMIT_REQUESTS_PER_MINUTE'],
    ],
  ])('%j is refused, naming %j', (environment, names) => {
    expect(wrongNames(environment as Record<string, string>)).toEqual(names)
  })
})

test('limits of a client are none unless they are set', () => {
  expect(good({}).limits).toEqual({})
  expect(good({ LIMIT_REQUESTS_PER_MINUTE: '600', LIMIT_CONCURRENT_REQUESTS: '8' }).limits).toEqual({
    requestsPerMinute: 600,
    concurrentRequests: 8,
  })
})
