import { createHash } from 'node:crypto'
import { derivedId, shardInId, shardOfKey } from '../lib/ids.ts'
import { instantOf } from '../lib/clock.ts'
import { ok, type Result } from '../lib/result.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { patientOf } from '../fhir/compartment.ts'
import { withOwnReferencesRelative } from '../fhir/own-references.ts'
import type { InboundChange, InboundRequest } from '../commands/apply-inbound.ts'
import type { SyncCursor, SyncLink } from '../commands/ports/links.ts'
import { linkCopies, type Unlinked } from './copies.ts'
import type { InTurn } from './in-turn.ts'
import { adopt, mergeLinked, type Overwritten } from './inbound-merge.ts'
import { contentHash } from './link-base.ts'
import { outboundTypes, targetOf } from './peer-settings.ts'
import { distinct, type PeerDeps } from './push-plan.ts'
import { fromPeer, referencedKeys } from './translate.ts'

export interface PullDeps extends PeerDeps {
  readonly apply: (request: InboundRequest) => Promise<Result<number>>
}

/** What the rounds of one peer share, beside that. */
export interface RoundDeps extends PullDeps {
  /** Patients are linked one after the other: of two who want the same one there, the second must see the first. */
  readonly linkingInTurn: InTurn
}

/** Applies resources of a peer, `also` by links that are not kept yet; also the way back from a refused update, with the one resource that was re-read. */
export async function applyPage(
  deps: PullDeps,
  resources: readonly Resource[],
  cursors: readonly SyncCursor[],
  also: readonly SyncLink[] = [],
): Promise<Result<number>> {
  const links = new Map(await linksFor(deps, resources, also))
  for (const link of await linkNamed(deps, resources, links)) links.set(`${link.type}/${link.remoteId}`, link)
  const overwritten = new Map<string, Overwritten>()
  const copies = await linkCopies(deps, unlinkedOf(deps, resources, links))
  const changes = resources.flatMap(remote => {
    const link = links.get(keyOf(remote))
    if (copies.has(keyOf(remote)) || (link && seenBefore(link, remote))) return []
    const change = inboundChange(deps, {
      remote,
      link,
      links,
      note: item => overwritten.set(keyText(item.key), item),
    })
    return change ? [change] : []
  })
  if (changes.length === 0 && cursors.length === 0) return ok(0)
  const request = {
    tenant: deps.tenant,
    origin: targetOf(deps.peer),
    actor: `Device/peer-${deps.peer.name}`,
    changes,
    cursors,
  }
  const applied = await deps.apply(request)
  if (applied.ok) for (const item of overwritten.values()) await recordConflict(deps, item)
  return applied
}

/** How many stays of one page are looked at: most are linked since they went there. */
const READ_MAX = 20

/**
 * Stays that changed resources name and that no link leads to, though stays go to this peer: one that others brought to it is linked
 * now, for what is translated without a link comes back as a change.
 */
async function linkNamed(
  deps: PullDeps,
  resources: readonly Resource[],
  links: ReadonlyMap<string, SyncLink>,
): Promise<readonly SyncLink[]> {
  if (!outboundTypes(deps.peer).has('Encounter')) return []
  const changed = resources.filter(remote => {
    const link = links.get(keyOf(remote))
    return !link || !seenBefore(link, remote)
  })
  const named = changed.flatMap(remote => referencedKeys(remote, deps.peer.baseUrl))
  const open = distinct(named.filter(key => key.type === 'Encounter' && !links.has(keyText(key))))
  const remotes: Resource[] = []
  for (const { type, id } of open.slice(0, READ_MAX)) {
    const answer = await deps.client.read(type, id)
    if (answer.ok && answer.body) remotes.push(answer.body)
  }
  if (remotes.length === 0) return []
  await linkCopies(deps, unlinkedOf(deps, remotes, await linksFor(deps, remotes, [])))
  return deps.store.links.byRemote(deps.peer.name, open)
}

