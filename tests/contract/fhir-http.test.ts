import { request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import { connect } from 'node:net'
import { brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, openFhirServer, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
  await server.call({ method: 'PUT', path: '/Patient/p', body: patient })
})
afterAll(() => server.close())

const patient = {
  ...{ resourceType: 'Patient', id: 'p', active: true, birthDate: '1950-01-01' },
  name: [{ family: 'River' }],
  photo: [{ contentType: 'image/png', title: 'x'.repeat(3000) }],
  text: { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">River</div>' },
}

const get = (path: string, headers: Readonly<Record<string, string>> = {}) => server.call({ path, headers })

describe('a read in part', () => {
  test('_summary and _elements shape what a read and a vread give, and tag it', async () => {
    const keys = async (path: string) => Object.keys((await get(path)).json)
    for (const path of ['/Patient/p', '/Patient/p/_history/1']) {
      expect(await keys(`${path}?_summary=true`)).toEqual(
        expect.arrayContaining(['resourceType', 'id', 'meta', 'active', 'name', 'birthDate']),
      )
      expect(await keys(`${path}?_summary=true`)).not.toContain('photo')
      expect(await keys(`${path}?_summary=text`)).toEqual(['resourceType', 'id', 'meta', 'text'])
      expect(await keys(`${path}?_summary=data`)).not.toContain('text')
      expect(await keys(`${path}?_elements=birthDate,name`)).toEqual([
        ...['resourceType', 'id', 'meta', 'birthDate', 'name'],
      ])
      const shown = await get(`${path}?_elements=birthDate`)
      expect([shown.status, shown.headers['etag'], shown.json.meta.tag[0].code]).toEqual([
        ...[200, 'W/"1"', 'SUBSETTED'],
      ])
    }
    expect((await get('/Patient/p?_summary=false')).json.meta.tag).toBeUndefined()
  })

  test('what is no summary or no element is refused', async () => {
    for (const query of [
      ...['_summary=count', '_summary=yes', '_elements=', '_elements=name.family', '_elements=status'],
      ...['_summary=true&_elements=name', '_summary=true&_summary=text'],
    ]) {
      const reply = await get(`/Patient/p?${query}`)
      expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([400, 'part-malformed'])
    }
  })
})

test('a part of a resource does not take the place of the whole', async () => {
  const write = (id: string, body: unknown) => server.call({ method: 'PUT', path: `/Patient/${id}`, body })
  const part = async (query: string) => (await get(`/Patient/p?${query}`)).json
  for (const query of ['_elements=birthDate', '_summary=true', '_summary=text']) {
    const reply = await write('p', await part(query))
    expect([reply.status, reply.json.issue[0].details.coding[0].code]).toEqual([422, 'resource-in-part'])
  }
  const copy = { ...(await part('_elements=birthDate')), id: 'copy' }
  expect((await write('copy', copy)).status).toBe(201)
  expect((await write('copy', { ...copy, active: false })).status).toBe(200)
  expect((await get('/Patient/p')).json).toMatchObject({
    meta: { versionId: '1' },
    name: [{ family: 'River' }],
  })
})

describe('headers of a read', () => {
  test('say which version it is, where it is and since when', async () => {
    for (const path of ['/Patient/p', '/Patient/p/_history/1', '/Patient/p?_at=2026-11-22T09:00:00Z']) {
      const reply = await get(path)
      expect(reply.headers).toMatchObject({
        etag: 'W/"1"',
        'last-modified': 'Sun, 22 Nov 2026 08:00:00 GMT',
        'content-location': `${BASE}/Patient/p/_history/1`,
      })
    }
  })

  test('If-None-Match takes lists of weak and strong tags and outdoes If-Modified-Since', async () => {
    const status = async (headers: Readonly<Record<string, string>>) => {
      const { status: code, text } = await get('/Patient/p', headers)
      return code === 304 && text !== '' ? 'a body' : code
    }
    expect(await status({ 'if-none-match': 'W/"9", "1"' })).toBe(304)
    expect(await status({ 'if-none-match': '*' })).toBe(304)
    expect(await status({ 'if-none-match': 'W/"9", W/"8"' })).toBe(200)
    const now = 'Sun, 22 Nov 2026 08:00:00 GMT'
    expect(await status({ 'if-modified-since': now })).toBe(304)
    expect(await status({ 'if-modified-since': 'Sun, 22 Nov 2026 07:59:59 GMT' })).toBe(200)
    expect(await status({ 'if-modified-since': 'yesterday' })).toBe(200)
    expect(await status({ 'if-modified-since': now, 'if-none-match': 'W/"9"' })).toBe(200)
  })

  test('of HEAD are those of GET, on every kind of address', async () => {
    for (const path of ['/Patient/p', '/Patient/p/_history', '/Patient?_id=p', '/_history', '/metadata']) {
      const got = await get(path)
      const head = await server.call({ method: 'HEAD', path })
      const { 'x-request-id': _one, date: _then, ...expected } = got.headers
      const { 'x-request-id': _other, date: _now, ...actual } = head.headers
      expect([head.status, head.text, actual]).toEqual([200, '', expected])
      expect(actual['content-length']).toBe(String(Buffer.byteLength(got.text)))
    }
    expect((await server.call({ method: 'HEAD', path: '/Patient/never' })).status).toBe(404)
  })
})

describe('formats', () => {
  test('_pretty indents answers and refusals, and keeps digits', async () => {
    const body = '{"resourceType":"Location","id":"l","position":{"longitude":1.50,"latitude":2.0}}'
    await server.call({ method: 'PUT', path: '/Location/l', body })
    expect((await get('/Location/l?_pretty=true')).text).toContain('\n    "longitude": 1.50,')
    expect((await get('/Location/never?_pretty=true')).text).toContain('\n  "issue"')
    expect((await get('/Location/l?_pretty=false')).text).not.toContain('\n')
  })

  test.each([
    [{}, '', 200],
    [{ accept: 'application/json' }, '', 200],
    [{ accept: 'application/fhir+json;q=0.8, application/fhir+xml' }, '', 200],
    [{ accept: 'text/html,application/xhtml+xml,*/*;q=0.1' }, '', 200],
    [{ accept: 'application/fhir+json; fhirVersion=4.0' }, '', 200],
    [{ accept: '' }, '', 200],
    [{ accept: 'application/fhir+xml' }, '?_format=json', 200],
    [{ accept: 'text/html' }, '?_format=application/fhir%2Bjson', 200],
    [{ accept: 'text/html' }, '?_format=application/fhir+json', 200],
    [{ accept: 'application/fhir+json;q=0' }, '', 406],
    [{ accept: 'application/fhir+json; fhirVersion=3.0' }, '', 406],
    [{ accept: 'application/fhir+json; fhirVersion=5.0' }, '', 406],
    [{ accept: 'application/fhir+turtle' }, '', 406],
    [{}, '?_format=xml', 406],
    [{}, '?_format=text/html', 406],
    [{}, '?_format=application/fhir%2Bjson;fhirVersion=3.0', 406],
  ])('%j%s is answered %i', async (headers, query, status) => {
    const reply = await get(`/Patient/p${query}`, headers)
    expect(reply.status).toBe(status)
    expect(reply.headers['content-type']).toContain('application/fhir+json')
    if (status === 406) expect(reply.json.issue[0].diagnostics).toContain('application/fhir+json')
  })

  test('an answer names the version of FHIR to who asked by it', async () => {
    const reply = await get('/Patient/p', { accept: 'application/fhir+json; fhirVersion=4.0' })
    expect(reply.headers['content-type']).toBe('application/fhir+json; fhirVersion=4.0; charset=utf-8')
  })

  test.each([
    ['application/fhir+json; charset=UTF-8', 201],
    ['application/fhir+json; fhirVersion=4.0', 201],
    ['application/json', 201],
    ['application/fhir+json; charset=latin1', 415],
    ['application/fhir+json; fhirVersion=3.0', 415],
    ['application/fhir+xml', 415],
    ['text/turtle', 415],
  ])('a body of %s is answered %i', async (type, status) => {
    const reply = await server.call({
      ...{ method: 'POST', path: '/Location', headers: { 'content-type': type } },
      body: { resourceType: 'Location' },
    })
    expect(reply.status).toBe(status)
    if (status === 415) expect(reply.json.issue[0].diagnostics).toContain('application/fhir+json')
  })
})

describe('over a network', () => {
  test('large answers are compressed as the client likes, small ones never, and caches are told', async () => {
    const url = await server.listen()
    const brotli = await fetchRaw(`${url}/Patient/p`, { 'accept-encoding': 'br, gzip' })
    expect([brotli.headers['content-encoding'], brotli.headers['vary']]).toEqual(['br', 'accept-encoding'])
    expect(JSON.parse(brotliDecompressSync(brotli.body).toString()).id).toBe('p')
    const gzip = await fetchRaw(`${url}/Patient/p`, { 'accept-encoding': 'gzip' })
    expect(gzip.headers['content-encoding']).toBe('gzip')
    expect(JSON.parse(gunzipSync(gzip.body).toString()).id).toBe('p')
    const small = await fetchRaw(`${url}/Patient/p?_elements=active`, { 'accept-encoding': 'gzip' })
    expect([small.headers['content-encoding'], small.status]).toEqual([undefined, 200])
    const none = await fetchRaw(`${url}/Patient/p`, {})
    expect(none.headers['content-encoding']).toBeUndefined()
    const same = await fetchRaw(`${url}/Patient/p`, { 'accept-encoding': 'gzip', 'if-none-match': 'W/"1"' })
    expect([same.status, same.body.length]).toEqual([304, 0])
  })

  test('what a browser keeps it asks for again before it shows it, and keeps from others', async () => {
    const url = await server.listen()
    for (const path of [
      '/Patient/p',
      '/Patient/p/_history/1',
      '/Patient?_id=p',
      '/Patient/never',
      '/metadata',
    ]) {
      expect((await fetchRaw(`${url}${path}`, {})).headers['cache-control'], path).toBe('private, no-cache')
    }
    const same = await fetchRaw(`${url}/Patient/p`, { 'if-none-match': 'W/"1"' })
    expect([same.status, same.headers['cache-control']]).toEqual([304, 'private, no-cache'])
  })

  test('bodies may be compressed; what is not as it says is refused', async () => {
    const send = (encoding: string, body: Buffer) =>
      server.call({
        ...{ method: 'POST', path: '/Location', body },
        headers: { 'content-encoding': encoding },
      })
    const body = Buffer.from('{"resourceType":"Location"}')
    expect((await send('gzip', gzipSync(body))).status).toBe(201)
    const codes = async (encoding: string) => {
      const reply = await send(encoding, body)
      return [reply.status, reply.json.issue[0].details.coding[0].code]
    }
    expect(await codes('gzip')).toEqual([400, 'content-encoding-wrong'])
    expect(await codes('compress')).toEqual([415, 'content-encoding-unknown'])
    const bomb = gzipSync(Buffer.alloc(30_000_000, 32))
    expect((await send('gzip', bomb)).status).toBe(413)
  })
})

describe('Binary', () => {
  const bytes = Buffer.from([0x89, 0x50, 0x4e, 0x47, 0, 255, 254])
  const send = (method: 'POST' | 'PUT', path: string, headers: Readonly<Record<string, string>>) =>
    server.call({ method, path, body: bytes, headers: { 'content-type': 'image/png', ...headers } })

  test('keeps what is sent in its own type, and gives it back so or as a resource', async () => {
    const context = { 'x-security-context': 'DocumentReference/d' }
    const made = await send('POST', '/Binary', context)
    expect([made.status, made.json.contentType]).toEqual([201, 'image/png'])
    const path = `/Binary/${made.json.id}`
    const resource = await get(path, { accept: 'application/fhir+json' })
    expect(resource.json).toMatchObject({
      contentType: 'image/png',
      data: bytes.toString('base64'),
      securityContext: { reference: 'DocumentReference/d' },
    })
    const url = await server.listen()
    for (const accept of ['image/png', 'image/*', '*/*', 'text/html, */*;q=0.5']) {
      const raw = await fetchRaw(`${url}${path}`, { accept })
      expect([raw.status, raw.headers['content-type'], raw.body]).toEqual([200, 'image/png', bytes])
      expect(raw.headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': "default-src 'none'; sandbox",
        etag: 'W/"1"',
      })
    }
    for (const asked of [get(path), get(`${path}?_format=json`, { accept: '*/*' })]) {
      expect((await asked).json.resourceType).toBe('Binary')
    }
    expect((await get(path, { accept: 'text/plain' })).status).toBe(406)
    expect((await send('PUT', path, { 'content-type': 'text/csv' })).headers['etag']).toBe('W/"2"')
    expect((await get(path)).json.contentType).toBe('text/csv')
  })

  test('is also sent and read as a resource, and a type that could break a header is none', async () => {
    const body = { resourceType: 'Binary', id: 'b', contentType: 'text/x;q="é"', data: 'AAAA' }
    expect((await server.call({ method: 'PUT', path: '/Binary/b', body })).status).toBe(201)
    const raw = await get('/Binary/b', { accept: '*/*' })
    expect(raw.headers['content-type']).toBe('application/octet-stream')
  })
})

