import { randomUUID } from 'node:crypto'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { IS_LINKED, linksToOrigins, originsOf } from './copies.ts'
import { changedElements } from './element-merge.ts'
import { isPeerClosed, type PeerFailure, type PeerSuccess } from './fhir-server-client.ts'
import { isSamePerson, isUnmistakable, originAt } from './known-names.ts'
import { linkWith } from './link-base.ts'
import { identifierQuery, outgoing, ownQuery } from './outgoing.ts'
import { isSupportingOnly, outboundTypes } from './peer-settings.ts'
import { referenceRank, type PeerDeps, type PushPlan } from './push-plan.ts'
import type { RoundDeps } from './apply-page.ts'
import { linkPatients } from './same-patient.ts'
import { referencedKeys } from './translate.ts'

/** A key that was refused stays behind with the reason; the others are linked. */
export interface CreateOutcome {
  readonly links: readonly SyncLink[]
  readonly refused: ReadonlyMap<string, string>
  /** Set when the peer can't be reached: nothing further was tried. */
  readonly away?: PeerFailure
}

/**
 * Puts resources that the peer doesn't know there, with everything of theirs that it doesn't know either, in one
 * transaction; each carries our identifier and is created only if no resource with it exists, so that a repeat after
 * a lost answer finds what the first try made. The plan knows of all links afterwards.
 */
export async function createOnPeer(
  deps: RoundDeps,
  plan: PushPlan,
  wanted: readonly ResourceKey[],
): Promise<CreateOutcome> {
  await renewLinks(deps, plan, wanted)
  const adopted = await adoptPatients(deps, plan, wanted)
  if (adopted.away) return adopted
  for (const link of adopted.links) plan.links.set(keyText(link), link)
  const known = await linksToOrigins(deps, plan, unlinkedClosure(deps, plan, wanted))
  for (const link of known.links) plan.links.set(keyText(link), link)
  const links = [...adopted.links, ...known.links]
  const refused = new Map([...adopted.refused, ...known.refused])
  const keys = unlinkedClosure(deps, plan, wanted).filter(key => !refused.has(keyText(key)))
  const allowed = deps.peer.patients === 'all' ? keys : withoutUnknownPatients(plan, keys)
  if (allowed.length === 0) return { links, refused }
  const made = await transact(deps, plan, allowed)
  const outcome = made ?? (await createSingly(deps, plan, allowed))
  for (const link of outcome.links) plan.links.set(keyText(link), link)
  return {
    ...outcome,
    links: [...links, ...outcome.links],
    refused: new Map([...refused, ...outcome.refused]),
  }
}

/** Since the plan was made polling may have linked some. */
async function renewLinks(deps: PeerDeps, plan: PushPlan, wanted: readonly ResourceKey[]): Promise<void> {
  const links = await deps.store.links.byLocal(deps.peer.name, unlinkedClosure(deps, plan, wanted))
  for (const link of links) plan.links.set(keyText(link), link)
}

/** The wanted keys and every unlinked resource of an outbound type that they lead to, in reference order. */
function unlinkedClosure(
  deps: PeerDeps,
  plan: PushPlan,
  wanted: readonly ResourceKey[],
): readonly ResourceKey[] {
  const outbound = outboundTypes(deps.peer)
  const found = new Map<string, ResourceKey>()
  const open = [...wanted]
  // An array grows under its own iterator: first come, first out, so that equals stay in the order of the outbox.
  for (const key of open) {
    const text = keyText(key)
    const resource = plan.resources.get(text)
    if (found.has(text) || plan.links.has(text) || !resource || !outbound.has(key.type)) continue
    found.set(text, key)
    open.push(...referencedKeys(resource, deps.ownBase))
  }
  return [...found.values()].toSorted((a, b) => referenceRank(a.type) - referenceRank(b.type))
}

/** `patients: linked`: what belongs to a patient whom the peer doesn't know stays here. */
function withoutUnknownPatients(plan: PushPlan, keys: readonly ResourceKey[]): readonly ResourceKey[] {
  return keys.some(key => key.type === 'Patient' && !plan.links.has(keyText(key))) ? [] : keys
}

