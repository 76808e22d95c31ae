import { patientOf } from '../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { parseSearch } from '../fhir/search/parse-search.ts'
import { parseJson } from '../lib/json.ts'
import type { SyncLink } from '../commands/ports/links.ts'
import { isTakenFrom, isUnmistakable, namesOn, originAt, originOf } from './known-names.ts'
import { linkAsTheyStand } from './link-base.ts'
import { roomForIdentifiers } from './outgoing.ts'
import type { PeerDeps, PushPlan } from './push-plan.ts'
import { saveLinks } from './save-links.ts'
import { readPage } from './told-page.ts'
import { fromPeer } from './translate.ts'

/** A resource of a peer that no link leads to, as it says it and in our words. */
export interface Unlinked {
  readonly remote: Resource
  readonly translated: Resource
}

/**
 * Of resources of a peer those that are one with a resource here, for either was made after the other, on whatever way and over
 * however many servers: they are linked as both stand. Without this two who tell each other everything would each take the
 * other's copies for something new, without end (sync.md 3c, echo-freedom). Who is one with something that is linked already
 * is left there. The answer names them by their address on the peer.
 */
export async function linkCopies(
  deps: PeerDeps,
  unlinked: readonly Unlinked[],
): Promise<ReadonlySet<string>> {
  const known = new Set<string>()
  for (const [type, some] of Map.groupBy(unlinked, ({ remote }) => remote.resourceType)) {
    const candidates = await candidatesFor(
      deps,
      type,
      some.map(({ remote }) => remote),
    )
    const pairs = some.flatMap(one => {
      const own = candidates.find(candidate => isOne(deps, candidate, one))
      return own ? [{ ...one, own }] : []
    })
    const taken = await linkedHere(
      deps,
      pairs.map(({ own }) => ({ type, id: own.id ?? '' })),
    )
    const links: SyncLink[] = []
    for (const { remote, own } of pairs) {
      const [id, remoteId] = [own.id ?? '', remote.id ?? '']
      known.add(keyText({ type, id: remoteId }))
      if (taken.has(id)) continue
      taken.add(id)
      links.push(linkAsTheyStand(deps.peer.name, remote, own))
    }
    await saveLinks(deps, links)
  }
  return known
}

async function linkedHere(deps: PeerDeps, keys: readonly ResourceKey[]): Promise<Set<string>> {
  const links = await deps.store.links.byLocal(deps.peer.name, keys)
  return new Set(links.map(({ id }) => id))
}

/** Whether a resource here and one there, of one patient, name each other, or the same third one. */
function isOne({ ownBase, peer }: PeerDeps, own: Resource, { remote, translated }: Unlinked): boolean {
  const [named, names] = [namesOn(remote), namesOn(own)]
  return (
    patientOf(own) === patientOf(translated) &&
    ([...named, ...originAt(ownBase, remote)].includes(own.id ?? '') ||
      names.some(name => name === remote.id || named.includes(name)) ||
      isTakenFrom(peer.baseUrl, remote, own))
  )
}

const SEARCHED = 50

/** What stands here that may be one with some of a peer's resources of a type. */
export async function candidatesFor(
  deps: PeerDeps,
  type: string,
  some: readonly Resource[],
): Promise<readonly Resource[]> {
  const found: Resource[] = []
  for (let i = 0; i < some.length; i += SEARCHED) {
    const remotes = some.slice(i, i + SEARCHED)
    const named = remotes.flatMap(namesOn)
    const there = remotes.map(({ id }) => `${deps.peer.baseUrl}/${type}/${id ?? ''}`)
    found.push(
      ...(await ownBy(deps, type, '_id', [...named, ...remotes.flatMap(one => originAt(deps.ownBase, one))])),
      ...(await ownBy(deps, type, nameParameter(type), [...named, ...remotes.map(({ id }) => id ?? '')])),
      ...(await ownBy(deps, type, '_source', [...there, ...remotes.flatMap(one => originOf(one) ?? [])])),
    )
  }
  return found
}

