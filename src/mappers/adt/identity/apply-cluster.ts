import type { Extension } from '@medplum/fhirtypes'
import type { Resource, ResourceKey } from '../../../fhir/resource.ts'
import type { MappedEvent } from '../events/adt-event.ts'
import type { Derived } from '../resources/derived.ts'
import type { Fact } from '../events/fact.ts'
import type { MapContext } from '../map-context.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { mergeElements } from '../resources/merge-elements.ts'
import { movementsOf, visitFact } from '../visits/movements.ts'
import type { Told } from '../registers/take-in.ts'
import { deriveCluster, type Cluster, type Person } from './derive-cluster.ts'
import { identityOf, nobodyMerged, type Identity } from './identity.ts'
import { standingFacts } from './visit-claims.ts'
import { visitNow } from './visits-of-cluster.ts'

/** Facts and registers of every patient of a cluster, before and after what is taken in. */
export interface ClusterChange {
  readonly tenant: number
  readonly canonicalBase: string
  readonly subjects: readonly string[]
  readonly was: (subject: string) => Told
  readonly now: (subject: string) => Told
  readonly contexts: (source: string) => MapContext
  readonly get: (key: ResourceKey) => Resource | undefined
  /** `meta.source` of what changes. */
  readonly message: string
}

export interface ClusterApplied {
  readonly before: ClusterSide
  readonly after: ClusterSide
  readonly resources: readonly Derived[]
  readonly persons: readonly Person[]
}

/** Who is who at one side of a message, and under whom each visit stands. */
export interface ClusterSide {
  readonly identity: Identity
  readonly holders: ReadonlyMap<string, string>
  /** `Type/id` of all that messages lead to. */
  readonly computed: ReadonlySet<string>
}

export const nobodyTied: ClusterSide = {
  identity: nobodyMerged,
  holders: new Map(),
  computed: new Set(),
}

/** What changes for all patients of a cluster: everything computed as it was and as it is, and what differs written. */
export function applyCluster(change: ClusterChange): ClusterApplied {
  const before = sideOf(change, change.was)
  const after = sideOf(change, change.now)
  const was = deriveCluster(before)
  const now = deriveCluster(after, was)
  const { get, message } = change
  const changed = [...now.resources].flatMap(([key, later]) => {
    const standing = get(keyOf(later))
    const earlier = was.resources.get(key) ?? withdrawnBefore(standing, change)
    if (!standing && isOnlyANumber(later, after.identity)) return []
    return mergeElements(standing, earlier, later, message) ?? []
  })
  const gone = [...was.resources]
    .filter(([key]) => !now.resources.has(key))
    .flatMap(([, earlier]) =>
      withdrawn(earlier, get(keyOf(earlier)), { ...change, identity: after.identity }),
    )
  return {
    before: { identity: before.identity, holders: was.holders, computed: new Set(was.resources.keys()) },
    after: { identity: after.identity, holders: now.holders, computed: new Set(now.resources.keys()) },
    resources: withGivenBack([...changed, ...gone], { before, after, change }),
    persons: now.persons,
  }
}

interface Undoing {
  readonly before: Cluster
  readonly after: Cluster
  readonly change: ClusterChange
}

/** What a person's merge laid over the Patients is taken off where that merge is undone, and what stood there is back. */
function withGivenBack(
  resources: readonly Derived[],
  { before, after, change }: Undoing,
): readonly Derived[] {
  const undone = [...before.identity.parents]
    .filter(([from, { to }]) => after.identity.parents.get(from)?.to !== to)
    .flatMap(([, { statement }]) => Object.entries(statement.undo ?? {}))
  return undone.reduce((all, [id, laid]) => {
    const changed = all.find(one => one.resourceType === 'Patient' && one.id === id)
    const standing = changed ?? change.get({ type: 'Patient', id })
    const named = { resourceType: 'Patient', id }
    const is =
      standing &&
      mergeElements(standing, { ...laid.after, ...named }, { ...laid.before, ...named }, change.message)
    return is ? [...all.filter(one => one !== changed), is] : all
  }, resources)
}

