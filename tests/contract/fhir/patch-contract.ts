import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type FhirServer } from '../../support/fhir-server.ts'

/** What PATCH promises over any store. */
export function patchContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server.close())

  type Headers = Readonly<Record<string, string>>

  const JSON_PATCH = { 'content-type': 'application/json-patch+json' }
  const put = (resource: { resourceType: string; id: string; [element: string]: unknown }) =>
    server.call({ method: 'PUT', path: `/${resource.resourceType}/${resource.id}`, body: resource })
  const patch = (path: string, body: unknown, headers: Headers = JSON_PATCH) =>
    server.call({ method: 'PATCH', path, body, headers })
  const patient = (id: string, more: object = {}) => ({
    resourceType: 'Patient',
    id,
    gender: 'female',
    ...more,
  })
  const replace = { op: 'replace', path: '/gender', value: 'male' }
  const codes = (reply: { json: { issue: { details: { coding: { code: string }[] } }[] } }) =>
    reply.json.issue.map(issue => issue.details.coding[0]?.code)

  describe('a JSON Patch', () => {
    test('makes a new version and answers as an update does', async () => {
      await put(patient('j1'))
      const reply = await patch('/Patient/j1', [replace])
      expect([reply.status, reply.headers['etag'], reply.json.gender]).toEqual([200, 'W/"2"', 'male'])
      expect(reply.headers['content-location']).toBe(`${BASE}/Patient/j1/_history/2`)
      expect(reply.headers['last-modified']).toBeDefined()
      const same = await patch('/Patient/j1', [replace])
      expect([same.status, same.headers['etag']]).toEqual([200, 'W/"2"'])
    })

    test('keeps the digits of decimals that it does not touch, and of those that it brings', async () => {
      await server.call({
        method: 'PUT',
        path: '/Location/j2',
        body: '{"resourceType":"Location","id":"j2","position":{"longitude":1.50,"latitude":2.0}}',
      })
      await patch('/Location/j2', '[{"op":"add","path":"/position/altitude","value":7.10}]')
      const read = await server.call({ path: '/Location/j2' })
      expect(read.text).toContain('"longitude":1.50,"latitude":2.0,"altitude":7.10')
    })

    test('honours If-Match, and a test that fails changes nothing', async () => {
      await put(patient('j3'))
      const stale = await patch('/Patient/j3', [replace], { ...JSON_PATCH, 'if-match': 'W/"9"' })
      expect([stale.status, codes(stale)]).toEqual([412, ['version-stale']])
      const tested = await patch('/Patient/j3', [replace, { op: 'test', path: '/gender', value: 'female' }])
      expect([tested.status, codes(tested)]).toEqual([422, ['patch-test-failed']])
      const good = await patch('/Patient/j3', [replace], { ...JSON_PATCH, 'if-match': 'W/"1"' })
      expect(good.headers['etag']).toBe('W/"2"')
    })

    test('of nothing is 404, of what was deleted 410', async () => {
      expect((await patch('/Patient/nobody', [replace])).status).toBe(404)
      await put(patient('j4'))
      await server.call({ method: 'DELETE', path: '/Patient/j4' })
      expect((await patch('/Patient/j4', [replace])).status).toBe(410)
    })

    test('is refused when what it makes is not valid, has another id or another type', async () => {
      await put(patient('j5'))
      const invalid = await patch('/Patient/j5', [
        { op: 'replace', path: '/gender', value: 'F' },
        { op: 'add', path: '/foo', value: 1 },
      ])
      expect([
        invalid.status,
        invalid.json.issue.map((issue: { expression: string[] }) => issue.expression[0]),
      ]).toEqual([422, ['Patient.gender', 'Patient.foo']])
      for (const path of ['/id', '/resourceType']) {
        const other = await patch('/Patient/j5', [{ op: 'replace', path, value: 'Person' }])
        expect([other.status, codes(other)]).toEqual([422, ['patch-immutable']])
      }
      expect((await server.call({ path: '/Patient/j5' })).headers['etag']).toBe('W/"1"')
    })

    test('that is malformed is 400, that is no JSON or unsafe too', async () => {
      await put(patient('j6'))
      const malformed = await patch('/Patient/j6', [
        { op: 'x', path: '/a' },
        { op: 'add', path: '/a' },
      ])
      expect([malformed.status, malformed.json.issue.length]).toEqual([400, 2])
      expect((await patch('/Patient/j6', '[{')).status).toBe(400)
      const unsafe = await patch('/Patient/j6', '[{"op":"add","path":"/a","value":{"__proto__":1}}]')
      expect(codes(unsafe)).toEqual(['json-unsafe-key'])
    })

    test('may be sent as plain JSON, and nowhere but to PATCH; Accept-Patch says as what', async () => {
      await put(patient('j7'))
      expect((await patch('/Patient/j7', [replace], { 'content-type': 'application/json' })).status).toBe(200)
      const post = await server.call({
        method: 'POST',
        path: '/Patient',
        body: [replace],
        headers: JSON_PATCH,
      })
      expect(post.status).toBe(415)
      const xml = await patch('/Patient/j7', '<diff/>', { 'content-type': 'application/xml-patch+xml' })
      expect([xml.status, xml.json.issue[0].diagnostics]).toEqual([415, expect.stringContaining('JSON')])
      expect(xml.headers['accept-patch']).toBe('application/json-patch+json, application/fhir+json')
      const options = await server.call({ method: 'OPTIONS', path: '/Patient/j7' })
      expect(options.headers['accept-patch']).toBe(xml.headers['accept-patch'])
    })
  })

  describe('a FHIRPath Patch', () => {
    const FHIR = { 'content-type': 'application/fhir+json' }
    const operation = (type: string, path: string, ...part: readonly object[]) => ({
      name: 'operation',
      part: [{ name: 'type', valueCode: type }, { name: 'path', valueString: path }, ...part],
    })
    const parameters = (...parameter: readonly object[]) => ({ resourceType: 'Parameters', parameter })

    test('is told by its body, and answers as an update does', async () => {
      await put(patient('f1'))
      const reply = await patch(
        '/Patient/f1',
        parameters(
          operation('replace', 'Patient.gender', { name: 'value', valueCode: 'male' }),
          operation(
            'add',
            'Patient',
            { name: 'name', valueString: 'birthDate' },
            { name: 'value', valueDate: '1930-01-01' },
          ),
        ),
        FHIR,
      )
      expect([reply.status, reply.json.gender, reply.json.birthDate]).toEqual([200, 'male', '1930-01-01'])
    })

    test('names the operation that can not be done, and refuses what is not a patch', async () => {
      await put(patient('f2', { name: [{ text: 'a' }, { text: 'b' }] }))
      const several = await patch('/Patient/f2', parameters(operation('delete', 'Patient.name')), FHIR)
      expect([several.status, codes(several), several.json.issue[0].expression]).toEqual([
        422,
        ['patch-path-ambiguous'],
        ['Parameters.parameter[0]'],
      ])
      const wrong = parameters(
        operation(
          'add',
          'Patient',
          { name: 'name', valueString: 'birthDate' },
          { name: 'value', valueString: 'x' },
        ),
      )
      expect((await patch('/Patient/f2', wrong, FHIR)).status).toBe(422)
      expect((await patch('/Patient/f2', patient('f2'), FHIR)).status).toBe(400)
      expect((await patch('/Patient/f2', parameters(operation('x', 'Patient')), FHIR)).status).toBe(400)
    })
  })

  describe('a conditional PATCH', () => {
    test('changes the only match; none is 404, several are 412, a query without criteria 400', async () => {
      const identifier = [{ system: 'urn:p', value: '1' }]
      expect((await patch('/Patient?identifier=urn:p|1', [replace])).status).toBe(404)
      await put(patient('c1', { identifier }))
      const one = await patch('/Patient?identifier=urn:p|1&_format=json', [replace])
      expect([one.status, one.json.id, one.json.gender]).toEqual([200, 'c1', 'male'])
      await put(patient('c2', { identifier }))
      const several = await patch('/Patient?identifier=urn:p|1', [replace])
      expect([several.status, codes(several)]).toEqual([412, ['condition-ambiguous']])
      expect((await patch('/Patient', [replace])).status).toBe(400)
      expect((await patch('/Patient?nothing=1', [replace])).status).toBe(400)
    })
  })

  test('many patches side by side are all done', async () => {
    await server.call({
      method: 'PUT',
      path: '/Basic/many',
      body: { resourceType: 'Basic', id: 'many', code: { text: 'x' }, identifier: [{ value: 'first' }] },
    })
    const replies = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        patch('/Basic/many', [{ op: 'add', path: '/identifier/-', value: { value: `${i}` } }]),
      ),
    )
    expect(replies.map(reply => reply.status)).toEqual(replies.map(() => 200))
    const read = await server.call({ path: '/Basic/many' })
    expect(read.json.identifier).toHaveLength(21)
  })
}