const nameParameter = (type: string): string => (roomForIdentifiers(type) === 'none' ? '_tag' : 'identifier')

/** Resources here by any of some values of a parameter; a type that can't be searched so has none. */
export async function ownBy(
  deps: PeerDeps,
  type: string,
  parameter: string,
  values: readonly string[],
): Promise<readonly Resource[]> {
  if (values.length === 0) return []
  const pairs = [
    [parameter, [...new Set(values)].join(',')],
    ['_count', '1000'],
  ] as const
  const parsed = parseSearch({ type, pairs, lenient: false, base: deps.ownBase, nowMs: deps.nowMs() })
  if (!parsed.ok) return []
  const { matches } = await deps.store.search(deps.tenant, parsed.value.plan)
  return matches.map(({ content }) => parseJson(content) as Resource)
}

/** Why something isn't written to a peer that has it already. */
export const IS_LINKED = 'the peer has it from something here that is linked already'

/**
 * Of resources here that no link leads from, links to those that they were made of, as both stand; what was made of something that
 * is linked already is refused. Patients have rules of their own.
 */
export async function linksToOrigins(
  deps: PeerDeps,
  plan: PushPlan,
  keys: readonly ResourceKey[],
): Promise<{ readonly links: readonly SyncLink[]; readonly refused: ReadonlyMap<string, string> }> {
  const links: SyncLink[] = []
  const refused = new Map<string, string>()
  const here = new Map([...plan.links.values()].map(link => [`${link.type}/${link.remoteId}`, link]))
  const ours = (key: ResourceKey): ResourceKey | undefined => here.get(keyText(key))
  for (const [type, some] of Map.groupBy(keys, key => key.type)) {
    if (type === 'Patient') continue
    const owns = some.flatMap(key => plan.resources.get(keyText(key)) ?? [])
    const origins = await originsOf(deps, type, owns)
    const taken = await linkedThere(
      deps,
      origins.map(({ remote }) => ({ type, id: remote.id ?? '' })),
    )
    for (const { own, remote } of origins) {
      const patient = patientOf(fromPeer(remote, deps.peer.baseUrl, ours))
      const isSure = patient !== undefined || isUnmistakable(remote.id ?? '')
      if (!isSure || patient !== patientOf(own)) continue
      const link = taken.get(remote.id ?? '') ?? linkAsTheyStand(deps.peer.name, remote, own)
      taken.set(link.remoteId, link)
      if (link.id === own.id) links.push(link)
      else refused.set(keyText({ type, id: own.id ?? '' }), IS_LINKED)
    }
  }
  return { links, refused }
}

/** Links by their id on the peer. */
async function linkedThere(deps: PeerDeps, keys: readonly ResourceKey[]): Promise<Map<string, SyncLink>> {
  const links = await deps.store.links.byRemote(deps.peer.name, keys)
  return new Map(links.map(link => [link.remoteId, link]))
}

/** What the peer holds under the ids that resources here were named by or taken from. */
export async function originsOf(
  deps: PeerDeps,
  type: string,
  owns: readonly Resource[],
): Promise<readonly { readonly own: Resource; readonly remote: Resource }[]> {
  const ids = new Set(owns.flatMap(own => originIds(deps, own)))
  if (ids.size === 0) return []
  const query = new URLSearchParams({ _id: [...ids].join(','), _count: String(ids.size) })
  const answer = await deps.client.search(type, query)
  // A peer that can't be asked so may hold them all the same: then what is made there is found by name (ownQuery).
  if (!answer.ok) return []
  const told = await readPage(deps.client, answer.body, type)
  if (!told.ok) return []
  return told.page.resources.flatMap(remote =>
    owns.filter(own => originIds(deps, own).includes(remote.id ?? '')).map(own => ({ own, remote })),
  )
}

const originIds = ({ peer }: PeerDeps, own: Resource): readonly string[] =>
  [...namesOn(own), ...originAt(peer.baseUrl, own)].filter(id => id !== own.id)