test('the CapabilityStatement has an ETag, is 304 for who has it, and comes in parts', async () => {
  const whole = await server.call({ path: '/metadata' })
  const etag = whole.headers['etag'] ?? ''
  expect(etag).toMatch(/^W\/"[0-9a-f]{16}"$/)
  const again = await server.call({ path: '/metadata', headers: { 'if-none-match': `"other", ${etag}` } })
  expect([again.status, again.text]).toEqual([304, ''])
  const other = await server.call({ path: '/metadata', headers: { 'if-none-match': 'W/"other"' } })
  expect(other.status).toBe(200)
  const part = await server.call({ path: '/metadata?_elements=fhirVersion' })
  expect([part.json.fhirVersion, part.json.rest, part.json.meta.tag[0].code]).toEqual([
    ...['4.0.1', undefined],
    'SUBSETTED',
  ])
  expect((await server.call({ path: '/metadata?_summary=true' })).text.length).toBeLessThan(whole.text.length)
  expect((await server.call({ path: '/metadata?_summary=some' })).status).toBe(400)
})

test('an operation that changes nothing is called by a form too', async () => {
  const headers = { 'content-type': 'application/x-www-form-urlencoded' }
  const called = await server.call({
    ...{ method: 'POST', path: '/CodeSystem/$lookup', headers },
    body: 'system=http://hl7.org/fhir/administrative-gender&code=male',
  })
  expect([called.status, called.json.resourceType]).toEqual([200, 'Parameters'])
  const changing = await server.call({
    method: 'POST',
    path: '/Patient/p/$meta-add',
    headers,
    body: 'meta=x',
  })
  expect(changing.status).toBe(415)
})

