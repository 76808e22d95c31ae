import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCaseServer, type CaseServer } from '../support/case-server.ts'

let server: CaseServer
beforeAll(async () => {
  server = await openCaseServer('2026-10-09T12:00:00Z')
})
afterAll(() => server.close())

const put = (type: string, id: string, body: object) =>
  server.call({ method: 'PUT', path: `/fhir/${type}/${id}`, body: { resourceType: type, id, ...body } })
const read = async (path: string) => (await server.call({ path: `/fhir/${path}` })).json
const both = (does: string) =>
  server.call({
    ...{ method: 'POST', path: `/fhir/Patient/$${does}` },
    body: {
      resourceType: 'Parameters',
      parameter: ['source', 'target'].map(name => ({
        ...{ name: `${name}-patient`, valueReference: { reference: `Patient/${name}` } },
      })),
    },
  })
const turned = (id: string) => ({ subject: { reference: `Patient/${id}` } })
const about = (root: string, id: string) => ({ subject: { reference: `${root}/Patient/${id}` } })

it('a merge turns a reference that was written with the own base, and none of another; an unmerge turns it back', async () => {
  const made = await put('Patient', 'source', { name: [{ family: 'Doe' }] })
  await put('Patient', 'target', { name: [{ family: 'Doe' }] })
  const base = String(made.headers['location']).replace(/\/Patient\/.*/, '')
  const elsewhere = 'https://elsewhere.example/fhir'
  const weight = { status: 'final', code: { text: 'weight' } }
  await put('Observation', 'own', { ...weight, ...about(base, 'source') })
  await put('Observation', 'secure', { ...weight, ...about(base.replace('http:', 'https:'), 'source') })
  await put('Observation', 'elsewhere', { ...weight, ...about(elsewhere, 'source') })
  expect((await both('merge')).status).toBe(200)
  expect(await read('Observation/own')).toMatchObject(turned('target'))
  expect(await read('Observation/secure')).toMatchObject(turned('target'))
  expect(await read('Observation/elsewhere')).toMatchObject(about(elsewhere, 'source'))
  expect((await both('unmerge')).status).toBe(200)
  expect(await read('Observation/own')).toMatchObject(turned('source'))
})
