import { jsonIn } from '../lib/json.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import type { SourceQuality } from '../commands/inbox/data-quality.ts'
import type { InboxDetail, InboxSummary } from '../commands/inbox/operate-inbox.ts'
import type { Verdict } from '../commands/ingest-adt/inbound.ts'
import type { UnmergeWish } from '../commands/operations/unmerge-desk.ts'
import type { Resource } from '../fhir/resource.ts'
import type { Operations } from './cli-io.ts'

/** The operations of a running service, over its HTTP routes. */
export function remoteService(url: string): Operations {
  const base = url.replace(/\/+$/, '')
  const get = <T>(path: string): Promise<Result<T>> => call<T>(`${base}${path}`, {})
  const post = <T>(path: string): Promise<Result<T>> => call<T>(`${base}${path}`, { method: 'POST' })
  return {
    ingest: async ({ value }) => {
      const answer = await call<{ readonly verdicts: readonly Verdict[] }>(`${base}/adt`, {
        method: 'POST',
        headers: { 'content-type': 'application/octet-stream', accept: 'application/json' },
        body: new Uint8Array(value),
      })
      return answer.ok ? ok(answer.value.verdicts) : answer
    },
    find: async filter => {
      const query = new URLSearchParams({
        count: String(filter.count),
        ...(filter.outcome && { outcome: filter.outcome.join(',') }),
        ...(filter.isOpen && { open: 'true' }),
        ...(filter.until !== undefined && { until: filter.until }),
        ...(filter.after !== undefined && { after: filter.after }),
      })
      const page = await get<{ readonly messages: readonly InboxSummary[] }>(
        `/admin/messages?${query.toString()}`,
      )
      return page.ok ? ok(page.value.messages) : page
    },
    show: id => get<InboxDetail>(`/admin/messages/${encodeURIComponent(id)}`),
    replay: (id, corrected) =>
      call<Verdict>(`${base}/admin/messages/${encodeURIComponent(id)}/replay`, {
        method: 'POST',
        ...(corrected && {
          headers: { 'content-type': 'application/hl7-v2' },
          body: new Uint8Array(corrected),
        }),
      }),
    quality: async ({ source, count }) => {
      const query = new URLSearchParams({ count: String(count), ...(source !== undefined && { source }) })
      const answer = await get<{ readonly sources: readonly SourceQuality[] }>(
        `/admin/data-quality?${query.toString()}`,
      )
      return answer.ok ? ok(answer.value.sources) : answer
    },
    peers: async () => {
      const answer = await get<{ readonly peers: readonly { readonly name: string }[] }>('/admin/peers')
      return answer.ok ? ok(answer.value.peers) : answer
    },
    planPeer: name => get(`/admin/peers/${encodeURIComponent(name)}/plan`),
    runPeer: name => post(`/admin/peers/${encodeURIComponent(name)}/run`),
    eventsStatus: () => get('/admin/events'),
    republishEvents: ({ caseId, from }) => {
      const query = new URLSearchParams({
        ...(caseId !== undefined && { case: caseId }),
        ...(from !== undefined && { from }),
      })
      return post(`/admin/events/republish?${query.toString()}`)
    },
    unmerge: wish => unmerge(base, wish),
    read: async reference => {
      const found = await get<Resource>(`/fhir/${reference}`)
      return found.ok ? found.value : undefined
    },
    close: async () => undefined,
  }
}

function unmerge(base: string, { loser, survivor, actor, preview }: UnmergeWish): Promise<Result<Resource>> {
  const named = (name: string, id: string): object => ({
    name: `${name}-patient`,
    valueReference: { reference: `Patient/${id}` },
  })
  const parameter = [
    named('source', loser),
    ...(survivor === undefined ? [] : [named('target', survivor)]),
    ...(preview ? [{ name: 'preview', valueBoolean: true }] : []),
  ]
  return call<Resource>(`${base}/fhir/Patient/$unmerge`, {
    method: 'POST',
    headers: { 'content-type': 'application/fhir+json', 'x-actor': actor },
    body: JSON.stringify({ resourceType: 'Parameters', parameter }),
  })
}

async function call<T>(url: string, request: RequestInit): Promise<Result<T>> {
  let response: Response
  try {
    response = await fetch(url, { ...request, signal: AbortSignal.timeout(120_000) })
  } catch {
    return fail({
      kind: 'unavailable',
      code: 'service-unreachable',
      message: `No service answers at ${new URL(url).origin}.`,
    })
  }
  const text = await response.text()
  const body = jsonIn(text)
  if (response.ok && body !== undefined) return ok(body as T)
  return fail(failureOf(response.status, body))
}

/** A problem+json, or an OperationOutcome with the code in its first issue. */
function failureOf(status: number, body: unknown): Failure {
  const problem = (typeof body === 'object' && body !== null ? body : {}) as Told
  const [issue] = Array.isArray(problem.issue) ? (problem.issue as readonly Issue[]) : []
  const { type = issue?.details?.coding?.[0]?.code, detail = issue?.diagnostics } = problem
  return {
    kind: status === 503 ? 'unavailable' : 'invalid',
    code: typeof type === 'string' ? type.replace('urn:casewire:error:', '') : `http-${status}`,
    message: typeof detail === 'string' ? detail : `The service answered ${status}.`,
  }
}

interface Told {
  readonly type?: unknown
  readonly detail?: unknown
  readonly issue?: unknown
}

interface Issue {
  readonly diagnostics?: unknown
  readonly details?: { readonly coding?: readonly { readonly code?: unknown }[] }
}