test('addresses are the same with $ as %24, and with two slashes where a base ended in one', async () => {
  const bundle = { resourceType: 'Bundle', type: 'batch', entry: [{ request: { method: 'GET', url: '' } }] }
  for (const [plain, other] of [
    ['/Patient/p', '//Patient/p'],
    ['/Patient?_id=p&_source=http://x//y', '//Patient/?_id=p&_source=http://x//y'],
    ['/Patient/$meta', '//Patient/%24meta'],
    ['/Patient/p/$everything?_count=1&_type=Patient', '/Patient/p/%24everything?_count=1&_type=Patient'],
    ['/Patient/p/$nothing', '/Patient//p/%24nothing'],
  ] as const) {
    const [expected, given] = [await get(plain), await get(other)]
    expect([given.status, given.text]).toEqual([expected.status, expected.text])
  }
  for (const url of ['Patient/p/%24meta', '%24meta']) {
    bundle.entry[0] = { request: { method: 'GET', url } }
    const { json } = await server.call({ method: 'POST', path: '/', body: bundle })
    expect(json.entry[0].resource.resourceType).toBe('Parameters')
  }
})

test('OPTIONS says what an address can do', async () => {
  const options = async (path: string) => {
    const reply = await server.call({ method: 'OPTIONS', path })
    return [reply.status, reply.headers['allow'] ?? reply.json?.resourceType]
  }
  expect(await options('/Patient/p/_history')).toEqual([204, 'GET, HEAD, OPTIONS'])
  expect((await options('/Patient/p'))[1]).toMatch(/^DELETE, GET, HEAD, OPTIONS,.* PUT$/)
  expect((await options('/'))[0]).toBe(204)
  expect(await options('/a/b/c/d')).toEqual([404, 'OperationOutcome'])
  expect(await options('/metadata')).toEqual([204, 'GET, HEAD, OPTIONS'])
  for (const path of ['/Nope', '/Nope/1', '/Nope/_search', '/Nope/$meta'])
    expect(await options(path)).toEqual([404, 'OperationOutcome'])
})

