import { patientOf } from '../../fhir/compartment.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { AppliedMessage, SaidNow } from '../../mappers/adt/apply-message.ts'
import type { Derived } from '../../mappers/adt/resources/derived.ts'
import type { Fact } from '../../mappers/adt/events/fact.ts'
import { ownerOf } from '../../mappers/adt/identity/identity.ts'
import { repoint, REPOINTED, type Going, type Repointed } from '../../mappers/adt/identity/repoint.ts'
import { caseNames } from '../../mappers/case/names.ts'
import { statedCase } from '../../mappers/case/nouns/case-link.ts'
import { caseHomes, mergedPersons, type MergedPersons } from '../../mappers/case/effects/persons.ts'
import type { Json } from '../../fhir/resource.ts'
import type { View } from './prepared.ts'
import { workFound } from './work-since.ts'

/** What a message about patients who are tied together changes beside what messages themselves lead to. */
export interface ClusterDecision {
  /** All that has changed so far, by `Type/id`. */
  readonly changed: ReadonlyMap<string, Derived>
  readonly said: readonly SaidNow[]
  /** What was found out by deciding it, kept for good. */
  readonly facts: readonly Fact[]
  /** Of the patient who goes on: who else they were. */
  readonly casesOf: (patient: string) => MergedPersons
  /** Keys of what people wrote and was turned only: it is as valid as it was. */
  readonly turned: ReadonlySet<string>
  /** What people changed after it was turned to somebody else. */
  readonly doubtful: readonly string[]
}

interface ClusterFrame {
  readonly tenant: number
  readonly canonicalBase: string
  readonly message: string
  readonly base?: string
}

/** Turns everything that refers to who was merged, or split, to who it is now; with cases and visits goes what is about them. */
export function decideCluster(
  applied: AppliedMessage,
  view: Pick<View, 'at' | 'referring' | 'saidOf' | 'get' | 'version'>,
  { tenant, canonicalBase, message, base }: ClusterFrame,
): ClusterDecision {
  const { cluster, before, after } = applied
  const changed = new Map(applied.resources.map(resource => [keyOf(resource), resource]))
  const repointedOf = (subject: string): Repointed => (view.saidOf(subject).get(REPOINTED) ?? {}) as Repointed
  const standing = view.referring(cluster)
  const homes = caseHomes({
    ...{ tenant, subjects: cluster, before, repointedOf },
    episodes: standing.filter(({ resourceType }) => resourceType === 'EpisodeOfCare'),
    visits: after.holders.size,
  })
  const names = caseNames(canonicalBase)
  const goesWith = (resource: Resource): Going | undefined => {
    const home = homes.get(statedCase(resource, names) ?? '')
    if (home && resource.resourceType === 'EpisodeOfCare' && !home.isByNumber) return undefined
    if (home && resource.resourceType !== 'Encounter') {
      return { before: ownerOf(before.identity, home.patient), after: ownerOf(after.identity, home.patient) }
    }
    const [was, now] = [before, after].map(({ holders, identity }) => {
      const holder = holders.get(visitOf(resource) ?? '')
      return holder === undefined ? undefined : ownerOf(identity, holder)
    })
    return was === undefined || now === undefined ? undefined : { before: was, after: now }
  }
  const isMoved = cluster.some(id => ownerOf(before.identity, id) !== ownerOf(after.identity, id))
  const isMovedVisit = [...after.holders].some(([visit, holder]) => before.holders.get(visit) !== holder)
  const turned =
    isMoved || isMovedVisit
      ? repoint({
          ...{ subjects: cluster, before: before.identity, after: after.identity },
          ...{ repointedOf, goesWith, message, versionOf: view.version, ...(base !== undefined && { base }) },
          resources: [
            ...standing.map(resource => changed.get(keyOf(resource)) ?? resource),
            ...applied.resources.filter(({ resourceType, id }) => !view.get({ type: resourceType, id })),
          ],
        })
      : nothingTurned
  const own = new Set(changed.keys())
  for (const resource of turned.resources) changed.set(keyOf(resource), resource)
  return {
    changed,
    said: [...turned.registers].map(([subject, body]) => ({
      ...{ subject, scope: REPOINTED },
      body: body as unknown as Json,
    })),
    facts: workFound(applied, { tenant, canonicalBase, view, changed }),
    casesOf: patient =>
      mergedPersons(patient, {
        tenant,
        subjects: cluster,
        side: after,
        homeOf: id => homes.get(id)?.patient,
      }),
    turned: new Set(turned.resources.map(keyOf).filter(key => !own.has(key))),
    doubtful: turned.doubtful,
  }
}

const nothingTurned: ReturnType<typeof repoint> = { resources: [], registers: new Map(), doubtful: [] }

/** Id of the visit that a resource itself names as its own. */
function visitOf(resource: Resource): string | undefined {
  if (resource.resourceType === 'Encounter') return resource.id
  const { encounter, context } = resource as { encounter?: unknown; context?: unknown }
  const named = [encounter, context].find(isReference)?.reference
  return named?.startsWith('Encounter/') ? named.slice('Encounter/'.length) : undefined
}

const isReference = (value: unknown): value is { readonly reference: string } =>
  typeof value === 'object' && value !== null && 'reference' in value && typeof value.reference === 'string'

const keyOf = ({ resourceType, id = '' }: Resource): string => `${resourceType}/${id}`

/** What stands of one patient's record once everything is turned. */
export function recordAfter(
  patient: string,
  cluster: readonly string[],
  {
    view,
    changed,
    types,
    base,
  }: {
    readonly view: View
    readonly changed: ReadonlyMap<string, Derived>
    readonly types: readonly string[]
    readonly base?: string
  },
): readonly Resource[] {
  const people = cluster.flatMap(id => view.get({ type: 'Patient', id }) ?? [])
  const standing = [...people, ...cluster.flatMap(id => view.compartment(id, types))]
  const all = new Map<string, Resource>(standing.map(resource => [keyOf(resource), resource]))
  for (const [key, resource] of changed) {
    if (resource.resourceType === 'Patient' || types.includes(resource.resourceType)) all.set(key, resource)
  }
  return [...all.values()].filter(resource => patientOf(resource, base) === patient)
}
