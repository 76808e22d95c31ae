import { parseJson } from '../lib/json.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { changedElements, withElements } from './element-merge.ts'
import { isPeerClosed, type PeerFailure } from './fhir-server-client.ts'
import { areLabelsNew, baseOf, linkWith } from './link-base.ts'
import { applyPage, type PullDeps } from './apply-page.ts'
import { outgoing } from './outgoing.ts'
import type { PushPlan } from './push-plan.ts'

export type UpdateOutcome =
  | { readonly kind: 'written' | 'same'; readonly link: SyncLink | undefined }
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'away'; readonly failure: PeerFailure }

/** How often a change is re-applied on a version that moved meanwhile before the row waits for its next turn. */
const TRIES_MAX = 4

/**
 * Sends what changed here since the peer and we last agreed, on top of what it holds, under its version. When that is
 * stale the peer's version is read and taken in first (ours stands where both changed; what is overwritten is kept as
 * a conflict record), then our change goes out again.
 */
export async function updateOnPeer(deps: PullDeps, plan: PushPlan, key: ResourceKey): Promise<UpdateOutcome> {
  // On a version that nobody named, or on a server that names none, only what it holds now can be built on.
  const unversioned = plan.links.get(keyText(key))
  if (unversioned?.remoteVersion === '' && changesOf(plan, key).length > 0) {
    const failure = await takeIn(deps, plan, key, unversioned)
    if (failure) return failure
  }
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const link = plan.links.get(keyText(key))
    const local = plan.resources.get(keyText(key))
    if (!link || !local) return { kind: 'same', link: undefined }
    const base = baseOf(link)
    const changed = changesOf(plan, key)
    if (changed.length === 0) return { kind: 'same', link: undefined }
    const translated = outgoing(deps, plan, key, () => undefined)
    const body = {
      ...withElements(base.remote, translated, changed),
      resourceType: key.type,
      id: link.remoteId,
    }
    const answer = await deps.client.update(body, link.remoteVersion)
    if (answer.ok) {
      const next = linkWith(link, answer.version ?? '', { remote: body, local, pending: [] })
      plan.links.set(keyText(key), next)
      return { kind: 'written', link: next }
    }
    if (isPeerClosed(answer.failure)) return { kind: 'away', failure: answer.failure }
    if (answer.failure.kind !== 'stale') return { kind: 'refused', reason: answer.failure.reason }
    const failure = await takeIn(deps, plan, key, link)
    if (failure) return failure
  }
  return { kind: 'away', failure: { kind: 'away', reason: "the peer's version moved on at every try" } }
}

/** Elements that differ from what was agreed, or that went out without their references. */
function changesOf(plan: PushPlan, key: ResourceKey): readonly string[] {
  const link = plan.links.get(keyText(key))
  const local = plan.resources.get(keyText(key))
  if (!link || !local) return []
  const base = baseOf(link)
  const labels = areLabelsNew(base, local) ? ['meta'] : []
  return [...new Set([...changedElements(base.local, local), ...base.pending, ...labels])]
}

/** Reads the peer's version, applies it here, and renews what the plan knows of the resource and its link. */
async function takeIn(
  deps: PullDeps,
  plan: PushPlan,
  key: ResourceKey,
  link: SyncLink,
): Promise<UpdateOutcome | undefined> {
  const answer = await deps.client.read(link.type, link.remoteId)
  if (!answer.ok) {
    return answer.failure.kind === 'gone'
      ? { kind: 'refused', reason: `${answer.failure.reason}: deleted on the peer` }
      : { kind: 'away', failure: answer.failure }
  }
  if (answer.body?.meta?.versionId === link.remoteVersion) {
    return { kind: 'refused', reason: 'the peer refuses the update although the version is its current one' }
  }
  const applied = answer.body && (await applyPage(deps, [answer.body], []))
  if (applied && !applied.ok) return { kind: 'away', failure: { kind: 'away', reason: applied.failure.code } }
  const [stored] = (await deps.store.load({ tenant: deps.tenant, lane: 0, keys: [key] })).resources
  const [fresh] = await deps.store.links.byLocal(deps.peer.name, [key])
  if (fresh) plan.links.set(keyText(key), fresh)
  if (stored && !stored.deleted) {
    plan.resources.set(keyText(key), parseJson(stored.content) as Resource)
  }
  return undefined
}
