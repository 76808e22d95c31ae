import { describe, expect, test } from 'vitest'
import type { FhirServer } from '../../support/fhir-server.ts'

/** What the FHIR surface refuses, and how. */
export function refusalsContract(server: () => FhirServer): void {
  const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: 'Rivers' }], ...more })

  describe('requests that can not be served', () => {
    const issueOf = (reply: {
      status: number
      json: { resourceType: string; issue: { code: string }[] }
    }) => [reply.status, reply.json.resourceType, reply.json.issue[0]?.code]

    test.each([
      ['POST', '/_search', 415],
      ['GET', '/Patient/1/Nothing', 404],
      ['GET', '/Patient/1/$nothing', 404],
      ['GET', '/Patient/$lastn', 404],
      ['POST', '/Patient/$nothing', 404],
      ['GET', '/Patientt', 404],
      ['POST', '/Patient/1', 405],
      ['DELETE', '/', 405],
      ['GET', '/a/b/c/d', 404],
    ] as const)('%s %s is refused as not supported', async (method, path, status) => {
      const body = method === 'POST' ? {} : undefined
      const reply = await server().call({ method, path, ...(body && { body }) })
      expect(issueOf(reply)).toEqual([status, 'OperationOutcome', 'not-supported'])
      expect(reply.headers['content-type']).toBe('application/fhir+json; charset=utf-8')
    })

    test('an address with other methods says which, and an operation is refused as one', async () => {
      const reply = await server().call({ method: 'DELETE', path: '' })
      expect([reply.status, reply.headers['allow']]).toEqual([405, 'GET, HEAD, OPTIONS, POST'])
      const other = await server().call({ method: 'POST', path: '/Patient/1', body: {} })
      expect([other.status, other.headers['allow']]).toEqual([
        405,
        expect.stringContaining('DELETE, GET, HEAD, OPTIONS'),
      ])
      const operation = await server().call({ path: '/Patient/1/$nothing' })
      expect(operation.json.issue[0].diagnostics).toContain('no such operation')
    })

    test('a body that is no JSON, too deep, with __proto__, of no resource, not UTF-8 or empty', async () => {
      const post = (body: string) => server().call({ method: 'POST', path: '/Patient', body })
      const deep = `{"resourceType":"Patient","extension":${'[{"extension":'.repeat(10_000)}[]${'}]'.repeat(10_000)}}`
      for (const body of [
        '{"resourceType":',
        deep,
        '{"resourceType":"Patient","__proto__":{"a":1}}',
        '{"resourceType":"Patient","\\u005f_proto__":{}}',
        String.raw`{"resourceType":"Patient","name":[{"family":"\udc00"}]}`,
        '[]',
        'null',
        '',
      ]) {
        expect(issueOf(await post(body)).slice(0, 2)).toEqual([400, 'OperationOutcome'])
      }
      const latin1 = await server().call({
        method: 'POST',
        path: '/Patient',
        body: Buffer.from('{"resourceType":"Patient","name":[{"family":"R\u00edos"}]}', 'latin1'),
      })
      expect(latin1.status).toBe(400)
    })

    test('XML in is 415 and XML wanted is 406, both naming JSON', async () => {
      const sent = await server().call({
        method: 'POST',
        path: '/Patient',
        body: '<Patient/>',
        headers: { 'content-type': 'application/fhir+xml' },
      })
      expect([sent.status, sent.json.issue[0].diagnostics]).toEqual([
        415,
        expect.stringContaining('application/fhir+json'),
      ])
      const wanted = await server().call({ path: '/Patient', headers: { accept: 'application/fhir+xml' } })
      expect([wanted.status, wanted.json.issue[0].diagnostics]).toEqual([
        406,
        expect.stringContaining('application/fhir+json'),
      ])
      expect((await server().call({ path: '/Patient?_format=xml' })).status).toBe(406)
      expect(
        (await server().call({ path: '/Patient?_format=json', headers: { accept: 'text/html' } })).status,
      ).toBe(200)
    })

    test('a body over the limit is 413', async () => {
      const reply = await server().call({
        method: 'POST',
        path: '/Patient',
        body: patient({ name: [{ text: 'x'.repeat(2_100_000) }] }),
      })
      expect(issueOf(reply)).toEqual([413, 'OperationOutcome', 'too-long'])
    })

    test('an address with a malformed % sequence is 400, and every refusal has its code', async () => {
      const reply = await server().call({ path: '/Patient/%zz' })
      expect(issueOf(reply)).toEqual([400, 'OperationOutcome', 'invalid'])
      expect(reply.json.issue[0].details.coding[0].code).toBe('url-malformed')
      expect(reply.headers['x-request-id']).toBeDefined()
    })

    test.each(['/Patient?gender=%zz', '/Patient?name=%', '/Patient?name=%FF%FE', '/Patient/x?_pretty=%c3'])(
      'a query with a %% sequence that stands for nothing is 400, not another search: %s',
      async path => {
        const reply = await server().call({ path })
        expect(issueOf(reply)).toEqual([400, 'OperationOutcome', 'invalid'])
        expect(reply.json.issue[0].details.coding[0].code).toBe('url-malformed')
      },
    )

    test('a time whose + nobody encoded is refused with what to write instead', async () => {
      const reply = await server().call({ path: '/Patient?birthdate=2020-01-01T10:00:00+01:00' })
      expect(issueOf(reply)).toEqual([400, 'OperationOutcome', 'value'])
      expect(reply.json.issue[0].diagnostics).toContain('%2B')
    })

    test('an actor that is no reference is refused', async () => {
      const reply = await server().call({ path: '/Patient', headers: { 'x-actor': 'me' } })
      expect(reply.status).toBe(400)
    })

    test('every answer carries a request id, the given one when there is one', async () => {
      const given = await server().call({ path: '/Nothing', headers: { 'x-request-id': 'abc-1' } })
      expect(given.headers['x-request-id']).toBe('abc-1')
      expect((await server().call({ path: '/metadata' })).headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/)
    })
  })
}
