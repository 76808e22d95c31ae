import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { FhirReply, FhirServer } from '../../support/fhir-server.ts'

interface Entry {
  readonly search: { readonly mode: string }
  readonly resource: { readonly resourceType: string; readonly id: string }
}

type Resource = { readonly resourceType: string; readonly id: string; readonly [name: string]: unknown }

/** What the FHIR surface promises of the pages of a search over any store. */
export function searchPagesContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer

  const put = async (resource: Resource) => {
    const path = `/${resource.resourceType}/${resource.id}`
    const reply = await server.call({ method: 'PUT', path, body: resource })
    if (reply.status > 201) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    server.clock.nowMs += 1000
  }
  const ok = async (path: string) => {
    const reply = await server.call({ path })
    if (reply.status !== 200) throw new Error(`${path}: ${reply.status} ${reply.text}`)
    return reply
  }
  const keys = ({ json }: FhirReply) =>
    ((json.entry ?? []) as readonly Entry[]).map(({ resource }) => `${resource.resourceType}/${resource.id}`)
  const link = ({ json }: FhirReply, relation: string): string | undefined =>
    json.link.find((each: { relation: string }) => each.relation === relation)?.url
  const post = (path: string, body: string) =>
    server.call({
      ...{ method: 'POST', path, body },
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    })

  beforeAll(async () => {
    server = await open()
    for (const [id, family] of [
      ['a', 'Secretson'],
      ['b', 'Hiddenby'],
      ['c', 'Coverton'],
    ] as const) {
      await put({ resourceType: 'Patient', id, name: [{ family }] })
    }
  })
  afterAll(() => server.close())

  describe('links', () => {
    test('lead through every page and carry nothing of the request in clear', async () => {
      const begun = await ok('/Patient?family=secretson,hiddenby,coverton&_sort=family&_count=1')
      expect(link(begun, 'self')).toContain('secretson')
      const next = link(begun, 'next') ?? ''
      expect(next).toMatch(/^http:\/\/casewire\.test\/fhir\/Patient\?_page=[\w-]+$/)
      expect(
        Buffer.from(next.slice(next.indexOf('=') + 1), 'base64url')
          .toString('latin1')
          .toLowerCase(),
      ).not.toMatch(/coverton|secretson/)
      const second = await ok(next)
      expect([keys(begun), keys(second)]).toEqual([['Patient/c'], ['Patient/b']])
      expect([link(second, 'self'), keys(await ok(link(second, 'first') ?? ''))]).toEqual([
        next,
        ['Patient/c'],
      ])
    })

    test('of a form show none of its values, and are followed by GET', async () => {
      const begun = await post('/Patient/_search?_count=1', 'family=secretson,hiddenby&_sort=family')
      expect([begun.status, keys(begun)]).toEqual([200, ['Patient/b']])
      expect(JSON.stringify(begun.json.link)).not.toMatch(/secretson|hiddenby|family/)
      expect(keys(await ok(link(begun, 'next') ?? ''))).toEqual(['Patient/a'])
      expect(keys(await ok(link(begun, 'self') ?? ''))).toEqual(['Patient/b'])
    })

    test('take _format and _pretty beside them and nothing else', async () => {
      const next = link(await ok('/Patient?_count=1'), 'next') ?? ''
      expect((await ok(`${next}&_format=json&_pretty=true`)).text).toContain('\n')
      const other = await server.call({ path: `${next}&family=x` })
      expect([other.status, other.json.issue[0].details.coding[0].code]).toEqual([400, 'search-page'])
    })

    test('hold for an hour; then 410 says to begin anew', async () => {
      const next = link(await ok('/Patient?_count=1'), 'next') ?? ''
      server.clock.nowMs += 3_599_000
      expect((await server.call({ path: next })).status).toBe(200)
      server.clock.nowMs += 2_000
      const late = await server.call({ path: next })
      expect([late.status, late.json.issue[0].details.coding[0].code]).toEqual([410, 'search-page-expired'])
      expect(late.json.issue[0].diagnostics).toContain('send the search again')
    })

    test('are good for their search and caller alone', async () => {
      const next = link(await ok('/Patient?_count=1'), 'next') ?? ''
      const token = next.slice(next.indexOf('=') + 1)
      const damaged = `${token.slice(0, 30)}${token[30] === 'A' ? 'B' : 'A'}${token.slice(31)}`
      const other = { 'x-actor': 'Practitioner/dr' }
      for (const [path, headers] of [
        [`/Observation?_page=${token}`, {}],
        [`/?_page=${token}`, {}],
        [`/Patient?_page=${damaged}`, {}],
        [`/Patient?_page=x`, {}],
        [`/Patient?_page=`, {}],
        [next, other],
      ] as const) {
        const reply = await server.call({ path, headers })
        expect([path, reply.status, reply.json.issue[0].code]).toEqual([path, 400, 'value'])
      }
    })

    test('keep their size when a client adds a _count to the link', async () => {
      const next = link(await ok('/Patient?_count=1'), 'next') ?? ''
      expect(keys(await ok(`${next}&_count=1000`))).toEqual(keys(await ok(next)))
    })

    test('of a search too long for an address are not made: the search is refused when it has a second page', async () => {
      const ids = Array.from(
        { length: 900 },
        (_, at) => `${(at * 7_919_777_777).toString(36)}${(at * 104_729_111_111).toString(36)}`,
      )
      const body = `_id=${[...ids, 'a', 'b'].join(',')}`
      expect(keys(await post('/Patient/_search', body))).toEqual(
        expect.arrayContaining(['Patient/a', 'Patient/b']),
      )
      const reply = await post('/Patient/_search?_count=1', body)
      expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([400, 'search-too-long'])
    })
  })

  test('what matches throughout is neither skipped nor doubled while others write', async () => {
    const medication = (at: number, code: string) => ({
      ...{ resourceType: 'Medication', id: `m${String(at).padStart(3, '0')}`, status: 'active' },
      code: { coding: [{ system: 'urn:c', code }] },
    })
    for (let at = 0; at < 60; at += 2) await put(medication(at, `k${at % 7}`))
    for (const sort of ['', '&_sort=code', '&_sort=-code,_id']) {
      const steady = new Map(
        Array.from({ length: 30 }, (_, at) => [`Medication/m${String(at * 2).padStart(3, '0')}`, 0]),
      )
      let [reply, odd] = [await ok(`/Medication?status=active&_count=4${sort}`), 1]
      for (;;) {
        for (const key of keys(reply)) if (steady.has(key)) steady.set(key, (steady.get(key) ?? 0) + 1)
        const next = link(reply, 'next')
        if (next === undefined) break
        await put(medication(odd, `k${odd % 7}`))
        if (odd > 2)
          await server.call({ method: 'DELETE', path: `/Medication/${medication(odd - 2, '').id}` })
        odd += 2
        reply = await ok(next)
      }
      expect([sort, new Set(steady.values())]).toEqual([sort, new Set([1])])
    }
  })
}
