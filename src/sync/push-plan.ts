import { parseStored } from '../commands/work/parsed-resources.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import type { OutboxRow } from '../commands/ports/outbox.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import type { Store } from '../commands/ports/store.ts'
import type { FhirServerClient } from './fhir-server-client.ts'
import { outboundTypes, type PeerSettings } from './peer-settings.ts'
import { referencedKeys } from './translate.ts'

/** What the two directions of one peer share. */
export interface PeerDeps {
  readonly store: Store
  readonly client: FhirServerClient
  readonly peer: PeerSettings
  readonly tenant: number
  /** `{cm}`, the base of our own identifier systems. */
  readonly canonicalBase: string
  /** Our own public FHIR base, `PUBLIC_URL` + `/fhir`. */
  readonly ownBase: string
  readonly nowMs: () => number
}

/** Everything known about the resources that some outbox rows name and those that they refer to. */
export interface PushPlan {
  readonly rows: readonly OutboxRow[]
  readonly resources: Map<string, Resource>
  readonly links: Map<string, SyncLink>
}

/** Referred-to first; what refers in a circle goes out in one transaction, where the order doesn't matter. */
const REFERENCE_ORDER = ['Patient', 'Encounter', 'EpisodeOfCare', 'CareTeam', 'Goal', 'CarePlan', 'Task']

export const referenceRank = (type: string): number => {
  const rank = REFERENCE_ORDER.indexOf(type)
  return rank < 0 ? REFERENCE_ORDER.length : rank
}

export const keyOfRow = (row: OutboxRow): ResourceKey => row.payload as unknown as ResourceKey

/** How far references are followed from what changed; a case's resources reach one another in fewer steps. */
const DEPTH_MAX = 8

/** Loads the rows' resources and, level by level, what they refer to; only types that go out are followed further. */
export async function planPush(deps: PeerDeps, rows: readonly OutboxRow[]): Promise<PushPlan> {
  const outbound = outboundTypes(deps.peer)
  const resources = new Map<string, Resource>()
  const asked = new Set<string>()
  let wanted: readonly ResourceKey[] = rows.map(keyOfRow)
  for (let depth = 0; depth < DEPTH_MAX && wanted.length > 0; depth += 1) {
    const keys = distinct(wanted).filter(key => !asked.has(keyText(key)))
    for (const key of keys) asked.add(keyText(key))
    const { resources: found } = await deps.store.load({ tenant: deps.tenant, lane: 0, keys })
    const living = found.filter(stored => !stored.deleted)
    for (const stored of living) resources.set(keyText(stored), parseStored(stored))
    wanted = living
      .filter(stored => outbound.has(stored.type))
      .flatMap(stored => referencedKeys(parseStored(stored), deps.ownBase))
  }
  const linkable = [...asked].map(toKey).filter(key => outbound.has(key.type))
  const links = await deps.store.links.byLocal(deps.peer.name, linkable)
  return { rows, resources, links: new Map(links.map(link => [keyText(link), link])) }
}

function toKey(text: string): ResourceKey {
  const slash = text.indexOf('/')
  return { type: text.slice(0, slash), id: text.slice(slash + 1) }
}

export function distinct(keys: readonly ResourceKey[]): readonly ResourceKey[] {
  return [...new Map(keys.map(key => [keyText(key), key])).values()]
}
