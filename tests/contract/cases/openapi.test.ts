import { afterAll, beforeAll, expect, test } from 'vitest'
import { commands } from '../../../src/care-plan/commands/commands.ts'
import { openCaseServer, type CaseServer } from '../../support/case-server.ts'

let server: CaseServer
let document: Document
interface Document {
  readonly openapi: string
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>
}
interface Operation {
  readonly operationId?: string
  readonly summary?: string
  readonly tags?: readonly string[]
  readonly requestBody?: unknown
  readonly responses: Readonly<Record<string, object>>
}

beforeAll(async () => {
  server = await openCaseServer()
  document = (await server.call({ path: '/openapi.json' })).json as Document
}, 60_000)
afterAll(() => server.close())

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, operation })),
  )

test('the document is OpenAPI 3.1 and names every command with its payload', () => {
  expect(document.openapi).toBe('3.1.0')
  for (const [name, { payload }] of commands) {
    const operation = document.paths[`/cases/{id}/commands/${name}`]?.['post']
    expect(operation?.operationId).toBe(name)
    const text = JSON.stringify(operation?.requestBody)
    for (const field of [...Object.keys(payload.properties), 'at', 'reason'])
      expect(text).toContain(`"${field}"`)
  }
})

test('every operation has a name of its own, a sentence, a place and its answers', () => {
  const ids = operations().map(({ operation }) => operation.operationId)
  expect(new Set(ids).size).toBe(ids.length)
  for (const { path, method, operation } of operations()) {
    expect([path, method, operation.operationId, operation.summary, operation.tags]).not.toContain(undefined)
    expect(Object.keys(operation.responses).length).toBeGreaterThan(0)
  }
})

test('it describes cases, ADT and operators, and leaves FHIR to the CapabilityStatement', () => {
  const paths = Object.keys(document.paths)
  expect(paths).toEqual(expect.arrayContaining(['/cases', '/cases/{id}', '/adt', '/admin/messages']))
  expect(paths.filter(path => path.startsWith('/fhir'))).toEqual([])
  expect(JSON.stringify(document)).toContain('/fhir/metadata')
})

test('schemas are of JSON Schema 2020-12: no tuple is written as a list of items', () => {
  expect(JSON.stringify(document)).not.toMatch(/"items":\[|additionalItems/)
})

test('the page of it loads nothing from elsewhere', async () => {
  const page = await server.call({ path: '/docs' })
  expect(page.status).toBe(200)
  expect(page.headers['content-type']).toContain('text/html')
  expect(page.headers['content-security-policy']).toContain("default-src 'self'")
  const links = [...page.text.matchAll(/(?:src|href)="([^"]+)"/g)].map(([, link = '']) => link)
  expect(links.length).toBeGreaterThan(3)
  for (const link of links) {
    expect(link).not.toMatch(/^(?:https?:)?\/\//)
    const path = new URL(link, 'http://here/docs').pathname
    expect([path, (await server.call({ path })).status]).toEqual([path, 200])
  }
})
