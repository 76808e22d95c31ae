import { parseJson } from '../lib/json.ts'
import type { Resource } from '../fhir/resource.ts'
import type { FhirServerClient, PeerAnswer, PeerFailure } from './fhir-server-client.ts'
import type { PeerSettings } from './peer-settings.ts'

const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/
const FHIR_TYPE = /^[A-Z][A-Za-z]+$/
const FHIR_JSON = 'application/fhir+json'

/**
 * FHIR over `fetch`: no redirects to other hosts, no `next` link to another origin, a time-out on every call, decimals'
 * digits kept (why not fhir-kit-client: docs/adr/0005-own-fhir-client.md).
 */
export function openFetchClient(peer: PeerSettings): FhirServerClient {
  const base = `${peer.baseUrl.replace(/\/+$/, '')}/`
  const call = (request: PeerRequest): Promise<PeerAnswer> => send(peer, base, request)
  return {
    read: (type, id) => call({ method: 'GET', path: address(type, id), fresh: true }),
    update: (resource, ifMatch) =>
      call({
        method: 'PUT',
        path: address(resource.resourceType, resource.id),
        body: resource,
        // A server that names no versions can't be asked for one.
        ...(ifMatch !== '' && { headers: { 'if-match': `W/"${ifMatch}"` } }),
      }),
    create: (resource, ifNoneExist) =>
      call({
        method: 'POST',
        path: resource.resourceType,
        body: resource,
        headers: { 'if-none-exist': ifNoneExist },
      }),
    remove: (type, id) => call({ method: 'DELETE', path: address(type, id) }),
    transaction: bundle => call({ method: 'POST', path: '', body: bundle }),
    search: (type, query) => call({ method: 'POST', path: `${type}/_search`, form: query, fresh: true }),
    page: urlOrPath => call({ method: 'GET', path: urlOrPath, fresh: true }),
  }
}

interface PeerRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly path: string
  readonly body?: Resource
  readonly form?: URLSearchParams
  readonly headers?: Readonly<Record<string, string>>
  /** Asks the peer not to answer from a cache (HAPI reuses identical searches for 60 s). */
  readonly fresh?: boolean
}

function address(type: string, id: string): string {
  if (!FHIR_TYPE.test(type) || !FHIR_ID.test(id)) throw new Error('a link holds an id that is not a FHIR id')
  return `${type}/${id}`
}

async function send(peer: PeerSettings, base: string, request: PeerRequest): Promise<PeerAnswer> {
  const url = new URL(request.path, base)
  if (url.origin !== new URL(base).origin) {
    return failed({ kind: 'refused', reason: 'the peer linked to another origin' })
  }
  try {
    // A transaction goes to the base itself, which some servers know only without its trailing slash.
    const response = await fetch(request.path === '' ? base.slice(0, -1) : url, {
      method: request.method,
      headers: headersOf(peer, request),
      redirect: 'error',
      signal: AbortSignal.timeout(peer.timeoutMs),
      ...(request.body && { body: JSON.stringify(request.body) }),
      ...(request.form && { body: request.form.toString() }),
    })
    return answerOf(response, await response.text())
  } catch (cause) {
    return failed({ kind: 'away', reason: reasonOf(cause) })
  }
}

function headersOf(peer: PeerSettings, request: PeerRequest): Record<string, string> {
  return {
    accept: FHIR_JSON,
    ...(peer.auth.type === 'bearer' && { authorization: `Bearer ${peer.auth.token}` }),
    ...(request.body && { 'content-type': FHIR_JSON }),
    ...(request.form && { 'content-type': 'application/x-www-form-urlencoded' }),
    ...(request.fresh && { 'cache-control': 'no-cache' }),
    ...request.headers,
  }
}

/** The error's class and system code, never its text: it may name a URL. */
function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return 'network failure'
  const inner = cause.cause
  const code = inner instanceof Error && 'code' in inner ? String(inner.code) : cause.name
  return `network failure (${code})`
}

function answerOf(response: Response, text: string): PeerAnswer {
  const body = bodyOf(response, text)
  if (body === 'not-fhir' && response.status !== 401 && response.status !== 403) {
    return failed({
      kind: 'away',
      status: response.status,
      reason: `HTTP ${response.status}, an answer that isn't FHIR JSON`,
      ...retryAfter(response),
    })
  }
  if (!response.ok || body === 'not-fhir')
    return failed(failureOf(response, body === 'not-fhir' ? undefined : body))
  const location = response.headers.get('content-location') ?? response.headers.get('location') ?? ''
  const [, idAt, versionAt] = /\/([A-Za-z0-9\-.]+)(?:\/_history\/([A-Za-z0-9\-.]+))?$/.exec(location) ?? []
  const etag = /^(?:W\/)?"(.+)"$/.exec(response.headers.get('etag') ?? '')?.[1]
  return {
    ok: true,
    status: response.status,
    body,
    version: body?.meta?.versionId ?? etag ?? versionAt,
    id: [body?.id, idAt].find(id => id !== undefined && FHIR_ID.test(id)),
  }
}

/** A page of something that stands before the server says nothing about the resource, whatever its status. */
function bodyOf(response: Response, text: string): Resource | undefined | 'not-fhir' {
  if (text.trim() === '') return undefined
  try {
    const body = parseJson(text)
    return typeof body === 'object' && body !== null && 'resourceType' in body
      ? (body as Resource)
      : 'not-fhir'
  } catch {
    return 'not-fhir'
  }
}

function failureOf(response: Response, body: Resource | undefined): PeerFailure {
  const { status } = response
  const reason = [`HTTP ${status}`, ...issueCodes(body)].join(' ')
  if (status === 429 || status === 408 || status >= 500)
    return { kind: 'away', status, reason, ...retryAfter(response) }
  if (status === 401 || status === 403) return { kind: 'unauthorized', status, reason }
  if (status === 404 || status === 410) return { kind: 'gone', status, reason }
  // HAPI answers 409 where the standard says 412: both mean that the version named is not the current one.
  if (status === 409 || status === 412) return { kind: 'stale', status, reason }
  return { kind: 'refused', status, reason }
}

const issueCodes = (body: Resource | undefined): readonly string[] => {
  const issues = body?.resourceType === 'OperationOutcome' ? body['issue'] : undefined
  return Array.isArray(issues)
    ? issues.flatMap((issue: { readonly code?: unknown }) =>
        typeof issue?.code === 'string' ? [issue.code] : [],
      )
    : []
}

/** Retry-After in seconds or as an HTTP date (RFC 9110, 10.2.3). */
function retryAfter(response: Response): { readonly retryAfterMs?: number } {
  const value = response.headers.get('retry-after')
  if (value === null) return {}
  if (/^\d+$/.test(value)) return { retryAfterMs: Number(value) * 1000 }
  const at = Date.parse(value)
  const now = Date.parse(response.headers.get('date') ?? '')
  return Number.isNaN(at) || Number.isNaN(now) ? {} : { retryAfterMs: Math.max(0, at - now) }
}

const failed = (failure: PeerFailure): PeerAnswer => ({ ok: false, failure })
