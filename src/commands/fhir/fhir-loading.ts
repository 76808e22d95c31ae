import { planReferences } from '../../mappers/case/nouns/case-files.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { keyText, type ResourceKey } from '../../fhir/resource.ts'
import { caseFileTypes } from '../cases/case-compartment.ts'
import { patientsWithCases, standingResources, withCaseRecords } from '../case-consequences.ts'
import { standingIn } from './fhir-case-law.ts'
import { candidatesOf, type Placing } from './fhir-conditional.ts'
import { conditionText, type Condition, type ConditionHits } from './fhir-conditions.ts'
import { caseTypes, type FhirDeps } from './fhir-deps.ts'
import type { WriteIntent } from './fhir-intent.ts'
import { shardOf, type PlacedIntent } from './fhir-placing.ts'
import { knownTo } from './fhir-write-limits.ts'
import type { Loaded } from '../ports/store.ts'

/** What a try to write is decided on. */
export interface WriteTry {
  readonly deps: FhirDeps
  readonly intents: readonly WriteIntent[]
  /** Those that stand in the intents. */
  readonly conditions: readonly Condition[]
  readonly found: ConditionHits
  readonly lock: boolean
}

/**
 * Looked up before the search on purpose: an id that is used here and found by nothing there belongs to a resource that
 * no longer matches; one that came between the two makes the insert conflict, and all is decided again.
 */
export async function takenCandidates(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
): Promise<Placing['taken']> {
  const keys = candidatesOf(deps, intents)
  if (keys.length === 0) return new Map()
  const { resources } = await deps.store.load({ tenant: deps.tenant, lane: laneOf({ deps, intents }), keys })
  return new Map(resources.map(row => [keyText(row), row.deleted ? 'deleted' : 'standing']))
}

/** One load: what the intents name, what their conditions found, and the cases that they touch. */
export async function loadFor({ deps, intents, conditions, found, lock }: WriteTry): Promise<Loaded> {
  const named = intents.flatMap(({ type, id, condition, resource }) => {
    const own = id ?? (condition === undefined ? undefined : resource?.id)
    return own === undefined ? [] : [{ type, id: own }]
  })
  const matched = conditions.flatMap(condition =>
    (found.get(conditionText(condition)) ?? []).map(({ id }) => ({ type: condition.type, id })),
  )
  const patients = patientsOf(intents, deps.base)
  const keys = [...named, ...matched, ...partsOfPlans(intents)]
  if (keys.length + patients.length === 0 && !lock) return NOTHING
  return deps.store.load({
    tenant: deps.tenant,
    lane: laneOf({ deps, intents }),
    keys,
    ...(patients.length > 0 && { compartments: { patients, types: typesFor(intents) } }),
    ...(lock && { lock: true }),
  })
}

const NOTHING: Loaded = { resources: [], facts: [], said: [], messages: [] }

/** What a case may be made of. */
const partTypes: ReadonlySet<string> = new Set(caseFileTypes.filter(type => type !== 'Patient'))

/**
 * What the law looks at; where it has nothing to say, what tells which case a resource belongs to. A Patient belongs to none:
 * whether there is one is all that is asked.
 */
function typesFor(intents: readonly Pick<WriteIntent, 'type'>[]): readonly string[] {
  if (intents.every(({ type }) => type === 'Patient')) return ['EpisodeOfCare']
  return intents.some(({ type }) => caseTypes.has(type)) ? [...caseTypes] : ['EpisodeOfCare', 'CarePlan']
}

/** What comes to a case with a plan that refers to it. */
const partsOfPlans = (written: readonly Pick<WriteIntent, 'type' | 'resource'>[]): readonly ResourceKey[] =>
  written
    .flatMap(({ type, resource }) => (type === 'CarePlan' && resource ? planReferences(resource) : []))
    .flatMap(reference => {
      const [, type = '', id = ''] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(reference) ?? []
      return partTypes.has(type) ? [{ type, id }] : []
    })

/**
 * The cases that weren't known before: of the patients in whose record stands what is changed or deleted, of those that
 * a conditional reference or a patch led to, with what a patched plan refers to. A patient that the Bundle itself makes
 * has no case yet.
 */
export async function withFurtherCases(
  { deps, intents, lock }: WriteTry,
  loaded: Loaded,
  placed: readonly PlacedIntent[],
): Promise<Loaded> {
  const known = new Set(patientsOf(intents, deps.base))
  const made = new Set(placed.filter(item => !item.found).map(item => item.key.id))
  const written = placed.map(({ key, resource }) => ({ ...key, ...(resource && { resource }) }))
  const named = patientsOf(written, deps.base)
  const before = patientsOf(storedIn(deps, loaded, placed), deps.base)
  const patients = [...named.filter(patient => !made.has(patient)), ...before]
  const further = [...new Set(patients)].filter(patient => !known.has(patient))
  const present = new Set(loaded.resources.map(keyText))
  const patched = written.filter((_, i) => placed[i]?.patch)
  const keys = partsOfPlans(patched).filter(key => !present.has(keyText(key)))
  if (further.length === 0 && keys.length === 0) return loaded
  const more = await deps.store.load({
    tenant: deps.tenant,
    lane: laneOf({ deps, intents }),
    keys,
    ...(further.length > 0 && {
      compartments: { patients: further, types: typesFor(placed.map(({ key }) => key)) },
    }),
    ...(lock && { lock: true }),
  })
  return {
    ...loaded,
    resources: [
      ...new Map([...loaded.resources, ...more.resources].map(row => [keyText(row), row])).values(),
    ],
  }
}

/** The whole record of the patients that have a case, where what is written may be a part of it. */
export function withRecords({ deps, intents, lock }: WriteTry, loaded: Loaded): Promise<Loaded> {
  const episodes = loaded.resources.filter(({ type }) => type === 'EpisodeOfCare')
  if (!deps.consequences || episodes.length === 0) return Promise.resolve(loaded)
  const patients = patientsWithCases(standingResources({ resources: episodes }), deps.canonicalBase)
  return withCaseRecords(deps.store, loaded, {
    tenant: deps.tenant,
    lane: laneOf({ deps, intents }),
    lock,
    patients,
  })
}

/** What stands where the writes change something; not what is hidden: loading its case would tell of it by the time taken. */
function storedIn(
  deps: FhirDeps,
  loaded: Loaded,
  placed: readonly PlacedIntent[],
): readonly Pick<WriteIntent, 'type' | 'resource'>[] {
  const stored = standingIn(loaded)
  return placed.flatMap(item => {
    const { type } = item.key
    const resource = partTypes.has(type) ? knownTo(deps, stored, item).standing : undefined
    return resource ? [{ type, resource }] : []
  })
}

/** Patients whose cases the resources may touch; one who is said to have died among them. */
const patientsOf = (
  written: readonly Pick<WriteIntent, 'type' | 'id' | 'resource'>[],
  base: string,
): readonly string[] => [
  ...new Set(
    written.flatMap(({ type, id, resource }) => {
      if (type === 'Patient') return id ?? []
      return partTypes.has(type) && resource ? (patientOf(resource, base) ?? []) : []
    }),
  ),
]

/** Writes about one patient go through one lane, so they wait for each other instead of colliding. */
export function laneOf({ deps, intents }: Pick<WriteTry, 'deps' | 'intents'>): number {
  const [first] = intents
  if (!first) return 0
  const patient = first.resource && patientOf(first.resource, deps.base)
  // What is new and nobody's meets nobody.
  if (patient === undefined && first.id === undefined) return 0
  return shardOf(deps.tenant, { type: first.type, id: first.id ?? '' }, patient) % deps.store.lanes
}