test('a known address with another method is 405 with Allow and an OperationOutcome, and no type is guessed at', async () => {
  const refused = async (method: 'PUT' | 'POST' | 'PATCH' | 'DELETE' | 'GET', path: string) => {
    const body = method === 'GET' || method === 'DELETE' ? {} : { body: {} }
    const reply = await server.call({ method, path, ...body })
    return [reply.status, reply.headers['allow'], reply.json?.issue[0].details.coding[0].code]
  }
  for (const method of ['PUT', 'POST', 'PATCH', 'DELETE'] as const) {
    for (const path of ['/metadata', '/_history', '/Patient/_history', '/Patient/p/_history/1'])
      expect([method, path, await refused(method, path)]).toEqual([
        ...[method, path],
        [405, 'GET, HEAD, OPTIONS', 'interaction-not-supported'],
      ])
  }
  for (const path of ['/_search', '/Patient/_search'])
    expect(await refused('GET', path)).toEqual([405, 'OPTIONS, POST', 'interaction-not-supported'])
  expect(await refused('GET', '/Nope')).toEqual([404, undefined, 'type-unknown'])
  expect(await refused('DELETE', '/Nope/1')).toEqual([404, undefined, 'type-unknown'])
})

test('methods that HTTP does not have, or that nothing has, are answered with an OperationOutcome', async () => {
  const { port } = new URL(await server.listen())
  const asked = (line: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () =>
        socket.write(`${line} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`),
      )
      let text = ''
      socket.setEncoding('utf8').on('data', data => {
        text += data
      })
      socket.on('end', () => resolve(text)).on('error', reject)
    })
  expect(await asked('FOO /fhir/Patient')).toMatch(
    /^HTTP\/1.1 501 .*application\/fhir\+json.*OperationOutcome.*method-unknown/s,
  )
  expect(await asked('FOO /cases')).toMatch(/^HTTP\/1.1 501 .*application\/problem\+json.*method-unknown/s)
  expect(await asked(`GET /fhir/Patient?name=${'a'.repeat(20_000)}`)).toMatch(
    /^HTTP\/1.1 431 .*headers-too-large/s,
  )
  for (const method of ['PROPFIND', 'QUERY', 'TRACE'])
    expect(await asked(`${method} /fhir/Patient`)).toMatch(/^HTTP\/1.1 405 .*OperationOutcome/s)
})

interface Raw {
  readonly status: number | undefined
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Node's fetch would unpack what we want to see. */
const fetchRaw = (url: string, headers: Readonly<Record<string, string>>): Promise<Raw> =>
  new Promise((resolve, reject) => {
    httpRequest(url, { headers }, response => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () =>
        resolve({ status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
      .on('error', reject)
      .end()
  })
