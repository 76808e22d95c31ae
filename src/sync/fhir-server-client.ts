import type { Resource } from '../fhir/resource.ts'

/** The only face of an external FHIR server: what push and pull need of it, with its failures as values. */
export interface FhirServerClient {
  read(type: string, id: string): Promise<PeerAnswer>
  /** `ifMatch` is the version it is written on; empty = the server names none. */
  update(resource: Resource & { readonly id: string }, ifMatch: string): Promise<PeerAnswer>
  /** `ifNoneExist` is a search query on the type, e.g. `identifier=system|value`. */
  create(resource: Resource, ifNoneExist: string): Promise<PeerAnswer>
  remove(type: string, id: string): Promise<PeerAnswer>
  transaction(bundle: Resource): Promise<PeerAnswer>
  /** By POST, so that identifiers stay out of URLs and so out of the peer's access log. */
  search(type: string, query: URLSearchParams): Promise<PeerAnswer>
  /** First page of a polling search, or the page that a `next` link names (same origin only). */
  page(urlOrPath: string): Promise<PeerAnswer>
}

export type PeerAnswer = PeerSuccess | { readonly ok: false; readonly failure: PeerFailure }

export interface PeerSuccess {
  readonly ok: true
  readonly status: number
  readonly body: Resource | undefined
  /** versionId out of ETag, Location or the body's meta. */
  readonly version: string | undefined
  /** Logical id out of Location or the body. */
  readonly id: string | undefined
}

/**
 * `away`: nothing is known to be wrong with what we sent (network, time-out, 429, 5xx, an answer that isn't FHIR):
 * the whole peer waits. `stale`: 409 or 412. `gone`: 404 or 410. `refused`: this content will not be taken as it is.
 */
export interface PeerFailure {
  readonly kind: 'away' | 'stale' | 'gone' | 'refused' | 'unauthorized'
  readonly status?: number
  readonly retryAfterMs?: number
  /** Issue codes and status only: a peer's own words may carry patient data. */
  readonly reason: string
}

/** Says nothing about what was sent: the peer can't be reached, or doesn't let us in. The whole peer waits. */
export const isPeerClosed = ({ kind }: PeerFailure): boolean => kind === 'away' || kind === 'unauthorized'
