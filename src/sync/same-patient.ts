import { listOf } from '../lib/list-of.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import type { Resource } from '../fhir/resource.ts'
import type { PeerFailure } from './fhir-server-client.ts'
import { candidatesFor, ownBy } from './copies.ts'
import { isSamePerson, isTakenFrom, isUnmistakable, namesOn, originAt } from './known-names.ts'
import { linkAsTheyStand } from './link-base.ts'
import { identifierQuery } from './outgoing.ts'
import { applyPage, type PullDeps, type RoundDeps } from './apply-page.ts'
import type { PeerDeps } from './push-plan.ts'
import { saveLinks } from './save-links.ts'
import { readPage } from './told-page.ts'

/** Patients of a peer that are new to us: those to be taken as they come, the others are linked or left there. */
export interface NewPatients {
  readonly taken: readonly Resource[]
  readonly failure?: PeerFailure
}

/**
 * A Patient of a peer whom we know by a business identifier is linked as both stand, not taken twice; with several such
 * here nobody can say which, and it is left there. One whom nobody knows here is taken, unless only known ones are wanted.
 */
export async function withoutKnownPatients(
  deps: RoundDeps,
  resources: readonly Resource[],
): Promise<NewPatients> {
  const ids = resources.map(({ id }) => ({ type: 'Patient', id: id ?? '' }))
  const links = await deps.store.links.byRemote(deps.peer.name, ids)
  const linked = new Set(links.map(({ remoteId }) => remoteId))
  const taken: Resource[] = []
  for (const remote of resources) {
    const matches = linked.has(remote.id ?? '') ? undefined : await ownPatients(deps, remote)
    const [own] = matches ?? []
    if (matches === undefined || (own === undefined && deps.peer.patients === 'all')) taken.push(remote)
    if (own === undefined || matches?.length !== 1) continue
    const linkedNow = await linkPatients(deps, remote, own)
    if (!linkedNow.ok) return { taken, failure: linkedNow.failure }
  }
  return { taken }
}

/** Enough to tell none, one and several; who was merged away is not meant. */
async function ownPatients(deps: PeerDeps, remote: Resource): Promise<readonly Resource[]> {
  const query = identifierQuery(remote)
  const known = query === undefined ? [] : await ownBy(deps, 'Patient', 'identifier', [query])
  const found = known.length > 0 ? known : await ownCopies(deps, remote)
  return found.filter(one => !isReplaced(one))
}

/** Without an identifier in common: the one here that this one was made of, or that was made of it (copies.ts). */
async function ownCopies(deps: PeerDeps, remote: Resource): Promise<readonly Resource[]> {
  const id = remote.id ?? ''
  const origins = originAt(deps.ownBase, remote)
  const named = new Set([...namesOn(remote), ...origins])
  const found = await candidatesFor(deps, 'Patient', [remote])
  const isNamed = (own: Resource, name: string): boolean =>
    isUnmistakable(name) || origins.includes(name) || isSamePerson(own, remote)
  const isCopy = (own: Resource): boolean =>
    (named.has(own.id ?? '') && isNamed(own, own.id ?? '')) ||
    (namesOn(own).includes(id) && isNamed(own, id)) ||
    isTakenFrom(deps.peer.baseUrl, remote, own)
  return [...new Map(found.filter(isCopy).map(own => [own.id, own])).values()]
}

const isReplaced = (patient: Resource): boolean =>
  listOf(patient['link']).some(link => (link as { readonly type?: unknown }).type === 'replaced-by')

export type Linked =
  /** The link of ours, which may have been there before; without one the other is linked to somebody else. */
  | { readonly ok: true; readonly link: SyncLink | undefined }
  | { readonly ok: false; readonly failure: PeerFailure }

/** Links a patient here and one there, after what the peer holds of them since before polling began has come in. */
export const linkPatients = (deps: RoundDeps, remote: Resource, own: Resource): Promise<Linked> =>
  deps.linkingInTurn(async () => {
    const [here, there] = [own.id ?? '', remote.id ?? '']
    const byLocal = await deps.store.links.byLocal(deps.peer.name, [{ type: 'Patient', id: here }])
    const byRemote = await deps.store.links.byRemote(deps.peer.name, [{ type: 'Patient', id: there }])
    if (byLocal.length + byRemote.length > 0) return { ok: true, link: byLocal[0] }
    const link = linkAsTheyStand(deps.peer.name, remote, own)
    for (const type of deps.peer.pull.filter(one => one !== 'Patient')) {
      const failure = await takeOf(deps, type, link)
      if (failure) return { ok: false, failure }
    }
    await saveLinks(deps, [link])
    return { ok: true, link }
  })

/** A type that the peer doesn't search by patient is left to polling. */
async function takeOf(deps: PullDeps, type: string, link: SyncLink): Promise<PeerFailure | undefined> {
  const read = new Set<string>()
  let answer = await deps.client.search(type, new URLSearchParams({ patient: link.remoteId, _count: '100' }))
  for (;;) {
    if (!answer.ok) return isRefusal(answer.failure) ? undefined : answer.failure
    const told = await readPage(deps.client, answer.body, type)
    if (!told.ok) return told.failure
    const applied = await applyPage(deps, told.page.resources, [], [link])
    if (!applied.ok) return { kind: 'away', reason: applied.failure.code }
    const { next } = told.page
    if (next === undefined || read.has(next)) return undefined
    read.add(next)
    answer = await deps.client.page(next)
  }
}

const isRefusal = ({ kind }: PeerFailure): boolean => kind === 'refused' || kind === 'gone'
