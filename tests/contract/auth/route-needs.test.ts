import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { caseFileTypes } from '../../../src/commands/cases/case-compartment.ts'
import { identityOf } from '../../../src/fhir/smart/identity.ts'
import { isOpen, mayUse, needOf } from '../../../src/routes/auth/route-needs.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'

/** Which tokens may use which routes: every route that there is has a rule. */
const routes: { readonly method: string; readonly url: string }[] = []
const listen = (message: unknown): void => {
  const { fastify } = message as { readonly fastify: FastifyInstance }
  fastify.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, url })
  })
}

let server: CaseServer
beforeAll(async () => {
  subscribe('fastify.initialization', listen)
  server = await openCaseServer()
}, 60_000)
afterAll(async () => {
  unsubscribe('fastify.initialization', listen)
  await server.close()
})

test('every route is open or has a rule, and what no rule names is for nobody', () => {
  expect(routes.length).toBeGreaterThan(60)
  const unruled = routes.filter(({ method, url }) => !isOpen(method, url) && !needOf(method, url))
  expect(unruled).toEqual([])
  expect(may('system/*.cruds', 'GET', '/new-route')).toBe(false)
})

const claims = { iss: 'https://id.example', client_id: 'app', patient: '7' }
const settings = { base: 'https://cm.example/fhir', issuers: ['https://id.example'], rolesClaim: 'roles' }
function may(scope: string, method: string, route: string, roles: readonly string[] = []): boolean {
  const identity = identityOf({ ...claims, scope, roles }, settings)
  if (!identity) throw new Error('the claims name a client')
  return mayUse(identity, method, route).ok
}

const caseTypes = caseFileTypes
const over = (letters: string, types = caseTypes): string =>
  types.map(type => `user/${type}.${letters}`).join(' ')

describe('a token', () => {
  test.each([
    ['GET', '/cases', over('rs'), over('r')],
    ['GET', '/caseload', over('rs'), over('s')],
    ['POST', '/cases', over('cr'), over('ru')],
    ['GET', '/cases/:id', over('r'), over('r', caseTypes.slice(1))],
    ['HEAD', '/cases/:id/plan', over('r'), 'patient/*.r'],
    ['POST', '/cases/:id/what-if', over('r'), over('s')],
    ['POST', '/cases/:id/commands/HoldCase', over('cru'), over('r')],
    ['POST', '/cases/:id/commands/HoldCase', 'system/*.cruds', 'patient/*.cruds'],
    ['POST', '/caseload/reassign', over('crus'), over('cru')],
    ['GET', '/models', 'user/PlanDefinition.r', over('cruds')],
    ['PUT', '/models/:id/versions/:version', 'user/PlanDefinition.cru', 'user/PlanDefinition.rs'],
    ['POST', '/adt', 'system/*.cu', 'user/*.cruds'],
    ['GET', '/admin/messages', 'system/*.cruds', 'user/*.cruds'],
    ['POST', '/admin/peers/:name/run', 'system/*.*', 'system/*.read'],
    ['GET', '/metrics', 'system/*.*', 'openid'],
  ])('for %s %s needs %s; %s is not enough', (method, route, enough, tooLittle) => {
    expect([may(enough, method, route), may(tooLittle, method, route)]).toEqual([true, false])
  })

  test('with the role operator may operate, and do nothing else', () => {
    expect(may('', 'GET', '/admin/messages', ['operator'])).toBe(true)
    expect(may('', 'GET', '/cases', ['operator'])).toBe(false)
    expect(may('', 'POST', '/adt', ['operator'])).toBe(false)
  })

  test('of a granular scope does not reach whole types', () => {
    expect(may('user/*.cruds?_tag=x', 'GET', '/cases/:id')).toBe(false)
  })
})
