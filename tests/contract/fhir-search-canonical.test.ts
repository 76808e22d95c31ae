import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { idsFound, openFhirServer, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer

const PROFILE = 'http://x.org/StructureDefinition/person'
const URL = 'http://x.org/ValueSet/urgent'
const valueSet = { resourceType: 'ValueSet', status: 'active', url: URL }

const resources = [
  { resourceType: 'Patient', id: 'plain', meta: { profile: [PROFILE] } },
  { resourceType: 'Patient', id: 'first', meta: { profile: [`${PROFILE}|1.0`] } },
  { resourceType: 'Patient', id: 'other', meta: { profile: [`${PROFILE}-of-ours`] } },
  { ...valueSet, id: 'v0' },
  { ...valueSet, id: 'v1', version: '1' },
  { ...valueSet, id: 'v2', version: '2' },
]

beforeAll(async () => {
  server = await openFhirServer()
  for (const body of resources) {
    const reply = await server.call({ method: 'PUT', path: `/${body.resourceType}/${body.id}`, body })
    if (reply.status !== 201) throw new Error(reply.text)
  }
})
afterAll(() => server.close())

const found = (path: string): Promise<string> => idsFound(server, path)

describe('_profile without a version finds a profile in any, with one that version alone', () => {
  test.each([
    [PROFILE, 'first plain'],
    [`${PROFILE}|1.0`, 'first'],
    [`${PROFILE}|2.0`, ''],
    [`${PROFILE}-of-ours`, 'other'],
  ])('%s finds %s', async (profile, expected) => {
    expect(await found(`/Patient?_profile=${encodeURIComponent(profile)}`)).toBe(expected)
  })
})

describe('a |version behind a canonical url is a search on the version', () => {
  test.each([
    [URL, 'v0 v1 v2'],
    [`${URL}|1`, 'v1'],
    [`${URL}|1,${URL}|2`, 'v1 v2'],
    [`${URL}|2,http://x.org/none`, 'v2'],
    [`${URL}|3`, ''],
    [`${URL}|`, 'v0 v1 v2'],
  ])('url=%s finds %s', async (url, expected) => {
    expect(await found(`/ValueSet?url=${encodeURIComponent(url)}`)).toBe(expected)
  })

  test.each([`${URL}|1|2`, '|1'])('%s is refused', async url => {
    const reply = await server.call({ path: `/ValueSet?url=${encodeURIComponent(url)}` })
    expect([reply.status, reply.json.issue[0].code]).toEqual([400, 'value'])
  })
})
