import type { FastifyInstance } from 'fastify'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../../src/config/environment.ts'
import { httpServer, type HttpServerOptions } from '../../../src/routes/http-server.ts'

const APP = 'https://app.example.org'

const serverFor = (options: Partial<HttpServerOptions>): FastifyInstance => {
  const server = httpServer({
    emit: () => undefined,
    meters: { requestServed: () => undefined },
    bodyLimitBytes: 1000,
    ...options,
  })
  server.get('/thing', async () => ({ is: 'there' }))
  return server
}

const refuseAll: NonNullable<HttpServerOptions['door']> = async ({ method }) =>
  method === 'OPTIONS' ? undefined : { kind: 'unauthenticated', code: 'token-missing', message: 'no' }

describe('a page of another origin', () => {
  const preflight = { origin: APP, 'access-control-request-method': 'PUT' }

  test('of the list may call with tokens and read what it needs, refusals too', async () => {
    const server = serverFor({ corsOrigins: [APP, 'https://other.example'], door: refuseAll })
    const asked = await server.inject({ method: 'OPTIONS', url: '/thing', headers: preflight })
    expect(asked.statusCode).toBe(204)
    expect(asked.headers['access-control-allow-origin']).toBe(APP)
    expect(asked.headers['access-control-allow-methods']).toContain('PATCH')
    expect(asked.headers['access-control-allow-headers']).toContain('Authorization')
    expect(asked.headers['access-control-allow-credentials']).toBeUndefined()
    const refused = await server.inject({ url: '/thing', headers: { origin: APP } })
    expect([refused.statusCode, refused.headers['access-control-allow-origin']]).toEqual([401, APP])
    expect(refused.headers['access-control-expose-headers']).toContain('ETag')
    expect(refused.headers['vary']).toContain('Origin')
  })

  test('not of the list is told nothing', async () => {
    for (const corsOrigins of [['https://other.example'], undefined]) {
      const server = serverFor({ ...(corsOrigins && { corsOrigins }) })
      const asked = await server.inject({ method: 'OPTIONS', url: '/thing', headers: preflight })
      const got = await server.inject({ url: '/thing', headers: { origin: APP } })
      for (const reply of [asked, got]) {
        expect(reply.headers['access-control-allow-origin']).toBeUndefined()
      }
    }
  })

  test('of any origin may call where * is set', async () => {
    const server = serverFor({ corsOrigins: ['*'] })
    const got = await server.inject({ url: '/thing', headers: { origin: APP } })
    expect(got.headers['access-control-allow-origin']).toBe('*')
  })
})

test('CORS_ORIGINS takes origins, and * only with tokens', () => {
  const read = (CORS_ORIGINS: string, more = {}) => readConfig({ CORS_ORIGINS, ...more })
  const config = read(`${APP},http://localhost:3000`)
  expect(config.ok && config.value.http.corsOrigins).toEqual([APP, 'http://localhost:3000'])
  for (const wrong of ['*', 'app.example.org', `${APP}/path`, 'https://*.example.org']) {
    expect(read(wrong).ok).toBe(false)
  }
  expect(read('*', { AUTH_ISSUER: 'https://issuer.example' }).ok).toBe(true)
})
