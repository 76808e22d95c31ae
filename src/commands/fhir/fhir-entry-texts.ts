import { STATUS_CODES } from 'node:http'
import { failureKinds, type Failure } from '../../lib/result.ts'
import { failureAt } from '../../fhir/bundle/entry-failures.ts'
import type { BundleEntry } from '../../fhir/bundle/read-entries.ts'
import type { EntryText } from '../../fhir/bundle/texts.ts'
import { etagOf } from '../../fhir/etag.ts'
import { codedOutcome, okOutcome } from '../../fhir/outcome.ts'
import type { FhirDeps } from './fhir-deps.ts'
import type { Written } from './fhir-write.ts'

/** What an entry that reads or calls an operation came to, as HTTP has it; the body is JSON text. */
export interface InnerAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** An entry of the response for one that read: http://hl7.org/fhir/R4/http.html#trules. */
export function innerText(
  { base }: Pick<FhirDeps, 'base'>,
  { method, type, id, inner }: BundleEntry,
  { status, headers = {}, body }: InnerAnswer,
): EntryText {
  const { etag, 'last-modified': modified } = headers
  const isOne = id !== undefined && inner?.path === `/${type}/${id}` && status === 200
  return {
    ...(isOne && { fullUrl: `${base}/${type}/${id}` }),
    ...(body !== undefined && method !== 'HEAD' && { resource: body }),
    response: {
      status: statusText(status),
      ...(etag !== undefined && { etag }),
      ...(modified !== undefined && { lastModified: new Date(modified).toISOString() }),
    },
  }
}

const outcomes: Readonly<Record<Written['outcome'], { readonly status: number; readonly said: string }>> = {
  created: { status: 201, said: 'Created.' },
  updated: { status: 200, said: 'Written.' },
  unchanged: { status: 200, said: 'Nothing changed.' },
  found: { status: 200, said: 'One exists already.' },
  deleted: { status: 204, said: 'Deleted.' },
  absent: { status: 204, said: 'There was nothing to delete.' },
}

/** What `Prefer: return=` asks of each written entry. */
export type Returned = 'minimal' | 'representation' | 'OperationOutcome'

export function writtenText(
  deps: Pick<FhirDeps, 'base'>,
  { key, outcome, stored }: Written,
  returned: Returned,
): EntryText {
  const { status: code, said } = outcomes[outcome]
  const status = statusText(code)
  const told = returned === 'OperationOutcome' ? { outcome: JSON.stringify(okOutcome(said)) } : {}
  if (!stored || outcome === 'deleted' || outcome === 'absent') return { response: { status, ...told } }
  return {
    fullUrl: `${deps.base}/${key.type}/${key.id}`,
    ...(returned === 'representation' && { resource: stored.content }),
    response: {
      status,
      location: `${key.type}/${key.id}/_history/${stored.version}`,
      etag: etagOf(stored.version),
      lastModified: stored.updated,
      ...told,
    },
  }
}

/** A failure of one entry, which names it. */
export const failedText = (place: string, failure: Failure): EntryText => ({
  response: {
    status: statusText(failureKinds[failure.kind].fhir),
    outcome: JSON.stringify(codedOutcome(failureAt(place, failure))),
  },
})

const statusText = (status: number): string => `${status} ${STATUS_CODES[status] ?? ''}`.trim()