/** Patients are linked by their own rules (same-patient.ts). */
function unlinkedOf(
  deps: PullDeps,
  resources: readonly Resource[],
  links: ReadonlyMap<string, SyncLink>,
): readonly Unlinked[] {
  return resources
    .filter(remote => remote.resourceType !== 'Patient' && !links.has(keyOf(remote)))
    .map(remote => ({ remote, translated: inOurWords(deps, links)(remote) }))
    .filter(({ translated }) => patientOf(translated) !== undefined)
}

const keyOf = (remote: Resource): string => `${remote.resourceType}/${remote.id ?? ''}`

/** Links of the resources and of everything that they refer to on the peer, by remote key. */
async function linksFor(
  deps: PullDeps,
  resources: readonly Resource[],
  also: readonly SyncLink[],
): Promise<ReadonlyMap<string, SyncLink>> {
  const referenced = resources.flatMap(resource => referencedKeys(resource, deps.peer.baseUrl))
  const own = resources.map(({ resourceType, id }) => ({ type: resourceType, id: id ?? '' }))
  const keys = [...new Map([...own, ...referenced].map(key => [keyText(key), key])).values()]
  const links = await deps.store.links.byRemote(deps.peer.name, keys)
  return new Map([...also, ...links].map(link => [`${link.type}/${link.remoteId}`, link]))
}

/** Our own change coming back, or a page read twice. A server without versions is judged by content. */
function seenBefore(link: SyncLink, remote: Resource): boolean {
  const version = remote.meta?.versionId
  return version === undefined ? contentHash(remote) === link.remoteHash : version === link.remoteVersion
}

interface Inbound {
  readonly remote: Resource
  readonly link: SyncLink | undefined
  readonly links: ReadonlyMap<string, SyncLink>
  readonly note: (item: Overwritten) => void
}

function inboundChange(deps: PullDeps, { remote, link, links, note }: Inbound): InboundChange | undefined {
  const inOurs = inOurWords(deps, links)
  const translated = inOurs(remote)
  const patient = patientOf(translated)
  // A resource of a patient whom we don't share is not ours to hold.
  if (!link && patient === undefined) return undefined
  const key = link ? { type: link.type, id: link.id } : newKey(deps, remote, patient)
  const source = `${deps.peer.baseUrl}/${keyOf(remote)}`
  return {
    key,
    patient,
    decide: current => {
      const merged = link
        ? mergeLinked(link, { remote, translated, inOurs }, current)
        : adopt({ peer: deps.peer.name, source, key }, remote, translated)
      if (merged.overwritten) note(merged.overwritten)
      return merged
    },
  }
}

const inOurWords =
  ({ peer, ownBase }: PullDeps, links: ReadonlyMap<string, SyncLink>) =>
  (theirs: Resource): Resource => {
    const ours = (key: ResourceKey): ResourceKey | undefined => {
      const found = links.get(keyText(key))
      return found && { type: found.type, id: found.id }
    }
    return withOwnReferencesRelative(fromPeer(theirs, peer.baseUrl, ours), ownBase)
  }

function newKey(deps: PullDeps, remote: Resource, patient: string | undefined): ResourceKey {
  const name = `${deps.peer.name}|${keyOf(remote)}`
  const shard = (patient === undefined ? undefined : shardInId(patient)) ?? shardOfKey(deps.tenant, name)
  return { type: remote.resourceType, id: derivedId(shard, deps.tenant, remote.resourceType, name) }
}

async function recordConflict(deps: PullDeps, item: Overwritten): Promise<void> {
  const at = instantOf(deps.nowMs())
  const key = keyText(item.key)
  const id = createHash('sha256').update(`${deps.peer.name}\n${key}\n${at}`).digest('hex').slice(0, 32)
  await deps.store.links.recordConflict({
    id,
    peer: deps.peer.name,
    key,
    at,
    elements: item.elements as never,
  })
}