const sideOf = (
  { tenant, canonicalBase, subjects, contexts }: ClusterChange,
  told: Cluster['told'],
): Cluster => ({
  ...{ tenant, canonicalBase, subjects, contexts, told },
  identity: identityOf(standingFacts(subjects, told)),
})

const keyOf = ({ resourceType, id }: Derived): ResourceKey => ({ type: resourceType, id })

/** A new number of a known patient gets no Patient of its own. */
const isOnlyANumber = ({ resourceType, id }: Derived, { parents }: Identity): boolean =>
  resourceType === 'Patient' && parents.get(id)?.statement.kind === 'rename'

/** What nothing leads to any more: a visit or an account that went on under another number was an error, with its diagnoses. */
function withdrawn(
  earlier: Derived,
  standing: Resource | undefined,
  { message, canonicalBase, identity }: ClusterChange & { readonly identity: Identity },
): readonly Derived[] {
  if (!standing) return []
  const { id } = earlier
  const meta = { ...standing.meta, source: message }
  if (earlier.resourceType === 'Encounter') {
    const linkage = {
      url: `${canonicalBase}${LINKAGE}`,
      extension: [
        { url: 'type', valueCode: 'replaced-by' },
        { url: 'encounter', valueReference: { reference: `Encounter/${wentOnAs(identity, id)}` } },
      ],
    }
    return [{ ...standing, id, meta, status: 'entered-in-error', extension: [linkage] }]
  }
  if (STATUS_SAYS_WRONG.has(earlier.resourceType))
    return [{ ...standing, id, meta, status: 'entered-in-error' }]
  if (earlier.resourceType !== 'Condition') return []
  const { clinicalStatus: _status, ...condition } = standing
  return [{ ...condition, id, meta, verificationStatus: WRONG }]
}

/** The visit under whose number one goes on; of an old number that turned out to be nobody's, the visit that it was said of. */
function wentOnAs(identity: Identity, id: string): string {
  const now = visitNow(identity, id)
  const named = identity.statements.findLast(({ kind, to }) => kind === 'visit-rename' && to === id)
  if (now !== id || !named) return now
  return visitNow({ ...identity, statements: identity.statements.filter(one => one !== named) }, named.from)
}

const STATUS_SAYS_WRONG: ReadonlySet<string> = new Set(['Account', 'Procedure', 'Observation', 'CareTeam'])

/**
 * What was withdrawn and is one of its own after all: all that stands of it messages had said, but the case that it
 * belongs to and what others call theirs.
 */
function withdrawnBefore(
  standing: Resource | undefined,
  { canonicalBase }: Pick<ClusterChange, 'canonicalBase'>,
): Derived | undefined {
  if (!standing?.id) return undefined
  const { id, resourceType, meta, episodeOfCare: _case, extension = [], ...said } = standing
  const isWithdrawn = said['status'] === 'entered-in-error' || sameValue(said['verificationStatus'], WRONG)
  if (!isWithdrawn) return undefined
  const own = (extension as readonly Extension[]).filter(({ url }) => url.startsWith(canonicalBase))
  const flags = meta?.tag?.filter(({ system }) => system === `${canonicalBase}/CodeSystem/flag`) ?? []
  return { ...said, resourceType, id, extension: own, ...(flags.length > 0 && { meta: { tag: flags } }) }
}

const LINKAGE = '/StructureDefinition/record-linkage'

const WRONG = {
  coding: [
    { system: 'http://terminology.hl7.org/CodeSystem/condition-ver-status', code: 'entered-in-error' },
  ],
}

/** Whether a cancel of the message has not found what it means. */
export function waits({ visit }: MappedEvent, newFacts: readonly Fact[], change: ClusterChange): boolean {
  const cancels = newFacts.filter(({ kind }) => kind === 'cancel')
  if (!visit || cancels.length === 0) return false
  const identity = identityOf(standingFacts(change.subjects, change.now))
  const visitId = visitNow(identity, visit.id)
  const facts = change.subjects
    .flatMap(subject => change.now(subject).facts)
    .filter(({ scope }) => visitNow(identity, scope) === visitId)
    .map(visitFact)
  const known = movementsOf(facts).cancels
  return cancels.some(({ id }) => known.some(cancel => cancel.fact.id === id && !cancel.target))
}
