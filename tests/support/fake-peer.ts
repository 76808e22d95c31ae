import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Resource } from '../../src/fhir/resource.ts'

/** How a peer misbehaves next (sync.md 3b); each entry is used up by one request. */
export type Fault =
  | { readonly kind: 'status'; readonly status: number; readonly retryAfter?: string }
  | { readonly kind: 'html' }
  | { readonly kind: 'hang-up' }
  /** The write is applied, its answer is lost. */
  | { readonly kind: 'lost-answer' }

/** What a request asked, and what the peer would answer if it were well. */
export type Retelling = (asked: { readonly method: string; readonly url: string }, answer: Answer) => Answer

export interface Answer {
  readonly status: number
  readonly body?: unknown
  readonly headers?: Record<string, string>
}

interface Held {
  version: number
  resource: Resource
  updated: number
}

/**
 * A small FHIR server in memory that answers as HAPI was seen to (409 for a stale If-Match, transactions without
 * resources in the answer) and misbehaves on request. It stands beside the tests with a real HAPI, for faults that a
 * healthy server can't be brought to.
 */
export async function startFakePeer() {
  const held = new Map<string, Held>()
  const writes: string[] = []
  const contents: Resource[] = []
  const faults: Fault[] = []
  let retold: Retelling | undefined
  let nextId = 1000
  let tick = Date.parse('2026-10-01T00:00:00Z')
  const server = createServer((request, response) => {
    void handle(request, response)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/fhir`

  const put = (type: string, id: string, resource: Resource): Held => {
    const version = (held.get(`${type}/${id}`)?.version ?? 0) + 1
    tick += 1000
    const meta = { ...resource.meta, versionId: String(version), lastUpdated: new Date(tick).toISOString() }
    const next = { version, updated: tick, resource: { ...resource, id, meta } }
    held.set(`${type}/${id}`, next)
    writes.push(`${type}/${id}/${version}`)
    contents.push(next.resource)
    return next
  }

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    const body = Buffer.concat(chunks).toString()
    const fault = faults.shift()
    if (fault?.kind === 'hang-up') return void request.socket.destroy()
    if (fault?.kind === 'html')
      return void response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>')
    if (fault?.kind === 'status') {
      return void response
        .writeHead(fault.status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter })
        .end()
    }
    const asked = { method: request.method ?? '', url: request.url ?? '' }
    const healthy = route(request, body)
    const answer = retold ? retold(asked, healthy) : healthy
    if (fault?.kind === 'lost-answer') return void request.socket.destroy()
    response.writeHead(answer.status, { 'content-type': 'application/fhir+json', ...answer.headers })
    const { body: said } = answer
    response.end(typeof said === 'string' ? said : said === undefined ? '' : JSON.stringify(said))
  }

  function route(request: IncomingMessage, body: string): Answer {
    const url = new URL(request.url ?? '/', baseUrl)
    const [type, id] = url.pathname.replace(/^\/fhir\/?/, '').split('/')
    if (request.method === 'POST' && !type) return transaction(JSON.parse(body) as Resource)
    if (request.method === 'POST' && id === '_search') return searchset(type ?? '', new URLSearchParams(body))
    if (request.method === 'POST')
      return create(type ?? '', JSON.parse(body) as Resource, request.headers['if-none-exist'])
    if (request.method === 'PUT')
      return update(type ?? '', id ?? '', JSON.parse(body) as Resource, request.headers['if-match'])
    if (id) return read(type ?? '', id)
    return searchset(type ?? '', url.searchParams)
  }

  const read = (type: string, id: string): Answer => {
    const found = held.get(`${type}/${id}`)
    return found
      ? { status: 200, body: found.resource }
      : { status: 404, body: { resourceType: 'OperationOutcome' } }
  }

  function update(type: string, id: string, resource: Resource, ifMatch: string | undefined): Answer {
    const found = held.get(`${type}/${id}`)
    if (ifMatch !== undefined && ifMatch !== `W/"${found?.version ?? 0}"`) {
      return {
        status: 409,
        body: { resourceType: 'OperationOutcome', issue: [{ severity: 'error', code: 'conflict' }] },
      }
    }
    return { status: 200, body: put(type, id, resource).resource }
  }

  function create(type: string, resource: Resource, ifNoneExist: string | string[] | undefined): Answer {
    const [found] = ifNoneExist === undefined ? [] : matching(type, new URLSearchParams(String(ifNoneExist)))
    const made = found ?? put(type, String(nextId++), resource)
    const location = `${baseUrl}/${type}/${made.resource.id}/_history/${made.version}`
    return { status: found ? 200 : 201, headers: { location }, body: made.resource }
  }

  function transaction(bundle: Resource): Answer {
    const entries = bundle['entry'] as readonly {
      fullUrl: string
      resource: Resource
      request: { url: string; ifNoneExist?: string }
    }[]
    const ids = new Map<string, { id: string; found: Held | undefined }>()
    for (const entry of entries) {
      const [found] = entry.request.ifNoneExist
        ? matching(entry.request.url, new URLSearchParams(entry.request.ifNoneExist))
        : []
      ids.set(entry.fullUrl, { id: found?.resource.id ?? String(nextId++), found })
    }
    let text = JSON.stringify(entries)
    for (const [urn, { id }] of ids) {
      const type = entries.find(({ fullUrl }) => fullUrl === urn)?.resource.resourceType ?? ''
      text = text.replaceAll(`"reference":"${urn}"`, `"reference":"${type}/${id}"`)
    }
    const entry = (JSON.parse(text) as typeof entries).map(({ fullUrl, resource }) => {
      const known = ids.get(fullUrl)
      const stands = known?.found ?? put(resource.resourceType, known?.id ?? '', resource)
      const location = `${resource.resourceType}/${stands.resource.id}/_history/${stands.version}`
      return { response: { status: known?.found ? '200 OK' : '201 Created', location, etag: '1' } }
    })
    return { status: 200, body: { resourceType: 'Bundle', type: 'transaction-response', entry } }
  }

  function matching(type: string, query: URLSearchParams): readonly Held[] {
    const tokens = query.get('identifier')?.split(',')
    const ids = query.get('_id')?.split(',')
    const tag = query.get('_tag')
    const patient = query.get('patient')
    const since = query.get('_lastUpdated')?.replace(/^ge/, '')
    return [...held.values()]
      .filter(({ resource }) => resource.resourceType === type)
      .filter(({ resource }) => ids?.includes(resource.id ?? '') ?? true)
      .filter(({ resource }) => patient === null || JSON.stringify(resource).includes(`"Patient/${patient}"`))
      .filter(({ updated }) => since === undefined || updated >= Date.parse(since))
      .filter(({ resource }) => {
        const said = resource['identifier'] ?? []
        const identifiers = (Array.isArray(said) ? said : [said]) as readonly {
          system?: string
          value?: string
        }[]
        if (tag) return resource.meta?.tag?.some(({ system, code }) => `${system}|${code}` === tag) ?? false
        return !tokens || identifiers.some(({ system, value }) => tokens.includes(`${system}|${value}`))
      })
      .toSorted((a, b) => a.updated - b.updated)
  }

  const searchset = (type: string, query: URLSearchParams): Answer => ({
    status: 200,
    body: {
      resourceType: 'Bundle',
      type: 'searchset',
      entry: matching(type, query).map(({ resource }) => ({ resource, search: { mode: 'match' } })),
    },
  })

  return {
    baseUrl,
    /** Every version written, in order: `Type/id/version`. */
    writes,
    /** What was written, in the same order. */
    contents,
    faults,
    /** From now on every answer is retold; `undefined` = as it is. */
    retell: (how: Retelling | undefined): void => {
      retold = how
    },
    all: (type: string): readonly Resource[] =>
      [...held.values()].map(({ resource }) => resource).filter(({ resourceType }) => resourceType === type),
    /** A change made on the peer by somebody there. */
    change: (type: string, id: string, edit: (resource: Resource) => Resource): void => {
      const found = held.get(`${type}/${id}`)
      if (found) put(type, id, edit(found.resource))
    },
    stop: async (): Promise<void> => {
      server.closeAllConnections()
      await new Promise(resolve => server.close(resolve))
    },
  }
}
