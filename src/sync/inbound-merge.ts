import type { Resource, ResourceKey } from '../fhir/resource.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { changedElements, withElements } from './element-merge.ts'
import { baseOf, linkWith } from './link-base.ts'

/** Elements changed on both sides since they last agreed: ours stands, theirs is kept for an operator to see. */
export interface Overwritten {
  readonly key: ResourceKey
  readonly elements: Readonly<Record<string, unknown>>
}

export interface MergedInbound {
  readonly resource: (Resource & { readonly id: string }) | undefined
  readonly link: SyncLink
  readonly asPeerSays: boolean
  readonly overwritten: Overwritten | undefined
}

/** What a peer's version means for a resource that is linked already: its changes taken, ours re-applied. */
export function mergeLinked(
  link: SyncLink,
  remote: Resource,
  translated: Resource,
  current: Resource | undefined,
): MergedInbound {
  const base = baseOf(link)
  const theirs = changedElements(base.remote, remote)
  const key = { type: link.type, id: link.id }
  const version = remote.meta?.versionId ?? ''
  const local = current ?? { ...base.local, id: link.id }
  const ours = new Set(changedElements(base.local, local))
  const taken = theirs.filter(name => !ours.has(name))
  const both = theirs.filter(name => ours.has(name) && differs(local, translated, name))
  const merged = withElements(local, translated, taken)
  // What the peer and we hold in common from here on, in our words: what still differs from it goes out as our change.
  const agreed = withElements(base.local, translated, theirs)
  const next = linkWith(link, version, { remote, local: agreed, pending: base.pending })
  return {
    resource: taken.length === 0 || current === undefined ? undefined : { ...merged, id: link.id },
    link: next,
    asPeerSays: ours.size === 0,
    overwritten:
      both.length === 0
        ? undefined
        : { key, elements: Object.fromEntries(both.map(name => [name, remote[name] ?? null])) },
  }
}

const differs = (a: Resource, b: Resource, name: string): boolean =>
  changedElements(
    { resourceType: a.resourceType, [name]: a[name] },
    { resourceType: b.resourceType, [name]: b[name] },
  ).length > 0

/** A resource that a peer made for a patient we share: taken as it is under an id of ours. */
export function adopt(
  where: { readonly peer: string; readonly source: string; readonly key: ResourceKey },
  remote: Resource,
  translated: Resource,
): MergedInbound {
  const { id: remoteId, meta } = remote
  const { versionId: _version, lastUpdated: _updated, ...keptMeta } = meta ?? {}
  const resource = { ...translated, id: where.key.id, meta: { ...keptMeta, source: where.source } }
  const link = linkWith(
    { peer: where.peer, type: where.key.type, id: where.key.id, remoteId: remoteId ?? '' },
    meta?.versionId ?? '',
    { remote, local: resource, pending: [] },
  )
  return { resource, link, asPeerSays: true, overwritten: undefined }
}
