import type { Resource } from '../fhir/resource.ts'
import { validateResource } from '../fhir/validation/validate-resource.ts'
import type { FhirServerClient, PeerFailure } from './fhir-server-client.ts'

/** A resource of a peer that can't be taken: where it stands there, and what is wrong with it, without its values. */
export interface LeftOut {
  /** `Type/id` on the peer. */
  readonly key: string
  readonly reason: string
}

export interface ToldPage {
  readonly resources: readonly Resource[]
  readonly leftOut: readonly LeftOut[]
  readonly next: string | undefined
}

export type Reading =
  | { readonly ok: true; readonly page: ToldPage }
  | { readonly ok: false; readonly failure: PeerFailure }

const FHIR_ID = /^[A-Za-z0-9\-.]{1,64}$/

/**
 * The resources of a type on a page of search results. What was told in part is read whole; what is no R4 (as a client of
 * ours would be refused) is left out, so that one faulty resource stops nothing.
 */
export async function readPage(
  client: FhirServerClient,
  bundle: Resource | undefined,
  type: string,
): Promise<Reading> {
  const resources: Resource[] = []
  const leftOut: LeftOut[] = []
  for (const told of entriesOf(bundle, type)) {
    const answer = isPart(told) ? await client.read(type, told.id) : undefined
    if (answer && !answer.ok && answer.failure.kind !== 'gone') return { ok: false, failure: answer.failure }
    const resource = answer?.ok ? (answer.body ?? told) : told
    const reason = isPart(resource) ? 'told in part only (SUBSETTED)' : faultOf(resource)
    if (reason === undefined) resources.push(resource)
    else leftOut.push({ key: `${type}/${told.id}`, reason })
  }
  return { ok: true, page: { resources, leftOut, next: nextOf(bundle) } }
}

function entriesOf(
  bundle: Resource | undefined,
  type: string,
): readonly (Resource & { readonly id: string })[] {
  return rowsOf(bundle, 'entry').flatMap(entry => {
    const { resource } = entry as { readonly resource?: Resource | null }
    const id: unknown = resource?.id
    return resource?.resourceType === type && typeof id === 'string' && FHIR_ID.test(id)
      ? [{ ...resource, id }]
      : []
  })
}

function nextOf(bundle: Resource | undefined): string | undefined {
  const links = rowsOf(bundle, 'link') as readonly { readonly relation?: unknown; readonly url?: unknown }[]
  const url = links.find(link => link.relation === 'next')?.url
  return typeof url === 'string' ? url : undefined
}

const rowsOf = (bundle: Resource | undefined, name: string): readonly object[] => {
  const rows = bundle?.[name]
  return Array.isArray(rows) ? rows.filter(row => typeof row === 'object' && row !== null) : []
}

const isPart = (resource: Resource): boolean => {
  const tags: unknown = resource.meta?.tag
  return (
    Array.isArray(tags) && tags.some((tag: { readonly code?: unknown } | null) => tag?.code === 'SUBSETTED')
  )
}

/** The first faults by place and kind; a resource says in its `meta` what servers set, which is theirs. */
function faultOf(resource: Resource): string | undefined {
  const errors = validateResource(resource).filter(
    ({ severity }) => severity === 'error' || severity === 'fatal',
  )
  if (errors.length === 0) return undefined
  return errors
    .slice(0, 3)
    .map(({ expression, code }) => `${expression ?? resource.resourceType}: ${code}`)
    .join(', ')
}
