import type { Resource, ResourceKey } from '../fhir/resource.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { changedElements, withElements } from './element-merge.ts'
import { originOf } from './known-names.ts'
import { baseOf, linkAsTheyStand, linkWith, type LinkBase } from './link-base.ts'
import { mergeLists, type MergedList } from './list-merge.ts'

/** Elements changed on both sides since they last agreed: ours stands, theirs is kept for an operator to see. */
export interface Overwritten {
  readonly key: ResourceKey
  readonly elements: Readonly<Record<string, unknown>>
}

export interface MergedInbound {
  readonly resource: (Resource & { readonly id: string }) | undefined
  readonly link: SyncLink
  readonly asPeerSays: boolean
  /** Names of the overwritten elements, where there is something here to look at. */
  readonly clashed: readonly string[]
  readonly overwritten: Overwritten | undefined
}

/** One resource of a peer: as it says it now, and in our words; `inOurs` says any of its versions in our words. */
export interface Told {
  readonly remote: Resource
  readonly translated: Resource
  readonly inOurs: (remote: Resource) => Resource
}

/**
 * What a peer's version means for a resource that is linked already: its changes taken, ours re-applied. A list that both
 * changed is merged item by item; of any other element that both changed, ours stands.
 */
export function mergeLinked(link: SyncLink, told: Told, current: Resource | undefined): MergedInbound {
  const { remote, translated } = told
  const base = baseOf(link)
  const theirs = changedElements(base.remote, remote)
  const key = { type: link.type, id: link.id }
  const version = remote.meta?.versionId ?? ''
  const local = current ?? { ...base.local, id: link.id }
  const ours = new Set(changedElements(base.local, local))
  const taken = theirs.filter(name => !ours.has(name) || isLaterStamp(name, local, translated))
  const both = theirs.filter(name => ours.has(name) && !STAMPS.has(name) && differs(local, translated, name))
  const lists = mergedLists(both, { base, local, told })
  const clashed = both.filter(name => lists.get(name)?.isClash ?? true)
  const withLists = Object.fromEntries(
    [...lists].map(([name, { list }]) => [name, list.length > 0 ? list : undefined]),
  )
  const source = { ...translated, ...withLists }
  const merged = withElements(local, source, [...taken, ...lists.keys()])
  // What the peer and we hold in common from here on, in our words: what still differs from it goes out as our change.
  const agreed = withElements(base.local, translated, theirs)
  const next = linkWith(link, version, {
    ...{ remote, local: agreed, pending: base.pending },
    security: base.security ?? [],
  })
  const isNews = current !== undefined && changedElements(local, merged).length > 0
  return {
    resource: isNews ? { ...merged, id: link.id } : undefined,
    link: next,
    asPeerSays: ours.size === 0,
    clashed: current === undefined ? [] : clashed,
    overwritten:
      clashed.length === 0
        ? undefined
        : { key, elements: Object.fromEntries(clashed.map(name => [name, remote[name] ?? null])) },
  }
}

/** When something was changed at last: of two the later one is true, and nobody needs to be asked. */
const STAMPS: ReadonlySet<string> = new Set(['lastModified'])

const isLaterStamp = (name: string, local: Resource, theirs: Resource): boolean =>
  STAMPS.has(name) && Date.parse(String(theirs[name])) > Date.parse(String(local[name]))

/** Their rows end one another: only as a whole do they make sense. */
const HISTORIES: ReadonlySet<string> = new Set(['statusHistory', 'classHistory'])

interface Merging {
  readonly base: LinkBase
  readonly local: Resource
  readonly told: Told
}

/** The lists among the elements that both sides changed, merged; an element taken away altogether is an empty one. */
function mergedLists(
  names: readonly string[],
  { base, local, told }: Merging,
): ReadonlyMap<string, MergedList> {
  const agreedThere = told.inOurs(base.remote)
  const merged = new Map<string, MergedList>()
  for (const name of names) {
    const all = [base.local[name], local[name], agreedThere[name], told.translated[name]]
    // Values with extensions of their own stand in two lists, side by side.
    const hasTwin = [local, told.translated].some(one => one[`_${name}`] !== undefined)
    const isList = all.some(Array.isArray) && all.every(one => one === undefined || Array.isArray(one))
    if (!isList || hasTwin || name.startsWith('_') || HISTORIES.has(name)) continue
    const [agreedHere = [], here = [], there = [], now = []] = all as readonly (
      | readonly unknown[]
      | undefined
    )[]
    merged.set(name, mergeLists({ agreedHere, here, agreedThere: there, there: now }))
  }
  return merged
}

const differs = (a: Resource, b: Resource, name: string): boolean =>
  changedElements(
    { resourceType: a.resourceType, [name]: a[name] },
    { resourceType: b.resourceType, [name]: b[name] },
  ).length > 0

/**
 * A resource that a peer made for a patient we share: taken as it is under an id of ours, with the address that it was taken from,
 * or that the peer has it from, so that it is known again wherever it comes back from.
 */
export function adopt(
  where: { readonly peer: string; readonly source: string; readonly key: ResourceKey },
  remote: Resource,
  translated: Resource,
): MergedInbound {
  const { versionId: _version, lastUpdated: _updated, ...keptMeta } = remote.meta ?? {}
  const resource = {
    ...translated,
    id: where.key.id,
    meta: { ...keptMeta, source: originOf(remote) ?? where.source },
  }
  const link = linkAsTheyStand(where.peer, remote, resource)
  return { resource, link, asPeerSays: true, clashed: [], overwritten: undefined }
}
