import { patientOf } from '../../fhir/compartment.ts'
import type { Json, Resource } from '../../fhir/resource.ts'
import type { AppliedMessage, SaidNow } from '../../mappers/adt/apply-message.ts'
import type { Derived } from '../../mappers/adt/resources/derived.ts'
import type { Fact } from '../../mappers/adt/events/fact.ts'
import { shardOfPatient } from '../../mappers/adt/identity/derive-cluster.ts'
import {
  edgesGone,
  MERGED,
  workFact,
  workSince,
  type Marks,
} from '../../mappers/adt/identity/work-since-merge.ts'
import { caseLenses } from '../../mappers/case/case-record.ts'
import { statedCase } from '../../mappers/case/nouns/case-link.ts'
import { peopleMark } from '../../mappers/case/effects/people-work.ts'
import type { View } from './prepared.ts'

interface WorkFrame {
  readonly tenant: number
  readonly canonicalBase: string
  readonly view: Pick<View, 'at' | 'referring' | 'saidOf' | 'version'>
  /** All that is written, whole, by `Type/id`. */
  readonly changed: ReadonlyMap<string, Derived>
}

type Sides = Pick<AppliedMessage, 'cluster' | 'before' | 'after'>

const keyOf = ({ resourceType, id = '' }: Resource): string => `${resourceType}/${id}`

/** Of each who is merged now: how far people are with all that is theirs, once this is written. */
export function mergedRegisters({ cluster, before, after }: Sides, frame: WorkFrame): readonly SaidNow[] {
  const edges = edgesGone(after.identity, before.identity)
  if (edges.length === 0) return []
  const { view, changed } = frame
  const marks = marksOf(view.referring(cluster), after, {
    ...frame,
    versionOf: resource =>
      view.version({ type: resource.resourceType, id: resource.id ?? '' }) +
      (changed.has(keyOf(resource)) ? 1 : 0),
  })
  return edges.map(({ from, to }) => ({
    ...{ subject: from, scope: MERGED },
    body: { ...(view.saidOf(from).get(MERGED) as Readonly<Record<string, Json>>), [to]: marks },
  }))
}

/** Of each merge that is undone now: what people had done since, a fact for each in whose record it stands. */
export function workFound(
  { cluster, before, after }: Sides,
  { tenant, canonicalBase, view, changed }: WorkFrame,
): readonly Fact[] {
  const edges = edgesGone(before.identity, after.identity)
  if (edges.length === 0) return []
  const { names } = caseLenses(canonicalBase)
  const standing = new Map(view.referring(cluster).map(resource => [keyOf(resource), resource]))
  const is = marksOf([...standing.values()], before, {
    ...{ canonicalBase },
    versionOf: ({ resourceType, id = '' }) => view.version({ type: resourceType, id }),
  })
  const others = cluster.flatMap(subject => bodiesOf(view, subject))
  return edges.flatMap(edge => {
    const was = (view.saidOf(edge.from).get(MERGED) as Readonly<Record<string, Marks>> | undefined)?.[edge.to]
    if (!was) return []
    const found = workSince(Object.assign({}, ...others, was) as Marks, is)
    const byPatient = Map.groupBy(found, key => {
      const resource = changed.get(key) ?? standing.get(key)
      return (resource && patientOf(resource)) ?? edge.to
    })
    return [...byPatient].flatMap(([patient, keys]) => {
      const work = Map.groupBy(keys, key => {
        const resource = standing.get(key)
        return (resource && statedCase(resource, names)) ?? ''
      })
      const shard = shardOfPatient(tenant, patient)
      return (
        workFact(edge, Object.fromEntries(work), {
          ...{ tenant, shard, patient },
          ...{ identity: after.identity, at: view.at },
        }) ?? []
      )
    })
  })
}

const bodiesOf = (view: Pick<View, 'saidOf'>, subject: string): readonly Marks[] =>
  Object.values((view.saidOf(subject).get(MERGED) ?? {}) as Readonly<Record<string, Marks>>)

/** What messages lead to is not people's, nor what they led to once: a visit that was renumbered, a diagnosis taken back. */
function marksOf(
  resources: readonly Resource[],
  { computed }: Sides['after'],
  {
    canonicalBase,
    versionOf,
  }: Pick<WorkFrame, 'canonicalBase'> & { readonly versionOf: (of: Resource) => number },
): Marks {
  const lenses = caseLenses(canonicalBase)
  return Object.fromEntries(
    resources.flatMap(resource => {
      if (computed.has(keyOf(resource)) || resource.meta?.source?.startsWith(lenses.names.message)) return []
      const mark = peopleMark(resource, versionOf(resource), lenses)
      return mark === undefined ? [] : [[keyOf(resource), mark] as const]
    }),
  )
}
