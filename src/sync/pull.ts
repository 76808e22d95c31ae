import { createHash } from 'node:crypto'
import { derivedId, shardInId, shardOfKey } from '../lib/ids.ts'
import { instantOf } from '../lib/clock.ts'
import { ok, type Result } from '../lib/result.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { patientOf } from '../fhir/compartment.ts'
import type { InboundChange, InboundRequest } from '../commands/apply-inbound.ts'
import type { SyncCursor, SyncLink } from '../commands/ports/links.ts'
import { isPeerClosed, type PeerFailure } from './fhir-server-client.ts'
import { adopt, mergeLinked, type Overwritten } from './inbound-merge.ts'
import { contentHash } from './link-base.ts'
import { targetOf } from './peer-settings.ts'
import { readPage, type LeftOut } from './told-page.ts'
import type { PeerDeps } from './push-plan.ts'
import { fromPeer, referencedKeys } from './translate.ts'

export interface PullDeps extends PeerDeps {
  readonly apply: (request: InboundRequest) => Promise<Result<number>>
}

export interface PullOutcome {
  readonly seen: number
  readonly written: number
  readonly failure?: PeerFailure
  /** Types that the peer doesn't let itself be polled for, with what it said; the others go on. */
  readonly refused?: Readonly<Record<string, string>>
  readonly leftOut: readonly LeftOut[]
}

type TypeOutcome = Omit<PullOutcome, 'refused'>

/** As many as HAPI gives by default at most; every page is applied before the next is asked for. */
const PAGE = 100

/**
 * One round over the types pulled from a peer: everything changed since the watermark less the overlap, on the peer's
 * own clock; what was seen already (same version, or same content) is dropped. The watermark moves when all is durable.
 */
export async function pullRound(deps: PullDeps): Promise<PullOutcome> {
  const cursors = new Map(
    (await deps.store.links.cursors(deps.peer.name)).map(cursor => [cursor.type, cursor.watermark]),
  )
  let seen = 0
  let written = 0
  const refused: Record<string, string> = {}
  const leftOut: LeftOut[] = []
  for (const type of deps.peer.pull) {
    const { failure, ...outcome } = await pullType(deps, type, cursors.get(type))
    seen += outcome.seen
    written += outcome.written
    leftOut.push(...outcome.leftOut)
    if (!failure) continue
    if (isPeerClosed(failure)) return { seen, written, failure, refused, leftOut }
    refused[type] = failure.reason
  }
  return { seen, written, refused, leftOut }
}

async function pullType(deps: PullDeps, type: string, watermark: string | undefined): Promise<TypeOutcome> {
  let path: string | undefined = firstPage(deps, type, watermark)
  let greatest = watermark ?? ''
  let seen = 0
  let written = 0
  const read = new Set<string>()
  const leftOut: LeftOut[] = []
  const sofar = (failure?: PeerFailure): TypeOutcome => ({
    seen,
    written,
    leftOut,
    ...(failure && { failure }),
  })
  while (path !== undefined) {
    if (read.has(path)) return sofar(pagesInACircle)
    read.add(path)
    const answer = await deps.client.page(path)
    if (!answer.ok) return sofar(answer.failure)
    const told = await readPage(deps.client, answer.body, type)
    if (!told.ok) return sofar(told.failure)
    const { resources } = told.page
    leftOut.push(...told.page.leftOut)
    for (const resource of resources) {
      const updated = updatedOf(resource)
      if (updated > greatest) greatest = updated
    }
    path = told.page.next
    const last = path === undefined && greatest !== '' && greatest !== watermark
    const cursors = last ? [{ peer: deps.peer.name, type, watermark: greatest }] : []
    const applied = await applyPage(deps, resources, cursors)
    if (!applied.ok) return sofar({ kind: 'away', reason: applied.failure.code })
    seen += resources.length
    written += applied.value
  }
  return sofar()
}

const pagesInACircle: PeerFailure = {
  kind: 'refused',
  reason: 'a page of results names one before it as the next',
}

const updatedOf = ({ meta }: Resource): string => {
  const updatedMs = Date.parse(meta?.lastUpdated ?? '')
  return Number.isNaN(updatedMs) ? '' : instantOf(updatedMs)
}

function firstPage(deps: PullDeps, type: string, watermark: string | undefined): string {
  const query = new URLSearchParams({ _sort: '_lastUpdated', _count: String(PAGE) })
  if (watermark !== undefined) {
    query.set('_lastUpdated', `ge${instantOf(Date.parse(watermark) - deps.peer.overlapMs)}`)
  }
  return `${type}?${query.toString()}`
}

/** Applies resources of a peer; also the way back from a refused update, with the one resource that was re-read. */
export async function applyPage(
  deps: PullDeps,
  resources: readonly Resource[],
  cursors: readonly SyncCursor[],
): Promise<Result<number>> {
  const links = await linksFor(deps, resources)
  const overwritten = new Map<string, Overwritten>()
  const changes = resources.flatMap(remote => {
    const link = links.get(keyOf(remote))
    if (link && seenBefore(link, remote)) return []
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

const keyOf = (remote: Resource): string => `${remote.resourceType}/${remote.id ?? ''}`

/** Links of the resources and of everything that they refer to on the peer, by remote key. */
async function linksFor(
  deps: PullDeps,
  resources: readonly Resource[],
): Promise<ReadonlyMap<string, SyncLink>> {
  const referenced = resources.flatMap(resource => referencedKeys(resource, deps.peer.baseUrl))
  const own = resources.map(({ resourceType, id }) => ({ type: resourceType, id: id ?? '' }))
  const keys = [...new Map([...own, ...referenced].map(key => [keyText(key), key])).values()]
  const links = await deps.store.links.byRemote(deps.peer.name, keys)
  return new Map(links.map(link => [`${link.type}/${link.remoteId}`, link]))
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
  const ours = (key: ResourceKey): ResourceKey | undefined => {
    const found = links.get(keyText(key))
    return found && { type: found.type, id: found.id }
  }
  const inOurs = (theirs: Resource): Resource => fromPeer(theirs, deps.peer.baseUrl, ours)
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