/**
 * A patient whom the peer knows by a business identifier of ours is linked as it stands there, not written again, and what
 * the peer holds of them comes in; unless that is another patient of ours already.
 */
async function adoptPatients(
  deps: RoundDeps,
  plan: PushPlan,
  wanted: readonly ResourceKey[],
): Promise<CreateOutcome> {
  const links: SyncLink[] = []
  const refused = new Map<string, string>()
  const away = (failure: PeerFailure): CreateOutcome => ({ links, refused, away: failure })
  for (const key of unlinkedClosure(deps, plan, wanted).filter(({ type }) => type === 'Patient')) {
    const patient = plan.resources.get(keyText(key))
    if (!patient) continue
    const found = await patientThere(deps, patient)
    if (found.away) return away(found.away)
    const { remote } = found
    const linked = remote && (await linkPatients(deps, remote, patient))
    if (linked && !linked.ok) return away(linked.failure)
    if (linked?.link) links.push(linked.link)
    else if (found.isOrigin) refused.set(keyText(key), IS_LINKED)
  }
  return { links, refused }
}

/** By a business identifier, else as the one that ours was made of. */
async function patientThere(
  deps: RoundDeps,
  patient: Resource,
): Promise<{ readonly remote?: Resource; readonly isOrigin?: boolean; readonly away?: PeerFailure }> {
  const identifier = identifierQuery(patient)
  if (identifier !== undefined) {
    const answer = await deps.client.search('Patient', new URLSearchParams({ identifier }))
    if (!answer.ok && isPeerClosed(answer.failure)) return { away: answer.failure }
    const remote = answer.ok ? onlyMatch(answer) : undefined
    if (remote) return { remote }
  }
  const origins = await originsOf(deps, 'Patient', [patient])
  const origin = origins.find(
    ({ remote }) =>
      isUnmistakable(remote.id ?? '') ||
      originAt(deps.peer.baseUrl, patient).includes(remote.id ?? '') ||
      isSamePerson(remote, patient),
  )
  return origin ? { remote: origin.remote, isOrigin: true } : {}
}

function onlyMatch(answer: PeerSuccess): Resource | undefined {
  const entries = (answer.body?.['entry'] ?? []) as readonly {
    readonly resource?: Resource
    readonly search?: { readonly mode?: string }
  }[]
  const patients = entries.filter(
    entry => entry.resource?.resourceType === 'Patient' && entry.search?.mode !== 'outcome',
  )
  return patients.length === 1 ? patients[0]?.resource : undefined
}

/** One transaction for all; undefined = the peer refuses it as a whole, so that the faulty one must be found. */
async function transact(
  deps: PeerDeps,
  plan: PushPlan,
  keys: readonly ResourceKey[],
): Promise<CreateOutcome | undefined> {
  const urns = new Map(keys.map(key => [keyText(key), `urn:uuid:${randomUUID()}`]))
  const entry = keys.map(key => ({
    fullUrl: urns.get(keyText(key)),
    resource: outgoing(deps, plan, key, other => urns.get(keyText(other))),
    request: { method: 'POST', url: key.type, ifNoneExist: ownQuery(deps, plan, key) },
  }))
  const answer = await deps.client.transaction({ resourceType: 'Bundle', type: 'transaction', entry })
  if (!answer.ok) {
    return answer.failure.kind === 'refused' ||
      answer.failure.kind === 'stale' ||
      answer.failure.kind === 'gone'
      ? undefined
      : { links: [], refused: new Map(), away: answer.failure }
  }
  const made = createdOf(answer)
  if (made.length !== keys.length || made.some(item => item === undefined)) return undefined
  const remoteIds = new Map(keys.map((key, i) => [keyText(key), made[i]?.id ?? '']))
  const at = (other: ResourceKey): string | undefined => {
    const id = remoteIds.get(keyText(other))
    return id === undefined ? undefined : `${other.type}/${id}`
  }
  return settled(
    deps,
    plan,
    keys.map((key, i) => ({ key, remote: outgoing(deps, plan, key, at), made: made[i] as Made })),
  )
}

interface Made {
  readonly id: string
  /** Empty when the answer names none. */
  readonly version: string
  /** False when `ifNoneExist` found one: it may say something older. */
  readonly fresh: boolean
}

