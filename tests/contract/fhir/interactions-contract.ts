import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, type FhirServer } from '../../support/fhir-server.ts'
import { refusalsContract } from './refusals-contract.ts'

/** What the FHIR surface promises over any store. */
export function interactionsContract(open: () => Promise<FhirServer>): void {
  let server: FhirServer
  beforeAll(async () => {
    server = await open()
  })
  afterAll(() => server.close())

  const patient = (more: object = {}) => ({ resourceType: 'Patient', name: [{ family: 'Rivers' }], ...more })

  describe('create', () => {
    test('answers 201 with Location, ETag, Last-Modified and the resource as stored', async () => {
      const reply = await server.call({ method: 'POST', path: '/Patient', body: patient({ id: 'ignored' }) })
      expect(reply.status).toBe(201)
      expect(reply.headers['content-type']).toBe('application/fhir+json; charset=utf-8')
      expect(reply.headers['etag']).toBe('W/"1"')
      expect(reply.headers['location']).toBe(`${BASE}/Patient/${reply.json.id}/_history/1`)
      expect(reply.headers['last-modified']).toBe('Sun, 22 Nov 2026 08:00:00 GMT')
      expect(reply.json.id).not.toBe('ignored')
      expect(reply.json.meta).toMatchObject({ versionId: '1', lastUpdated: '2026-11-22T08:00:00.000Z' })
    })

    test('a decimal keeps its digits', async () => {
      const body = '{"resourceType":"Location","position":{"longitude":1.50,"latitude":2.0}}'
      const reply = await server.call({ method: 'POST', path: '/Location', body })
      expect(reply.status).toBe(201)
      const read = await server.call({ path: `/Location/${reply.json.id}` })
      expect(read.text).toContain('"longitude":1.50,"latitude":2.0')
    })

    test('Prefer chooses between nothing, the resource and an OperationOutcome', async () => {
      const minimal = await server.call({
        method: 'POST',
        path: '/Patient',
        body: patient(),
        headers: { prefer: 'return=minimal' },
      })
      expect([minimal.status, minimal.text]).toEqual([201, ''])
      const outcome = await server.call({
        method: 'POST',
        path: '/Patient',
        body: patient(),
        headers: { prefer: 'return=OperationOutcome' },
      })
      expect(outcome.json.resourceType).toBe('OperationOutcome')
    })

    test('an invalid resource is refused with every fault and its place', async () => {
      const reply = await server.call({
        method: 'POST',
        path: '/Patient',
        body: patient({ gender: 'F', foo: 1, birthDate: '2026-02-30' }),
      })
      expect(reply.status).toBe(400)
      const places = reply.json.issue.flatMap((issue: { expression?: string[] }) => issue.expression ?? [])
      expect(places).toEqual(expect.arrayContaining(['Patient.gender', 'Patient.foo', 'Patient.birthDate']))
    })

    test('a body of another type than the address says is refused', async () => {
      const reply = await server.call({ method: 'POST', path: '/Encounter', body: patient() })
      expect([reply.status, reply.json.issue[0].code]).toEqual([400, 'invalid'])
    })
  })

  describe('update', () => {
    test('creates at an address that the client chose, then makes a version per change and none without one', async () => {
      const put = (body: object) =>
        server.call({ method: 'PUT', path: '/Patient/chosen-1', body: { id: 'chosen-1', ...body } })
      const first = await put(patient())
      expect([first.status, first.headers['location']]).toEqual([201, `${BASE}/Patient/chosen-1/_history/1`])
      const same = await put(patient({ meta: { versionId: '7' } }))
      expect([same.status, same.headers['etag']]).toEqual([200, 'W/"1"'])
      const changed = await put(patient({ gender: 'female' }))
      expect([changed.status, changed.headers['etag'], changed.json.gender]).toEqual([200, 'W/"2"', 'female'])
      const read = await server.call({ path: '/Patient/chosen-1' })
      expect([read.status, read.headers['etag']]).toEqual([200, 'W/"2"'])
    })

    test('If-Match lets only the version through that stands', async () => {
      await server.call({ method: 'PUT', path: '/Patient/guarded', body: patient({ id: 'guarded' }) })
      const put = (ifMatch: string, gender: string) =>
        server.call({
          method: 'PUT',
          path: '/Patient/guarded',
          body: patient({ id: 'guarded', gender }),
          headers: { 'if-match': ifMatch },
        })
      expect((await put('W/"7"', 'male')).status).toBe(412)
      expect((await put('W/"7", W/"1"', 'male')).status).toBe(200)
      expect((await put('"2"', 'female')).status).toBe(200)
      expect((await put('2', 'male')).status).toBe(400)
      expect((await put('W/"2"', 'male')).status).toBe(412)
    })

    test('If-Match on what is not there fails, If-None-Match: * on what is there too', async () => {
      const none = await server.call({
        method: 'PUT',
        path: '/Patient/nobody',
        body: patient({ id: 'nobody' }),
        headers: { 'if-match': 'W/"1"' },
      })
      expect(none.status).toBe(412)
      await server.call({ method: 'PUT', path: '/Patient/somebody', body: patient({ id: 'somebody' }) })
      const there = await server.call({
        method: 'PUT',
        path: '/Patient/somebody',
        body: patient({ id: 'somebody', gender: 'male' }),
        headers: { 'if-none-match': '*' },
      })
      expect(there.status).toBe(412)
    })

    test('the id in the body must be the one in the address', async () => {
      const reply = await server.call({ method: 'PUT', path: '/Patient/a', body: patient({ id: 'b' }) })
      expect(reply.status).toBe(400)
    })

    test('one of two writers with the same If-Match wins', async () => {
      await server.call({ method: 'PUT', path: '/Patient/race', body: patient({ id: 'race' }) })
      const replies = await Promise.all(
        ['male', 'female', 'other', 'unknown'].map(gender =>
          server.call({
            method: 'PUT',
            path: '/Patient/race',
            body: patient({ id: 'race', gender }),
            headers: { 'if-match': 'W/"1"' },
          }),
        ),
      )
      expect(replies.map(reply => reply.status).toSorted((a, b) => a - b)).toEqual([200, 412, 412, 412])
    })

    test('writers without If-Match all succeed, one version each', async () => {
      const replies = await Promise.all(
        Array.from({ length: 20 }, (_, n) =>
          server.call({
            method: 'PUT',
            path: '/Patient/busy',
            body: patient({ id: 'busy', name: [{ family: `Rivers${n}` }] }),
          }),
        ),
      )
      expect(replies.every(reply => reply.status === 200 || reply.status === 201)).toBe(true)
      const history = await server.call({ path: '/Patient/busy/_history' })
      expect(history.json.entry).toHaveLength(20)
    })
  })

  describe('read', () => {
    test('_at gives what stood then: 404 before the first version, 410 while it was deleted', async () => {
      const began = server.clock.nowMs
      const at = (seconds: number) => new Date(began + seconds * 1000).toISOString()
      const path = '/Patient/lived'
      const put = (gender: string) =>
        server.call({ method: 'PUT', path, body: patient({ id: 'lived', gender }) })
      await put('female')
      server.clock.nowMs = began + 10_000
      await put('male')
      server.clock.nowMs = began + 20_000
      await server.call({ method: 'DELETE', path })
      server.clock.nowMs = began
      const read = (query: string) => server.call({ path: `${path}?_at=${query}` })
      expect((await read(at(-1))).status).toBe(404)
      const first = await read(at(9))
      expect([first.status, first.json.gender, first.headers['etag']]).toEqual([200, 'female', 'W/"1"'])
      expect((await read(at(10))).json.gender).toBe('male')
      expect((await read('2026-11-22T09:00:11%2B01:00')).json.gender).toBe('male')
      expect((await read(at(20))).status).toBe(410)
      for (const wrong of ['2026-11-22', 'yesterday', '', `${at(1)}&_at=${at(2)}`]) {
        const refused = await read(wrong)
        expect([refused.status, refused.json.issue[0].details.coding[0].code]).toEqual([400, 'at-malformed'])
      }
    })

    test('what is unknown is 404, what was deleted is 410, and its versions stay', async () => {
      await server.call({ method: 'PUT', path: '/Patient/gone', body: patient({ id: 'gone' }) })
      expect((await server.call({ method: 'DELETE', path: '/Patient/gone' })).status).toBe(204)
      expect((await server.call({ path: '/Patient/gone' })).status).toBe(410)
      expect((await server.call({ path: '/Patient/gone/_history/1' })).status).toBe(200)
      expect((await server.call({ path: '/Patient/gone/_history/2' })).status).toBe(410)
      expect((await server.call({ path: '/Patient/gone/_history/3' })).status).toBe(404)
      expect((await server.call({ path: '/Patient/never' })).status).toBe(404)
      const history = await server.call({ path: '/Patient/gone/_history' })
      expect(
        history.json.entry.map((entry: { request: { method: string } }) => entry.request.method),
      ).toEqual(['DELETE', 'PUT'])
      const again = await server.call({ method: 'PUT', path: '/Patient/gone', body: patient({ id: 'gone' }) })
      expect([again.status, again.headers['etag']]).toEqual([201, 'W/"3"'])
    })

    test('deleting what is not there is fine', async () => {
      expect((await server.call({ method: 'DELETE', path: '/Patient/never-was' })).status).toBe(204)
    })

    test('a conditional read answers 304 when nothing changed', async () => {
      await server.call({ method: 'PUT', path: '/Patient/still', body: patient({ id: 'still' }) })
      const reply = await server.call({ path: '/Patient/still', headers: { 'if-none-match': 'W/"1"' } })
      expect([reply.status, reply.text]).toEqual([304, ''])
      const since = await server.call({
        path: '/Patient/still',
        headers: { 'if-modified-since': 'Sun, 22 Nov 2026 08:00:00 GMT' },
      })
      expect(since.status).toBe(304)
    })

    test('HEAD has the headers of GET and no body', async () => {
      await server.call({ method: 'PUT', path: '/Patient/head', body: patient({ id: 'head' }) })
      const reply = await server.call({ method: 'HEAD', path: '/Patient/head' })
      expect([reply.status, reply.headers['etag'], reply.text]).toEqual([200, 'W/"1"', ''])
    })

    test('history says how many versions there are, and how the first came', async () => {
      const entriesOf = async (key: string) => (await server.call({ path: `/${key}/_history` })).json.entry
      const requests = async (key: string) =>
        (await entriesOf(key)).map(({ request }: { request: object }) => request)
      await server.call({ method: 'PUT', path: '/Patient/said', body: patient({ id: 'said' }) })
      await server.call({ method: 'DELETE', path: '/Patient/said' })
      expect(await requests('Patient/said')).toEqual([
        { method: 'DELETE', url: 'Patient/said' },
        { method: 'PUT', url: 'Patient/said' },
      ])
      const condition = { 'if-none-exist': 'identifier=urn:mrn|how' }
      for (const headers of [{}, condition]) {
        const made = await server.call({ method: 'POST', path: '/Patient', body: patient(), headers })
        expect(await requests(`Patient/${made.json.id}`)).toEqual([{ method: 'POST', url: 'Patient' }])
      }
    })

    test('history pages by version', async () => {
      for (const gender of ['male', 'female', 'other', 'unknown', 'male']) {
        await server.call({ method: 'PUT', path: '/Patient/pages', body: patient({ id: 'pages', gender }) })
      }
      const versions: string[] = []
      let next: string | undefined = `${BASE}/Patient/pages/_history?_count=2`
      while (next !== undefined) {
        const page = await server.call({ path: next })
        expect(page.json.total).toBe(5)
        versions.push(
          ...page.json.entry.map(
            (entry: { resource: { meta: { versionId: string } } }) => entry.resource.meta.versionId,
          ),
        )
        next = page.json.link.find((link: { relation: string }) => link.relation === 'next')?.url
      }
      expect(versions).toEqual(['5', '4', '3', '2', '1'])
    })
  })

  test('an id that looks like one minted here, in another shard than its patient, is found by every road', async () => {
    const id = '018f0000-0000-8ffc-8000-000000000001'
    const visit = (status: string) => ({
      ...{ resourceType: 'Encounter', id, status, class: { code: 'IMP' } },
      subject: { reference: 'Patient/far-away' },
    })
    await server.call({ method: 'PUT', path: '/Patient/far-away', body: patient({ id: 'far-away' }) })
    const made = await server.call({ method: 'PUT', path: `/Encounter/${id}`, body: visit('planned') })
    const changed = await server.call({ method: 'PUT', path: `/Encounter/${id}`, body: visit('arrived') })
    expect([made.status, changed.status]).toEqual([201, 200])
    expect((await server.call({ path: `/Encounter/${id}` })).json.status).toBe('arrived')
    expect((await server.call({ path: `/Encounter/${id}/_history/1` })).json.status).toBe('planned')
    expect((await server.call({ path: `/Encounter?_id=${id}` })).json.entry).toHaveLength(1)
    const included = await server.call({ path: `/Encounter?_id=${id}&_include=Encounter:patient` })
    expect(included.json.entry).toHaveLength(2)
    expect((await server.call({ method: 'DELETE', path: `/Encounter/${id}` })).status).toBe(204)
    expect((await server.call({ path: `/Encounter/${id}` })).status).toBe(410)
  })

  describe('conditional create', () => {
    const identified = (value: string) => patient({ identifier: [{ system: 'urn:mrn', value }] })
    const create = (value: string) =>
      server.call({
        method: 'POST',
        path: '/Patient',
        body: identified(value),
        headers: { 'if-none-exist': `identifier=urn:mrn|${value}` },
      })

    test('creates once, then answers 200 with the one that is there', async () => {
      const first = await create('A1')
      const second = await create('A1')
      expect([first.status, second.status]).toEqual([201, 200])
      expect(second.json.id).toBe(first.json.id)
      expect(second.headers['location']).toBe(`${BASE}/Patient/${first.json.id}/_history/1`)
    })

    test('of fifty side by side one creates', async () => {
      const replies = await Promise.all(Array.from({ length: 50 }, () => create('A50')))
      expect(
        replies
          .map(reply => reply.status)
          .toSorted((a, b) => a - b)
          .slice(-2),
      ).toEqual([200, 201])
      expect(new Set(replies.map(reply => reply.json.id)).size).toBe(1)
      const found = await server.call({ path: '/Patient?identifier=urn:mrn|A50&_summary=count' })
      expect(found.json.total).toBe(1)
    })

    test('several matches are 412, a condition without a parameter 400', async () => {
      for (let n = 0; n < 2; n += 1)
        await server.call({ method: 'POST', path: '/Patient', body: identified('twice') })
      expect((await create('twice')).status).toBe(412)
      const empty = await server.call({
        method: 'POST',
        path: '/Patient',
        body: patient(),
        headers: { 'if-none-exist': '_count=1' },
      })
      expect(empty.status).toBe(400)
    })

    test('creates anew when the one that was made is gone or no longer matches', async () => {
      const first = await create('A2')
      await server.call({ method: 'DELETE', path: `/Patient/${first.json.id}` })
      const second = await create('A2')
      expect([second.status, second.json.id === first.json.id]).toEqual([201, false])
      await server.call({
        method: 'PUT',
        path: `/Patient/${second.json.id}`,
        body: { ...identified('other'), id: second.json.id },
      })
      const third = await create('A2')
      expect([third.status, third.json.id === second.json.id]).toEqual([201, false])
    })
  })

  refusalsContract(() => server)
}
