import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openFhirServer, type FhirReply, type FhirServer } from '../support/fhir-server.ts'

describe('entries of a batch or transaction', () => {
  let server: FhirServer
  beforeAll(async () => {
    server = await openFhirServer()
  })
  afterAll(() => server.close())

  type Entry = Readonly<Record<string, unknown>>

  const URN = 'urn:uuid:11111111-1111-4111-8111-111111111111'
  const LINK = 'urn:uuid:33333333-3333-4333-8333-333333333333'
  const send = (type: string, entry: readonly Entry[], headers: Readonly<Record<string, string>> = {}) =>
    server.call({ method: 'POST', path: '/', body: { resourceType: 'Bundle', type, entry }, headers })
  const request = (method: string, url: string, more: Entry = {}) => ({ request: { method, url, ...more } })
  const patient = (value: string, more: object = {}) => ({
    resourceType: 'Patient',
    identifier: [{ system: 'urn:e', value }],
    ...more,
  })
  const query = (value: string) => `Patient?identifier=urn:e|${value}`
  const put = (id: string, body: object) =>
    server.call({ method: 'PUT', path: `/Patient/${id}`, body: { ...body, id } })
  const encounter = (reference: string) => ({
    resourceType: 'Encounter',
    status: 'planned',
    class: { code: 'IMP' },
    subject: { reference },
  })
  const statuses = (reply: FhirReply): string[] =>
    reply.json.entry.map((entry: { response: { status: string } }) => entry.response.status.slice(0, 3))
  const codeOf = (reply: FhirReply): string => reply.json.issue[0].details.coding[0].code
  const jsonPatch = (...operations: readonly object[]) => ({
    resourceType: 'Binary',
    contentType: 'application/json-patch+json',
    data: Buffer.from(JSON.stringify(operations)).toString('base64'),
  })
  const fhirPatch = (path: string, value: object) => ({
    resourceType: 'Parameters',
    parameter: [
      {
        name: 'operation',
        part: [
          { name: 'type', valueCode: 'replace' },
          { name: 'path', valueString: path },
          { name: 'value', ...value },
        ],
      },
    ],
  })

  test('a Bundle that is written as a resource keeps the references between its entries, and no condition in it is searched for', async () => {
    const inner = (reference: string) => ({
      ...{ resourceType: 'Bundle', type: 'collection' },
      entry: [
        { fullUrl: URN, resource: { resourceType: 'Patient' } },
        {
          fullUrl: URN.replaceAll('1', '2'),
          resource: { ...encounter(reference), partOf: { reference: LINK } },
        },
      ],
    })
    const reply = await send('transaction', [
      { fullUrl: URN, resource: patient('outer'), ...request('POST', 'Patient') },
      { fullUrl: LINK, resource: encounter(URN), ...request('POST', 'Encounter') },
      { resource: { ...inner(URN), id: 'document' }, ...request('PUT', 'Bundle/document') },
      { resource: { ...inner(URN.replaceAll('1', '9')), id: 'far' }, ...request('PUT', 'Bundle/far') },
    ])
    expect(statuses(reply)).toEqual(['201', '201', '201', '201'])
    const kept = (await server.call({ path: '/Bundle/document' })).json.entry[1].resource
    expect(kept.subject.reference).toBe(URN)
    expect(kept.partOf.reference).toMatch(/^Encounter\//)
    const alone = await server.call({ method: 'POST', path: '/Bundle', body: inner(query('nobody')) })
    expect([alone.status, alone.json.entry[1].resource.subject.reference]).toEqual([201, query('nobody')])
  })

  test('a conditional reference may begin with the own base; one to another server is left as it is', async () => {
    const made = await put('asked-for', patient('by-base'))
    const base = String(made.headers['location']).replace(/\/Patient\/.*/, '')
    const elsewhere = `https://elsewhere.example/fhir/${query('by-base')}`
    const reply = await send('transaction', [
      {
        resource: { ...encounter(`${base}/${query('by-base')}`), id: 'a' },
        ...request('PUT', 'Encounter/a'),
      },
      { resource: { ...encounter(elsewhere), id: 'b' }, ...request('PUT', 'Encounter/b') },
    ])
    expect(statuses(reply)).toEqual(['201', '201'])
    const subjectOf = async (id: string) =>
      (await server.call({ path: `/Encounter/${id}` })).json.subject.reference
    expect([await subjectOf('a'), await subjectOf('b')]).toEqual(['Patient/asked-for', elsewhere])
    const missing = encounter(`${base}/${query('nobody')}`)
    const refused = await send('transaction', [{ resource: missing, ...request('POST', 'Encounter') }])
    expect([refused.status, codeOf(refused)]).toEqual([412, 'condition-unmatched'])
  })

  test('are updated, patched and deleted by their queries in one transaction, and refs lead to what was found', async () => {
    await put('found', patient('1'))
    await put('patched', patient('2', { gender: 'male' }))
    await put('gone', patient('3'))
    const reply = await send('transaction', [
      { fullUrl: URN, resource: patient('1', { gender: 'female' }), ...request('PUT', query('1')) },
      { resource: fhirPatch('Patient.gender', { valueCode: 'other' }), ...request('PATCH', query('2')) },
      request('DELETE', query('3')),
      { resource: patient('4'), ...request('PUT', query('4')) },
      { resource: encounter(URN), ...request('POST', 'Encounter') },
      { resource: encounter(query('4')), ...request('POST', 'Encounter') },
      request('DELETE', query('nobody')),
    ])
    expect(statuses(reply)).toEqual(['200', '200', '204', '201', '201', '201', '204'])
    const made = async (i: number) =>
      (await server.call({ path: `/${reply.json.entry[i].response.location.replace(/\/_history.*/, '')}` }))
        .json
    expect((await made(4)).subject.reference).toBe('Patient/found')
    expect((await made(5)).subject.reference).toBe(`Patient/${(await made(3)).id}`)
    expect((await server.call({ path: '/Patient/patched' })).json.gender).toBe('other')
  })

  test('are deleted before they are created: a conditional create does not find what another entry deletes', async () => {
    await put('gone-first', patient('gone-first'))
    const reply = await send('transaction', [
      {
        resource: patient('gone-first'),
        ...request('POST', 'Patient', { ifNoneExist: 'identifier=urn:e|gone-first' }),
      },
      request('DELETE', 'Patient/gone-first'),
    ])
    expect(statuses(reply)).toEqual(['201', '204'])
    expect(reply.json.entry[0].response.location).not.toContain('gone-first')
  })

  test('an empty list of entries is no JSON of FHIR, in a batch as in a transaction; no list at all is an empty Bundle', async () => {
    for (const type of ['batch', 'transaction']) {
      const empty = await send(type, [])
      expect([empty.status, codeOf(empty), empty.json.issue[0].expression]).toEqual([
        ...[400, 'resource-invalid'],
        ['Bundle.entry'],
      ])
      const none = await server.call({ method: 'POST', path: '/', body: { resourceType: 'Bundle', type } })
      expect([none.status, none.json.entry]).toEqual([200, undefined])
    }
    const strange = { resourceType: 'Bundle', type: 'batch', entries: [] }
    expect((await server.call({ method: 'POST', path: '/', body: strange })).status).toBe(400)
  })

  test('an entry is refused in the words that its address alone is refused with', async () => {
    const body = { resourceType: 'Parameters' }
    const inBatch = async (method: string, url: string) => {
      const entry = { ...request(method, url), ...(method === 'POST' && { resource: body }) }
      const { response } = (await send('batch', [entry])).json.entry[0]
      const { details, diagnostics } = response.outcome.issue[0]
      return [
        response.status.slice(0, 3),
        details.coding[0].code,
        diagnostics.replace('Bundle.entry[0]: ', ''),
      ]
    }
    for (const [method, url] of [
      ['GET', 'Nope'],
      ['GET', 'Nope/1'],
      ['GET', 'Patient/1/Nope'],
      ['GET', 'Patient/$nope'],
      ['POST', 'Patient/$nope'],
      ['POST', 'Patient/1/$nope'],
      ['GET', 'Patient/1/2/3/4'],
    ] as const) {
      const path = `/${url}`
      const alone = await server.call(method === 'POST' ? { method, path, body } : { method, path })
      const { details, diagnostics } = alone.json.issue[0]
      expect([url, await inBatch(method, url)]).toEqual([
        url,
        [String(alone.status), details.coding[0].code, diagnostics],
      ])
    }
    expect((await inBatch('GET', 'Patient/1/$meta-add')).slice(0, 2)).toEqual([
      '405',
      'interaction-not-supported',
    ])
    for (const url of ['Patient/_search', '_search', 'Patient/1/Observation/_search']) {
      const [status, code, text] = await inBatch('POST', url)
      expect([status, code, text]).toEqual([
        '400',
        'bundle-entry-not-supported',
        expect.stringContaining('GET'),
      ])
    }
    expect((await send('transaction', [request('GET', 'Nope')])).status).toBe(404)
  })

  test('a JSON Patch in a Binary may refer to what its Bundle makes', async () => {
    await put('bound', patient('10'))
    const reply = await send('transaction', [
      {
        fullUrl: URN,
        resource: { resourceType: 'Organization', name: 'N' },
        ...request('POST', 'Organization'),
      },
      {
        resource: jsonPatch({ op: 'add', path: '/managingOrganization', value: { reference: URN } }),
        ...request('PATCH', 'Patient/bound', { ifMatch: 'W/"1"' }),
      },
    ])
    expect(statuses(reply)).toEqual(['201', '200'])
    const bound = await server.call({ path: '/Patient/bound' })
    expect(`${bound.json.managingOrganization.reference}/_history/1`).toBe(
      reply.json.entry[0].response.location,
    )
  })

  test('that lead to one resource fail the whole, whatever query led there', async () => {
    await put('same', patient('20', { active: true }))
    const change = (url: string) => ({ resource: patient('20'), ...request('PUT', url) })
    const pairs: readonly (readonly Entry[])[] = [
      [change(query('20')), change(query('20'))],
      [change(query('20')), change('Patient?active=true&identifier=urn:e|20')],
      [change(query('20')), request('DELETE', 'Patient/same')],
      [request('DELETE', query('20')), { resource: jsonPatch(), ...request('PATCH', 'Patient/same') }],
      [
        { resource: patient('21'), ...request('POST', 'Patient') },
        { resource: patient('21'), ...request('PUT', query('21')) },
      ],
      [
        { resource: patient('22'), ...request('PUT', query('22')) },
        { resource: patient('22'), ...request('PUT', query('22')) },
      ],
    ]
    for (const pair of pairs) {
      const reply = await send('transaction', pair)
      expect([reply.status, codeOf(reply)]).toEqual([400, 'bundle-identity-overlap'])
      expect(reply.json.issue[0].diagnostics).toMatch(/^Bundle\.entry\[1\]|Bundle\.entry\[0\]/)
    }
    expect((await server.call({ path: '/Patient/same' })).headers['etag']).toBe('W/"1"')
  })

  test('a patch or condition that can not be met leaves nothing of the transaction', async () => {
    await put('kept', patient('30'))
    const marked = { resource: patient('31'), ...request('POST', 'Patient') }
    const cases: readonly (readonly [number, string, Entry])[] = [
      [404, 'condition-matches-none', { resource: jsonPatch(), ...request('PATCH', query('nobody')) }],
      [
        422,
        'patch-test-failed',
        {
          resource: jsonPatch({ op: 'test', path: '/active', value: true }),
          ...request('PATCH', 'Patient/kept'),
        },
      ],
      [
        412,
        'version-stale',
        { resource: patient('30'), ...request('PUT', query('30'), { ifMatch: 'W/"7"' }) },
      ],
      [
        400,
        'patch-malformed',
        {
          resource: { resourceType: 'Binary', contentType: 'text/plain' },
          ...request('PATCH', 'Patient/kept'),
        },
      ],
    ]
    for (const [status, code, entry] of cases) {
      const reply = await send('transaction', [marked, entry])
      expect([reply.status, codeOf(reply)]).toEqual([status, code])
      expect(reply.json.issue[0].diagnostics).toContain('Bundle.entry[1]')
    }
    expect((await server.call({ path: `/${query('31')}&_summary=count` })).json.total).toBe(0)
  })

  test('read whatever can be read alone, HEAD without a body', async () => {
    await put('read', patient('40'))
    const reply = await send('batch', [
      request('GET', 'Patient/read'),
      request('HEAD', 'Patient/read'),
      request('GET', 'Patient/read/_history'),
      request('GET', 'Patient/_history?_count=1'),
      request('GET', '_history?_count=1'),
      request('GET', 'Patient/read', { ifNoneMatch: 'W/"1"' }),
      request('GET', 'metadata'),
      request('GET', 'Patient/read/$meta'),
      request('GET', `${query('40')}&_summary=count`),
      request('GET', 'Patient/read/$nothing'),
    ])
    expect(statuses(reply).slice(0, 9)).toEqual([
      '200',
      '200',
      '200',
      '200',
      '200',
      '304',
      '200',
      '200',
      '200',
    ])
    const [one, head, history] = reply.json.entry
    expect([one.resource.id, one.fullUrl, one.response.etag]).toEqual([
      'read',
      expect.stringMatching(/\/Patient\/read$/),
      'W/"1"',
    ])
    expect([head.resource, head.response.etag]).toEqual([undefined, 'W/"1"'])
    expect(history.resource.type).toBe('history')
    expect(Number(statuses(reply)[9])).toBeGreaterThanOrEqual(400)
  })

  test('call an operation by POST in a transaction when it changes nothing, and fail the whole when it fails', async () => {
    const call = (url: string, resource: object) => ({ ...request('POST', url), resource })
    const code = { name: 'code', valueCode: 'female' }
    const system = { name: 'system', valueUri: 'http://hl7.org/fhir/administrative-gender' }
    const lookup = { resourceType: 'Parameters', parameter: [code, system] }
    const write = (id: string) => ({ ...request('PUT', `Patient/${id}`), resource: { ...patient('50'), id } })
    const reply = await send('transaction', [write('called'), call('CodeSystem/$lookup', lookup)])
    expect([reply.status, reply.json.entry?.[1].resource.resourceType]).toEqual([200, 'Parameters'])
    const meta = {
      resourceType: 'Parameters',
      parameter: [{ name: 'meta', valueMeta: { tag: [{ code: 'x' }] } }],
    }
    const failing = [
      call('CodeSystem/$lookup', { resourceType: 'Parameters' }),
      call('Patient/called/$meta-add', meta),
    ]
    for (const each of failing) expect((await send('transaction', [write('not'), each])).status).toBe(400)
    expect((await server.call({ path: '/Patient/not' })).status).toBe(404)
  })

  test('Prefer gives each written entry an OperationOutcome when it is asked for', async () => {
    const reply = await send('transaction', [{ resource: patient('50'), ...request('POST', 'Patient') }], {
      prefer: 'return=OperationOutcome',
    })
    expect(reply.json.entry[0].response.outcome.issue[0].severity).toBe('information')
  })

  test('may be thousands: each is written once and linked to the others', async () => {
    const count = process.env['CASEWIRE_LONG'] === '1' ? 5_000 : 500
    const urn = (n: number) => `urn:uuid:22222222-2222-4222-8222-${String(n).padStart(12, '0')}`
    const entries = Array.from({ length: count }, (_, n) => ({
      fullUrl: urn(n),
      resource: n % 2 === 0 ? patient(`many-${n}`) : encounter(urn(n - 1)),
      ...request('POST', n % 2 === 0 ? 'Patient' : 'Encounter', {
        ...(n % 4 === 0 && { ifNoneExist: `identifier=urn:e|many-${n}` }),
      }),
    }))
    const reply = await send('transaction', entries)
    expect(statuses(reply).filter(status => status === '201')).toHaveLength(count)
    const again = await send('transaction', entries)
    expect(statuses(again).filter(status => status === '200')).toHaveLength(count / 4)
  })
})
