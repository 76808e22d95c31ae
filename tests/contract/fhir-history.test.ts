import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { BASE, openFhirServer, type FhirReply, type FhirServer } from '../support/fhir-server.ts'

let server: FhirServer
beforeAll(async () => {
  server = await openFhirServer()
})
afterAll(() => server.close())

interface Entry {
  readonly fullUrl: string
  readonly resource?: {
    readonly resourceType: string
    readonly id: string
    readonly meta: { versionId: string }
  }
  readonly request: { readonly method: string; readonly url: string }
  readonly response: { readonly status: string; readonly etag: string; readonly lastModified: string }
}

const put = (type: string, id: string, more: object = {}) =>
  server.call({ method: 'PUT', path: `/${type}/${id}`, body: { resourceType: type, id, ...more } })

const at = (seconds: number): string => new Date(began + seconds * 1000).toISOString()
const began = Date.parse('2026-11-22T08:00:00Z')
const setSeconds = (seconds: number): void => {
  server.clock.nowMs = began + seconds * 1000
}

const labels = (reply: FhirReply): readonly string[] =>
  ((reply.json.entry ?? []) as readonly Entry[]).map(
    ({ fullUrl, response }) => `${fullUrl.slice(BASE.length + 1)} ${response.etag.replaceAll(/\D/g, '')}`,
  )

const codeIn = (reply: FhirReply): string => reply.json.issue[0].details.coding[0].code

const nextOf = (reply: FhirReply): string | undefined =>
  reply.json.link.find((link: { relation: string }) => link.relation === 'next')?.url

async function walk(path: string, meanwhile: () => Promise<unknown>): Promise<readonly string[]> {
  const seen: string[] = []
  let next: string | undefined = path
  while (next !== undefined) {
    const page: FhirReply = await server.call({ path: next })
    expect(page.status).toBe(200)
    seen.push(...labels(page))
    next = nextOf(page)
    await meanwhile()
  }
  return seen
}

