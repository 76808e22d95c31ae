import { createHash } from 'node:crypto'
import { canonicalJson } from '../lib/json.ts'
import type { Json, Resource } from '../fhir/resource.ts'
import type { SyncLink } from '../commands/ports/links.ts'

/**
 * What was last agreed with a peer about one resource, in both tongues: a change on either side is a difference from
 * its own side's base, so that what a translation can't carry back (identifier + display) is never mistaken for one.
 */
export interface LinkBase {
  readonly remote: Resource
  readonly local: Resource
  /** Elements that went out with a reference by identifier though its target is to be pushed: sent again once it is. */
  readonly pending: readonly string[]
  /** Labels of protection that went along; left out = those that `local` carries. */
  readonly security?: unknown
}

export const baseOf = (link: SyncLink): LinkBase => link.base as unknown as LinkBase

export function linkWith(
  where: Pick<SyncLink, 'peer' | 'type' | 'id' | 'remoteId'>,
  remoteVersion: string,
  base: LinkBase,
): SyncLink {
  return {
    peer: where.peer,
    type: where.type,
    id: where.id,
    remoteId: where.remoteId,
    remoteVersion,
    remoteHash: contentHash(base.remote),
    base: {
      remote: withoutMeta(base.remote),
      local: withoutMeta(base.local),
      pending: base.pending,
      security: base.security ?? base.local.meta?.security ?? [],
    } as unknown as Json,
  }
}

/** A resource here and one there, linked as both stand. */
export const linkAsTheyStand = (peer: string, remote: Resource, local: Resource): SyncLink =>
  linkWith(
    { peer, type: local.resourceType, id: local.id ?? '', remoteId: remote.id ?? '' },
    remote.meta?.versionId ?? '',
    { remote, local, pending: [] },
  )

/** Whether the labels of protection are other ones than went along (what an earlier release linked says nothing of them). */
export const areLabelsNew = (base: LinkBase, local: Resource): boolean =>
  canonicalJson(local.meta?.security ?? []) !== canonicalJson(base.security ?? [])

/** Tells content apart on servers whose versions say nothing. */
export function contentHash(remote: Resource): string {
  const { id: _id, meta: _meta, ...content } = remote
  return createHash('sha256').update(canonicalJson(content)).digest('hex')
}

function withoutMeta(resource: Resource): Resource {
  const { meta: _meta, ...rest } = resource
  return rest
}
