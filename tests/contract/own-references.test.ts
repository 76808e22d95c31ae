import { afterAll, beforeAll, expect, it } from 'vitest'
import { openCaseServer, type CaseServer } from '../support/case-server.ts'

let server: CaseServer
let base = ''
beforeAll(async () => {
  server = await openCaseServer('2026-10-09T12:00:00Z')
  const made = await put('Patient', 'ann', { name: [{ family: 'Doe' }] })
  base = String(made.headers['location']).replace(/\/Patient\/.*/, '')
})
afterAll(() => server.close())

const put = (type: string, id: string, body: object) =>
  server.call({ method: 'PUT', path: `/fhir/${type}/${id}`, body: { resourceType: type, id, ...body } })
const read = async (path: string) => (await server.call({ path: `/fhir/${path}` })).json
const observation = { resourceType: 'Observation', status: 'final', code: { text: 'weight' } }

it('a reference that begins with the own base is stored without it, with its version, in contained resources and extensions', async () => {
  const secure = base.replace('http:', 'https:')
  const written = await put('Observation', 'own', {
    ...observation,
    contained: [{ ...observation, id: 'c', subject: at(`${base}/Patient/ann`) }],
    extension: [{ url: 'http://example.org/e', valueReference: at(`${secure}/Patient/ann`) }],
    subject: { ...at(`${base}/Patient/ann/_history/1`), display: 'Ann' },
    hasMember: [at('#c')],
  })
  expect(written.json).toMatchObject({
    contained: [{ subject: at('Patient/ann') }],
    extension: [{ valueReference: at('Patient/ann') }],
    subject: { ...at('Patient/ann/_history/1'), display: 'Ann' },
    hasMember: [at('#c')],
  })
})

it('what begins with the own base and is no address of a resource stays, and so do other bases, URIs and stored Bundles', async () => {
  const list = {
    status: 'current',
    mode: 'working',
    entry: [`${base}x/Patient/ann`, 'https://elsewhere.example/fhir/Patient/ann'].map(to => ({
      item: at(to),
    })),
    extension: [{ url: 'http://example.org/e', valueUri: `${base}/Patient/ann` }],
  }
  expect((await put('List', 'others', list)).json).toMatchObject(list)
  const resource = { ...observation, id: 'inner', subject: at(`${base}/Patient/ann`) }
  const bundle = {
    type: 'collection',
    entry: [
      { fullUrl: 'urn:uuid:0c3151bd-1cbf-4d64-b04d-cd9187a4c6e0', resource },
      { fullUrl: `${base}/Patient/ann`, resource: { resourceType: 'Patient', id: 'ann' } },
    ],
  }
  expect((await put('Bundle', 'kept', bundle)).json).toMatchObject(bundle)
})

it('a PUT of the absolute form over the relative one makes no new version', async () => {
  await put('Observation', 'again', { ...observation, subject: at('Patient/ann') })
  const again = await put('Observation', 'again', { ...observation, subject: at(`${base}/Patient/ann`) })
  expect(again.json).toMatchObject({ meta: { versionId: '1' }, subject: at('Patient/ann') })
})

it('a patch that sets a reference that begins with the own base stores it without', async () => {
  await put('Observation', 'patched', observation)
  const patched = await server.call({
    ...{ method: 'PATCH', path: '/fhir/Observation/patched' },
    headers: { 'content-type': 'application/json-patch+json' },
    body: [{ op: 'add', path: '/subject', value: at(`${base}/Patient/ann`) }],
  })
  expect(patched.json).toMatchObject({ subject: at('Patient/ann') })
})

it('in a transaction a link to the fullUrl of an entry comes before the own base', async () => {
  const fullUrl = `${base}/Patient/not-there-yet`
  const answer = await server.call({
    ...{ method: 'POST', path: '/fhir' },
    body: {
      ...{ resourceType: 'Bundle', type: 'transaction' },
      entry: [
        { fullUrl, resource: { resourceType: 'Patient' }, request: { method: 'POST', url: 'Patient' } },
        {
          resource: {
            ...{ ...observation, id: 'linked' },
            ...{ subject: at(fullUrl), performer: [at(`${base}/Patient/ann`)] },
          },
          request: { method: 'PUT', url: 'Observation/linked' },
        },
      ],
    },
  })
  const { entry } = answer.json as { entry: { response: { location: string } }[] }
  const [, id] = /Patient\/([^/]+)/.exec(String(entry[0]?.response.location)) ?? []
  expect(id).not.toBe('not-there-yet')
  expect(await read('Observation/linked')).toMatchObject({
    ...{ subject: at(`Patient/${id}`), performer: [at('Patient/ann')] },
  })
})

function at(reference: string) {
  return { reference }
}