describe('the history of a type and of everything', () => {
  beforeAll(async () => {
    setSeconds(0)
    await put('Location', 'a', { name: 'first' })
    await put('Organization', 'o', { name: 'kept' })
    setSeconds(10)
    await put('Location', 'a', { name: 'second' })
    await put('Location', 'b', { name: 'first' })
    setSeconds(20)
    await server.call({ method: 'DELETE', path: '/Location/b' })
    setSeconds(30)
    await put('Location', 'b', { name: 'again' })
    await server.call({
      method: 'POST',
      path: '/Location',
      body: { resourceType: 'Location', name: 'minted' },
    })
    setSeconds(40)
  })

  test('is newest first, tells deletions, what was asked for and how it was answered', async () => {
    const reply = await server.call({ path: '/Location/_history' })
    expect([reply.status, reply.json.type]).toEqual([200, 'history'])
    const entries = reply.json.entry as readonly Entry[]
    const rows = entries.map(({ request, response }) => [request.method, request.url, response.status])
    expect(rows.slice(0, 2).toSorted()).toEqual([
      ['POST', 'Location', '201 Created'],
      ['PUT', 'Location/b', '201 Created'],
    ])
    expect(rows.slice(2)).toEqual([
      ['DELETE', 'Location/b', '204 No Content'],
      expect.arrayContaining(['PUT']),
      expect.arrayContaining(['PUT']),
      ['PUT', 'Location/a', '201 Created'],
    ])
    expect(rows.slice(3, 5).toSorted()).toEqual([
      ['PUT', 'Location/a', '200 OK'],
      ['PUT', 'Location/b', '201 Created'],
    ])
    const deletion = entries[2]
    expect([deletion?.fullUrl, deletion?.resource, deletion?.response.lastModified]).toEqual([
      `${BASE}/Location/b`,
      undefined,
      at(20),
    ])
    expect(nextOf(reply)).toBeUndefined()
  })

  test('of the system holds every type', async () => {
    const types = new Set(labels(await server.call({ path: '/_history' })).map(text => text.split('/')[0]))
    expect(types).toEqual(new Set(['Location', 'Organization', 'Provenance']))
  })

  test('_since takes what was made then or later', async () => {
    const reply = await server.call({ path: `/Location/_history?_since=${at(20)}` })
    expect(labels(reply)).toHaveLength(3)
    expect(labels(reply).at(-1)).toBe('Location/b 2')
  })

  test('_at takes what was current then, also for one resource', async () => {
    const then = async (path: string, time: string) =>
      labels(await server.call({ path: `${path}?_at=${time}` })).toSorted()
    expect(await then('/Location/_history', at(5))).toEqual(['Location/a 1'])
    expect(await then('/Location/_history', at(15))).toEqual(['Location/a 2', 'Location/b 1'])
    expect(await then('/Location/_history', at(25))).toEqual(['Location/a 2', 'Location/b 2'])
    expect(await then('/Location/_history', '2026-11-22')).toHaveLength(6)
    expect(await then('/Location/_history', '2026-11-21')).toEqual([])
    expect(await then('/Location/a/_history', at(5))).toEqual(['Location/a 1'])
    const since = await server.call({ path: `/Location/b/_history?_since=${at(30)}` })
    expect(labels(since)).toEqual(['Location/b 3'])
  })

  test('a page neither leaves out nor repeats what was there, while others write', async () => {
    let n = 0
    const writing = () => put('Location', `late-${n++}`, { name: 'late' })
    const before = await walk('/Location/_history?_count=1000', () => Promise.resolve())
    for (const count of [1, 2, 4]) {
      const seen = await walk(`/Location/_history?_count=${count}`, writing)
      expect(seen.filter(text => before.includes(text))).toEqual(before)
      expect(new Set(seen).size).toBe(seen.length)
    }
    const system = await walk('/_history?_count=1000', () => Promise.resolve())
    const paged = await walk('/_history?_count=3', () => Promise.resolve())
    expect(paged).toEqual(system)
  })

  test('a link keeps _since and _at and shows no id in clear', async () => {
    await put('Location', 'Rossi-Mario-1950', { name: 'named' })
    const reply = await server.call({ path: `/Location/_history?_count=1&_since=${at(0)}` })
    const next = nextOf(reply) ?? ''
    expect(next).toContain('_since=')
    expect(next).not.toContain('Rossi')
  })

  test('the place in a link is sealed for its address and its caller, and holds for an hour', async () => {
    for (const path of ['/Location/a/_history', '/Location/_history', '/_history']) {
      const next = nextOf(await server.call({ path: `${path}?_count=1` })) ?? ''
      const token = new URL(next).searchParams.get('_page') ?? ''
      expect(Buffer.from(token, 'base64url').toString('latin1')).not.toMatch(/Location|2026/)
      expect((await server.call({ path: next })).status).toBe(200)
      const elsewhere = await server.call({ path: `/Organization/_history?_count=1&_page=${token}` })
      expect([elsewhere.status, codeIn(elsewhere)]).toEqual([400, 'history-page'])
      const other = await server.call({ path: next, headers: { 'x-actor': 'Practitioner/other' } })
      expect([other.status, codeIn(other)]).toEqual([400, 'history-page'])
      server.clock.nowMs += 3_600_000
      const late = await server.call({ path: next })
      expect([late.status, codeIn(late)]).toEqual([410, 'page-expired'])
      server.clock.nowMs -= 3_600_000
    }
  })

  test('_count=0 and _summary=count tell how many versions there are, and none of them', async () => {
    const counted = async (path: string) => {
      const { json } = await server.call({ path })
      return [json.total, json.entry, json.link.length]
    }
    for (const asked of ['_count=0', '_summary=count']) {
      expect(await counted(`/Location/a/_history?${asked}`)).toEqual([2, undefined, 1])
      expect(await counted(`/Location/b/_history?_since=${at(30)}&${asked}`)).toEqual([1, undefined, 1])
      const all = await walk('/Location/_history?_count=1000', () => Promise.resolve())
      expect(await counted(`/Location/_history?${asked}`)).toEqual([all.length, undefined, 1])
      const system = await walk('/_history?_count=1000', () => Promise.resolve())
      expect(await counted(`/_history?${asked}`)).toEqual([system.length, undefined, 1])
      expect((await server.call({ path: `/Location/never/_history?${asked}` })).status).toBe(404)
    }
  })

  test('_summary and _elements give a part of each version', async () => {
    const text = { status: 'generated', div: '<div xmlns="http://www.w3.org/1999/xhtml">x</div>' }
    await put('Location', 'part', { name: 'part', text })
    const first = async (query: string) =>
      (await server.call({ path: `/Location/part/_history?${query}` })).json.entry[0].resource
    expect(await first('_elements=name')).not.toHaveProperty('text')
    expect(await first('_summary=text')).not.toHaveProperty('name')
    expect((await first('_summary=data')).meta.tag[0].code).toBe('SUBSETTED')
    expect(await first('_summary=false')).toMatchObject({ name: 'part', text })
    const wrong = await server.call({ path: '/Location/part/_history?_summary=some' })
    expect([wrong.status, codeIn(wrong)]).toEqual([400, 'part-malformed'])
  })

  test('each parameter of a history may be given once, and the refusal names it', async () => {
    for (const name of ['_count', '_since', '_at']) {
      const value = name === '_count' ? '1' : at(0)
      const reply = await server.call({ path: `/_history?${name}=${value}&${name}=${value}` })
      expect([reply.status, codeIn(reply)]).toEqual([400, 'history-page'])
      expect(reply.json.issue[0].diagnostics).toContain(name)
    }
  })

  test('what is no time, no page, no parameter or given twice is refused', async () => {
    const codeOf = async (query: string) => {
      const reply = await server.call({ path: `/Location/_history?${query}` })
      return [reply.status, reply.json.issue[0].details.coding[0].code]
    }
    expect(await codeOf('_since=yesterday')).toEqual([400, 'history-time'])
    expect(await codeOf('_at=2026-02-30')).toEqual([400, 'history-time'])
    expect(await codeOf('_page=xyz')).toEqual([400, 'history-page'])
    expect(await codeOf('_page=WzEsImEiLCJiIiwiYyIsImQiXQ')).toEqual([400, 'history-page'])
    expect(await codeOf('_count=few')).toEqual([400, 'history-page'])
    expect(await codeOf('_count=1&_count=2')).toEqual([400, 'history-page'])
    expect(await codeOf('_list=42')).toEqual([400, 'parameter-unknown'])
    expect((await server.call({ path: '/Locations/_history' })).status).toBe(404)
    expect((await server.call({ path: '/Location/never/_history' })).status).toBe(404)
  })

  test('is an entry of a batch and of a transaction too', async () => {
    for (const type of ['batch', 'transaction']) {
      const entry = ['Location/_history?_count=2', 'Location/a/_history'].map(url => ({
        request: { method: 'GET', url },
      }))
      const reply = await server.call({
        method: 'POST',
        path: '/',
        body: { resourceType: 'Bundle', type, entry },
      })
      expect(reply.json.entry[0].resource.entry).toHaveLength(2)
      expect(reply.json.entry[1].resource).toMatchObject({ type: 'history', total: 2 })
    }
  })
})
