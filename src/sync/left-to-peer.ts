import { parseStored } from '../commands/work/parsed-resources.ts'
import type { Resource } from '../fhir/resource.ts'
import { namesOn } from './known-names.ts'
import type { PeerDeps } from './push-plan.ts'
import { referencedKeys } from './translate.ts'

/** A peer that pushes too has sent by then what it made. */
const LEFT_MS = 3_000

/**
 * Of resources of one type those that are not taken yet: just made by a peer that tells us of the patient itself. Taken and sent at
 * the same moment, they would be here twice. The next poll brings them again.
 */
export async function leftToPeer(
  deps: PeerDeps,
  resources: readonly Resource[],
): Promise<ReadonlySet<Resource>> {
  const young = resources.filter(resource => isYoung(resource, deps.nowMs()))
  if (young.length === 0) return new Set()
  const links = await deps.store.links.byRemote(
    deps.peer.name,
    young.map(({ resourceType: type, id }) => ({ type, id: id ?? '' })),
  )
  const linked = new Set(links.map(({ remoteId }) => remoteId))
  const unlinked = young.filter(({ id }) => !linked.has(id ?? ''))
  if (unlinked[0]?.resourceType === 'Patient') return new Set(unlinked)
  const patients = await sentPatients(deps, unlinked)
  return new Set(unlinked.filter(resource => patientsIn(deps, resource).some(id => patients.has(id))))
}

/** By the peer's clock; one that is ahead of ours tells nothing. */
function isYoung({ meta }: Resource, nowMs: number): boolean {
  const ageMs = nowMs - Date.parse(meta?.lastUpdated ?? '')
  return ageMs >= 0 && ageMs < LEFT_MS
}

const patientsIn = ({ peer }: PeerDeps, resource: Resource): readonly string[] =>
  referencedKeys(resource, peer.baseUrl).flatMap(({ type, id }) => (type === 'Patient' ? [id] : []))

/** Ids there of patients whom the peer wrote here, for they carry its name. */
async function sentPatients(deps: PeerDeps, resources: readonly Resource[]): Promise<ReadonlySet<string>> {
  const ids = new Set(resources.flatMap(resource => patientsIn(deps, resource)))
  const links = await deps.store.links.byRemote(
    deps.peer.name,
    [...ids].map(id => ({ type: 'Patient', id })),
  )
  const keys = links.map(({ id }) => ({ type: 'Patient', id }))
  const { resources: stored } = await deps.store.load({ tenant: deps.tenant, lane: 0, keys })
  const names = new Map(stored.map(one => [one.id, namesOn(parseStored(one))]))
  return new Set(links.flatMap(({ id, remoteId }) => (names.get(id)?.includes(remoteId) ? [remoteId] : [])))
}
