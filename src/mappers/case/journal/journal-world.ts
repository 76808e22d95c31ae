import { patientOf } from '../../../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../../../fhir/resource.ts'
import { shardInId } from '../../../lib/ids.ts'
import { isCase } from '../lenses/episode-lens.ts'
import { planReferences } from '../nouns/case-files.ts'
import { statedCase } from '../nouns/case-link.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/** A resource as it was loaded. */
export interface Standing {
  readonly key: ResourceKey
  /** 0 = it was not there. */
  readonly version: number
  readonly before: () => Resource | undefined
}

/** One version that a step adds to a resource. */
export interface JournalChange {
  readonly key: ResourceKey
  readonly version: number
  readonly recorded: string
  readonly before: Resource | undefined
  /** undefined = deletion. */
  readonly after: Resource | undefined
}

/** What cases a patient has and which resources their plans refer to. */
export interface PatientWorld {
  readonly cases: ReadonlySet<string>
  /** `Type/id` -> case. */
  readonly referred: ReadonlyMap<string, string>
}

/** The cases of every patient concerned, step by step: which case a resource belongs to, as `caseOwners` says it. */
export interface JournalWorld {
  readonly of: (patient: string | undefined) => PatientWorld
  /** A resource as it stands now, with its version. */
  readonly at: (key: ResourceKey) => { readonly resource: Resource; readonly version: number } | undefined
  /** What stands of a patient. */
  readonly standing: (patient: string) => readonly ResourceKey[]
  readonly apply: (changes: readonly JournalChange[]) => void
}

const DECIDING: ReadonlySet<string> = new Set(['EpisodeOfCare', 'CarePlan'])
const nobody: PatientWorld = { cases: new Set(), referred: new Map() }

export function journalWorld(rows: readonly Standing[], lenses: NounLenses): JournalWorld {
  let byKey: ReadonlyMap<string, Standing> | undefined
  const loaded = (): ReadonlyMap<string, Standing> => {
    byKey ??= new Map(rows.map(row => [keyText(row.key), row]))
    return byKey
  }
  const changed = new Map<string, JournalChange>()
  const unsorted: JournalChange[] = []
  const changedOf = keysByPatient()
  const changedKeysOf = (patient: string): readonly ResourceKey[] => {
    for (const { key, after } of unsorted.splice(0)) changedOf.add(key, after)
    return changedOf.of(patient)
  }
  let loadedOf: KeysByPatient | undefined
  const loadedKeysOf = (patient: string): readonly ResourceKey[] => {
    loadedOf ??= keysByPatient([...loaded().values()].map(({ key, before }) => [key, before()] as const))
    return loadedOf.of(patient)
  }
  const deciding = new Map<string, Map<string, Resource>>()
  const worlds = new Map<string, PatientWorld>()

  const decide = (key: ResourceKey, before: Resource | undefined, after: Resource | undefined): void => {
    for (const [resource, stays] of [[before, false] as const, [after, true] as const]) {
      const patient = resource && patientOf(resource)
      if (!resource || patient === undefined) continue
      const own = deciding.get(patient) ?? new Map<string, Resource>()
      if (stays) own.set(keyText(key), resource)
      else own.delete(keyText(key))
      deciding.set(patient, own)
      worlds.delete(patient)
    }
  }
  for (const { key, before } of rows) if (DECIDING.has(key.type)) decide(key, undefined, before())

  const at: JournalWorld['at'] = key => {
    const last = changed.get(keyText(key))
    const row = loaded().get(keyText(key))
    const resource = last ? last.after : row?.before()
    return resource && { resource, version: last?.version ?? row?.version ?? 0 }
  }

  return {
    at,
    of: patient => {
      const own = patient === undefined ? undefined : deciding.get(patient)
      if (patient === undefined || !own) return nobody
      const known = worlds.get(patient) ?? patientWorld([...own.values()], lenses)
      worlds.set(patient, known)
      return known
    },
    standing: patient =>
      [...loadedKeysOf(patient), ...changedKeysOf(patient)].flatMap(key => {
        const resource = at(key)?.resource
        return resource && patientOf(resource) === patient ? [key] : []
      }),
    apply: changes => {
      for (const change of changes) {
        changed.set(keyText(change.key), change)
        unsorted.push(change)
        if (DECIDING.has(change.key.type)) decide(change.key, change.before, change.after)
      }
    },
  }
}

interface KeysByPatient {
  readonly of: (patient: string) => readonly ResourceKey[]
  readonly add: (key: ResourceKey, resource: Resource | undefined) => void
}

/** Keys of what is or was once of each patient, so that one patient's are found without a look at all others'. */
function keysByPatient(
  rows: readonly (readonly [key: ResourceKey, resource: Resource | undefined])[] = [],
): KeysByPatient {
  const keys = new Map<string, Map<string, ResourceKey>>()
  const add: KeysByPatient['add'] = (key, resource) => {
    const patient = resource && patientOf(resource)
    if (patient === undefined) return
    const own = keys.get(patient) ?? new Map<string, ResourceKey>()
    own.set(keyText(key), key)
    keys.set(patient, own)
  }
  for (const [key, resource] of rows) add(key, resource)
  return { add, of: patient => [...(keys.get(patient)?.values() ?? [])] }
}

function patientWorld(resources: readonly Resource[], { names }: NounLenses): PatientWorld {
  const cases = new Set(
    resources.flatMap(resource => (isCase(resource, names) && resource.id ? [resource.id] : [])),
  )
  if (cases.size === 0) return nobody
  const referred = new Map<string, string>()
  for (const plan of resources) {
    const stated = plan.resourceType === 'CarePlan' ? statedCase(plan, names) : undefined
    if (stated === undefined || !cases.has(stated)) continue
    for (const reference of planReferences(plan)) referred.set(reference, stated)
  }
  return { cases, referred }
}

/** The case that a resource belongs to; undefined when it belongs to none. */
export function ownerOf(
  resource: Resource,
  { cases, referred }: PatientWorld,
  { names }: NounLenses,
): string | undefined {
  if (cases.size === 0) return undefined
  const stated = statedCase(resource, names)
  if (stated !== undefined && cases.has(stated)) return stated
  return referred.get(`${resource.resourceType}/${resource.id ?? ''}`)
}

/**
 * Keys of resources that may come to or leave a case although they stay as they are: what a plan begins or ceases to
 * refer to, and what said that it belongs to an EpisodeOfCare that only now becomes a case, or ceases to be one.
 */
export function mayMove(before: PatientWorld, after: PatientWorld, standing: () => readonly ResourceKey[]) {
  if (before === after) return []
  const references = [...new Set([...before.referred.keys(), ...after.referred.keys()])]
  const moved = references
    .filter(reference => before.referred.get(reference) !== after.referred.get(reference))
    .map(reference => {
      const [type = '', id = ''] = reference.split('/')
      return { type, id }
    })
  const turned = [...before.cases, ...after.cases].filter(
    id =>
      before.cases.has(id) !== after.cases.has(id) && (shardInId(id) === undefined || before.cases.has(id)),
  )
  const all = turned.length > 0 ? [...moved, ...standing()] : moved
  return [...new Map(all.map(key => [keyText(key), key])).values()]
}
