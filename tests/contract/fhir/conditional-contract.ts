import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type FhirServer } from '../../support/fhir-server.ts'

/** What conditional updates and deletes, and `Prefer` on every write, promise over any store. */
export function conditionalContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server.close())

  type Headers = Readonly<Record<string, string>>

  const patient = (value: string, more: object = {}) => ({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:c', value }],
    ...more,
  })
  const update = (value: string, body: object, headers: Headers = {}) =>
    server.call({ method: 'PUT', path: `/Patient?identifier=urn:c|${value}`, body, headers })
  const remove = (query: string, headers: Headers = {}) =>
    server.call({ method: 'DELETE', path: `/Patient?${query}`, headers })
  const put = (id: string, body: object) =>
    server.call({ method: 'PUT', path: `/Patient/${id}`, body: { ...body, id } })
  const codeOf = (reply: { json: { issue: { details: { coding: { code: string }[] } }[] } }) =>
    reply.json.issue[0]?.details.coding[0]?.code
  const totalOf = async (query: string) =>
    (await server.call({ path: `/Patient?${query}&_summary=count` })).json.total

  describe('a conditional update', () => {
    test('creates what nothing matches, updates the only match, and makes no version when nothing differs', async () => {
      const created = await update('1', patient('1'))
      expect([created.status, created.headers['etag']]).toEqual([201, 'W/"1"'])
      expect(created.headers['location']).toBe(`${BASE}/Patient/${created.json.id}/_history/1`)
      const updated = await update('1', patient('1', { gender: 'male' }))
      expect([updated.status, updated.json.id, updated.headers['etag']]).toEqual([
        200,
        created.json.id,
        'W/"2"',
      ])
      expect(updated.headers['location']).toBeUndefined()
      const same = await update('1', patient('1', { gender: 'male', id: created.json.id }))
      expect([same.status, same.headers['etag']]).toEqual([200, 'W/"2"'])
    })

    test('creates under the id in the body, unless that one is another resource', async () => {
      const created = await update('2', patient('2', { id: 'own-2' }))
      expect([created.status, created.headers['location']]).toEqual([201, `${BASE}/Patient/own-2/_history/1`])
      await put('other-2', patient('other'))
      const taken = await update('2b', patient('2b', { id: 'other-2' }))
      expect([taken.status, codeOf(taken)]).toEqual([409, 'condition-id-taken'])
      await server.call({ method: 'DELETE', path: '/Patient/own-2' })
      const again = await update('2', patient('2', { id: 'own-2' }))
      expect([again.status, again.headers['etag']]).toEqual([201, 'W/"3"'])
    })

    test('refuses an id that is not that of the match, and several matches', async () => {
      await put('a-3', patient('3'))
      const other = await update('3', patient('3', { id: 'b-3' }))
      expect([other.status, codeOf(other)]).toEqual([400, 'resource-id-mismatch'])
      await put('b-3', patient('3'))
      const several = await update('3', patient('3'))
      expect([several.status, codeOf(several)]).toEqual([412, 'condition-ambiguous'])
      expect((await server.call({ method: 'PUT', path: '/Patient', body: patient('3') })).status).toBe(400)
      expect(
        (await server.call({ method: 'PUT', path: '/Patient?nothing=3', body: patient('3') })).status,
      ).toBe(400)
    })

    test('honours If-Match and If-None-Match', async () => {
      await put('m-4', patient('4'))
      expect((await update('4', patient('4', { gender: 'male' }), { 'if-match': 'W/"2"' })).status).toBe(412)
      expect((await update('4', patient('4', { gender: 'male' }), { 'if-none-match': '*' })).status).toBe(412)
      expect((await update('4', patient('4', { gender: 'male' }), { 'if-match': 'W/"1"' })).status).toBe(200)
      expect((await update('4b', patient('4b'), { 'if-match': 'W/"1"' })).status).toBe(412)
    })

    test('by fifty clients at once ends in one resource, each of them heard', async () => {
      const replies = await Promise.all(
        Array.from({ length: 50 }, (_, i) =>
          update('50', patient('50', { name: [{ text: `client ${i}` }] })),
        ),
      )
      expect(replies.filter(reply => reply.status === 201)).toHaveLength(1)
      expect(replies.filter(reply => reply.status === 200)).toHaveLength(49)
      expect(new Set(replies.map(reply => reply.json.id)).size).toBe(1)
      expect(await totalOf('identifier=urn:c|50')).toBe(1)
      expect(new Set(replies.map(reply => reply.headers['etag'])).size).toBe(50)
    })

    test('side by side with conditional creates under the same condition ends in one resource', async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          i % 2 === 0
            ? update('51', patient('51'))
            : server.call({
                method: 'POST',
                path: '/Patient',
                body: patient('51'),
                headers: { 'if-none-exist': 'identifier=urn:c|51' },
              }),
        ),
      )
      expect(new Set(replies.map(reply => reply.json.id)).size).toBe(1)
      expect(await totalOf('identifier=urn:c|51')).toBe(1)
    })

    test('never writes to what stopped matching meanwhile', async () => {
      await put('moving', patient('60'))
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, i) =>
          i % 2 === 0
            ? put('moving', patient(i % 4 === 0 ? '60' : '61'))
            : update('60', patient('60', { name: [{ text: 'meant 60' }] })),
        ),
      )
      expect(replies.filter(reply => reply.status >= 500)).toEqual([])
      const history = await server.call({ path: '/Patient/moving/_history' })
      const versions: { resource: { identifier: { value: string }[]; name?: unknown } }[] = history.json.entry
      const values = versions
        .toReversed()
        .map(({ resource }) => [resource.identifier[0]?.value, resource.name])
      // Who wrote a name had found 60 in the version before.
      for (const [i, [, name]] of values.entries()) if (name) expect(values[i - 1]?.[0]).toBe('60')
    })
  })

  describe('a conditional delete', () => {
    test('takes the only match; none is fine, several are 412, a query without criteria 400', async () => {
      expect((await remove('identifier=urn:c|70')).status).toBe(204)
      await put('d-70', patient('70'))
      const done = await remove('identifier=urn:c|70', { prefer: 'return=OperationOutcome' })
      expect([done.status, done.json.issue[0].severity]).toEqual([200, 'information'])
      expect((await server.call({ path: '/Patient/d-70' })).status).toBe(410)
      await put('d-71', patient('71'))
      await put('d-72', patient('71'))
      const several = await remove('identifier=urn:c|71')
      expect([several.status, codeOf(several)]).toEqual([412, 'condition-ambiguous'])
      expect(await totalOf('identifier=urn:c|71')).toBe(2)
      expect((await remove('')).status).toBe(400)
      expect((await remove('_count=1')).status).toBe(400)
      expect((await remove('unknown=1', { prefer: 'handling=lenient' })).status).toBe(400)
    })

    test('is declared as single, beside conditional update and patch', async () => {
      const { json } = await server.call({ path: '/metadata' })
      const [type] = json.rest[0].resource
      expect([type.conditionalUpdate, type.conditionalDelete, type.conditionalCreate]).toEqual([
        true,
        'single',
        true,
      ])
      expect(type.interaction).toContainEqual({ code: 'patch' })
      expect(json.patchFormat).toEqual(['application/json-patch+json', 'application/fhir+json'])
    })
  })

  describe('Prefer', () => {
    const identifier = (n: number) => patient(`p${n}`)
    const patch = [{ op: 'add', path: '/active', value: true }]
    const writes: readonly (readonly [
      string,
      (headers: Headers, n: number) => ReturnType<FhirServer['call']>,
    ])[] = [
      [
        'create',
        (headers, n) => server.call({ method: 'POST', path: '/Patient', body: identifier(n), headers }),
      ],
      [
        'update',
        (headers, n) =>
          server.call({
            method: 'PUT',
            path: `/Patient/pu-${n}`,
            body: { ...identifier(n), id: `pu-${n}` },
            headers,
          }),
      ],
      ['conditional update', (headers, n) => update(`p${n}c`, patient(`p${n}c`), headers)],
      [
        'patch',
        async (headers, n) => {
          await put(`pp-${n}`, identifier(n))
          const type = { 'content-type': 'application/json-patch+json' }
          return server.call({
            method: 'PATCH',
            path: `/Patient/pp-${n}`,
            body: patch,
            headers: { ...type, ...headers },
          })
        },
      ],
    ]

    test.each(writes)(
      'chooses what a %s gives back, with the version always in the headers',
      async (_name, write) => {
        const bodies = new Map<string, unknown>()
        for (const [n, returned] of ['minimal', 'representation', 'OperationOutcome'].entries()) {
          const reply = await write({ prefer: `return=${returned}` }, n)
          expect([200, 201]).toContain(reply.status)
          expect(reply.headers['preference-applied']).toBe(`return=${returned}`)
          expect(reply.headers['etag']).toMatch(/^W\/"\d+"$/)
          expect(reply.headers['last-modified']).toMatch(/GMT$/)
          expect(reply.headers['location'] !== undefined).toBe(reply.status === 201)
          expect(reply.headers['content-location'] !== undefined).toBe(returned === 'representation')
          bodies.set(returned, reply.text === '' ? '' : reply.json.resourceType)
        }
        expect(Object.fromEntries(bodies)).toEqual({
          minimal: '',
          representation: 'Patient',
          OperationOutcome: 'OperationOutcome',
        })
      },
    )
  })
}
