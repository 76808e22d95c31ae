import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { shippedTerminology } from '../../src/commands/operations/terminology-sources.ts'
import { packagesOf } from '../../src/fhir/validation/profiles/packages.ts'
import { openFhirServer, type FhirReply, type FhirServer } from '../support/fhir-server.ts'
import { usCore, usCoreResources } from '../support/profiles.ts'

let server: FhirServer
beforeAll(async () => {
  const resources = [...usCoreResources()]
  const guide = `http://hl7.org/fhir/us/core/ImplementationGuide/hl7.fhir.us.core|8.0.0`
  server = await openFhirServer({ packages: packagesOf([{ guide, resources }], shippedTerminology) })
})
afterAll(async () => server?.close())

const post = (path: string, body: object) => server.call({ method: 'POST', path, body })
const put = (path: string, body: object) => server.call({ method: 'PUT', path, body })
const issuesOf = ({ json }: FhirReply): readonly string[] =>
  json.issue.map(
    ({ severity, code, expression }: { severity: string; code: string; expression?: string[] }) =>
      [severity, code, ...(expression ?? [])].join(' '),
  )

const PATIENT = `${usCore}us-core-patient`
const bare = { resourceType: 'Patient', gender: 'female' }
const whole = {
  ...{ ...bare, identifier: [{ system: 'urn:mrn', value: '1' }], name: [{ family: 'River' }] },
}
const claiming = (resource: object, url = PATIENT) => ({ ...resource, meta: { profile: [url] } })
const lacking = ['error required Patient.identifier', 'error required Patient.name']

describe('$validate with packages loaded', () => {
  const asked = (resource: object, profile: string) =>
    post('/Patient/$validate', {
      resourceType: 'Parameters',
      parameter: [
        { name: 'resource', resource },
        { name: 'profile', valueUri: profile },
      ],
    })

  test('holds a resource against the profile asked for', async () => {
    expect(issuesOf(await asked(bare, PATIENT))).toEqual(lacking)
    expect(issuesOf(await asked(bare, `${PATIENT}|8.0.0`))).toEqual(lacking)
    expect(issuesOf(await asked(whole, PATIENT))).toEqual(['information informational'])
    expect(issuesOf(await asked(whole, `${usCore}us-core-encounter`))).toEqual(['error invalid Patient'])
  })

  test('refuses to judge by a profile, or a version of it, that is not loaded', async () => {
    for (const url of ['https://test.example/none', `${PATIENT}|3.1.1`]) {
      const reply = await asked(whole, url)
      expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([400, 'profile-not-loaded'])
      expect(reply.json.issue[0].diagnostics).toContain('IG_PACKAGES')
    }
  })

  test('holds a resource against what it claims, and warns of what it could not look at', async () => {
    expect(issuesOf(await post('/Patient/$validate', claiming(bare)))).toEqual(lacking)
    expect(issuesOf(await post('/Patient/$validate', claiming(whole, 'https://test.example/none')))).toEqual([
      'warning not-supported Patient.meta.profile[0]',
    ])
  })
})

describe('a write with packages loaded', () => {
  test('of a resource that meets what it claims is taken, and of one that claims nothing', async () => {
    expect((await post('/Patient', claiming(whole))).status).toBe(201)
    expect((await post('/Patient', bare)).status).toBe(201)
    expect((await post('/Patient', claiming(bare, 'https://test.example/none'))).status).toBe(201)
  })

  test('of one that does not is refused with 422 and every fault', async () => {
    const created = await post('/Patient', claiming(bare))
    expect([created.status, created.json.issue[0].details.coding[0].code]).toEqual([422, 'profile-not-met'])
    expect(issuesOf(created)).toEqual(lacking)
    expect(created.json.issue[0].diagnostics).toContain(`${PATIENT}|8.0.0`)
    const replaced = await put('/Patient/p', { ...claiming(bare), id: 'p' })
    expect(replaced.status).toBe(422)
    expect((await server.call({ path: '/Patient/p' })).status).toBe(404)
  })

  test('of one that is no R4 either is refused with 400', async () => {
    const reply = await post('/Patient', { ...claiming(bare), gender: 'F' })
    expect(reply.status).toBe(400)
    expect(issuesOf(reply)).toEqual(['error code-invalid Patient.gender', ...lacking])
  })

  test('by a patch that takes a mandatory element away is refused', async () => {
    await put('/Patient/q', { ...claiming(whole), id: 'q' })
    const patch = [{ op: 'remove', path: '/name' }]
    const reply = await server.call({
      ...{ method: 'PATCH', path: '/Patient/q', body: patch },
      headers: { 'content-type': 'application/json-patch+json' },
    })
    expect([reply.status, issuesOf(reply)]).toEqual([422, ['error required Patient.name']])
  })

  test('in a transaction is refused whole, in a batch by itself, and the entry is named', async () => {
    const entry = [whole, claiming(bare)].map(resource => ({
      ...{ resource, request: { method: 'POST', url: 'Patient' } },
    }))
    const transaction = await post('', { resourceType: 'Bundle', type: 'transaction', entry })
    expect([transaction.status, issuesOf(transaction)]).toEqual([
      422,
      lacking.map(fault => fault.replace('Patient.', 'Bundle.entry[1].resource.')),
    ])
    const batch = await post('', { resourceType: 'Bundle', type: 'batch', entry })
    const statuses = batch.json.entry.map(({ response }: { response: { status: string } }) => response.status)
    expect(statuses.map((status: string) => status.slice(0, 3))).toEqual(['201', '422'])
  })
})

describe('what packages bring', () => {
  test('stands in the CapabilityStatement', async () => {
    const { json } = await server.call({ path: '/metadata' })
    expect(json.implementationGuide).toEqual([expect.stringContaining('hl7.fhir.us.core|8.0.0')])
    const supported = (type: string) =>
      json.rest[0].resource.find((each: { type: string }) => each.type === type).supportedProfile
    expect(supported('Patient')).toEqual([PATIENT])
    expect(supported('Condition')).toHaveLength(2)
    expect(supported('Task')).toBeUndefined()
  })

  test('is known to the operations of terminology', async () => {
    const { status, json } = await server.call({
      path: '/ValueSet/$expand?url=http://hl7.org/fhir/us/core/ValueSet/us-core-provenance-participant-type',
    })
    expect(status).toBe(200)
    expect(json.expansion.contains.map(({ code }: { code: string }) => code)).toContain('transmitter')
  })
})