function createdOf(answer: PeerSuccess): readonly (Made | undefined)[] {
  const entries = (answer.body?.['entry'] ?? []) as readonly {
    readonly response?: { readonly status?: string; readonly location?: string }
  }[]
  return entries.map(({ response }) => {
    const [, id, version] =
      /\/([A-Za-z0-9\-.]+)(?:\/_history\/([A-Za-z0-9\-.]+))?$/.exec(`/${response?.location ?? ''}`) ?? []
    const done = /^2\d\d/.test(response?.status ?? '')
    return done && id !== undefined
      ? { id, version: version ?? '', fresh: response?.status?.startsWith('201') ?? false }
      : undefined
  })
}

interface Settled {
  readonly key: ResourceKey
  readonly remote: Resource
  readonly made: Made
  readonly pending?: readonly string[]
}

/** Links for what was created; one that was found instead is read, so that its differences go out as an update. */
async function settled(deps: PeerDeps, plan: PushPlan, items: readonly Settled[]): Promise<CreateOutcome> {
  const links: SyncLink[] = []
  const refused = new Map<string, string>()
  for (const { key, remote, made, pending } of items) {
    const where = { peer: deps.peer.name, type: key.type, id: key.id, remoteId: made.id }
    const local = plan.resources.get(keyText(key))
    if (!local) continue
    if (made.fresh) {
      links.push(linkWith(where, made.version, { remote, local, pending: pending ?? [] }))
      continue
    }
    const taken = await deps.store.links.byRemote(deps.peer.name, [{ type: key.type, id: made.id }])
    if (taken.some(({ id }) => id !== key.id)) {
      refused.set(keyText(key), IS_LINKED)
      continue
    }
    const answer = await deps.client.read(key.type, made.id)
    if (!answer.ok) return { links, refused, away: answer.failure }
    const standing = answer.body ?? remote
    links.push(
      linkWith(where, answer.version ?? made.version, {
        remote: standing,
        local,
        pending: changedElements(standing, remote),
      }),
    )
  }
  return { links, refused }
}

/** Each on its own, in reference order; a reference to what isn't there yet goes out by identifier and is sent again later. */
async function createSingly(
  deps: PeerDeps,
  plan: PushPlan,
  keys: readonly ResourceKey[],
): Promise<CreateOutcome> {
  const refused = new Map<string, string>()
  const links: SyncLink[] = []
  const group = new Set(keys.map(keyText))
  for (const key of keys) {
    const remote = outgoing(deps, plan, key, () => undefined)
    const answer = await deps.client.create(remote, ownQuery(deps, plan, key))
    if (!answer.ok && isPeerClosed(answer.failure)) {
      return { links, refused, away: answer.failure }
    }
    if (!answer.ok || answer.id === undefined) {
      refused.set(keyText(key), answer.ok ? 'the answer names no id' : answer.failure.reason)
      continue
    }
    const made = { id: answer.id, version: answer.version ?? '', fresh: answer.status === 201 }
    const one = await settled(deps, plan, [
      { key, remote, made, pending: pendingElements(deps, plan, key, group) },
    ])
    for (const link of one.links) plan.links.set(keyText(link), link)
    links.push(...one.links)
    for (const [text, reason] of one.refused) refused.set(text, reason)
    if (one.away) return { links, refused, away: one.away }
  }
  return { links, refused }
}

/** Elements that refer to a member of the group which has no link yet. */
function pendingElements(
  deps: PeerDeps,
  plan: PushPlan,
  key: ResourceKey,
  group: ReadonlySet<string>,
): readonly string[] {
  const resource = plan.resources.get(keyText(key)) ?? { resourceType: key.type }
  return Object.entries(resource)
    .filter(([, value]) =>
      referencedKeys({ resourceType: key.type, value }, deps.ownBase).some(
        other => group.has(keyText(other)) && !plan.links.has(keyText(other)),
      ),
    )
    .map(([name]) => name)
}

/** A supporting resource that nothing pushed refers to yet is not sent for its own sake. */
export const waitsForCase = (deps: PeerDeps, key: ResourceKey): boolean =>
  isSupportingOnly(deps.peer, key.type)
