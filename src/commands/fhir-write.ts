import { instantOf } from '../lib/clock.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import { inProcessingOrder } from '../fhir/bundle/read-entries.ts'
import { patientOf } from '../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { planReferences } from '../mappers/case/nouns/case-files.ts'
import { caseFileTypes } from './cases/case-compartment.ts'
import {
  patientsWithCases,
  stageConsequences,
  standingResources,
  withCaseRecords,
} from './case-consequences.ts'
import { standingIn, underCaseLaw } from './fhir-case-law.ts'
import { candidatesOf, conditionsIn } from './fhir-conditional.ts'
import { underModelLaw } from './fhir-model-law.ts'
import { conditionText, findByConditions } from './fhir-conditions.ts'
import { caseTypes, type Caller, type FhirDeps } from './fhir-deps.ts'
import { at, type WriteIntent } from './fhir-intent.ts'
import { withoutOverlap } from './fhir-overlap.ts'
import { placeIntents, shardOf, type PlacedIntent } from './fhir-placing.ts'
import { preconditionFailure } from './fhir-preconditions.ts'
import { recordProvenance } from './fhir-provenance.ts'
import { parseRemembered } from './parsed-resources.ts'
import type { Loaded, Said, Stored } from './ports/store.ts'
import { openWork, type UnitOfWork } from './unit-of-work.ts'

/** What a write came to. */
export interface Written {
  readonly key: ResourceKey
  readonly outcome: 'created' | 'updated' | 'unchanged' | 'found' | 'deleted' | 'absent'
  /** The resource as it stands now; undefined when there was nothing to delete. */
  readonly stored?: Stored
}

/** Decided again so often when others write the same resources at the same time. */
const TRIES_MAX = 40
/** From here on the rows are locked at load. */
const LOCK_FROM_TRY = 3

/**
 * Writes all intents or none (http://hl7.org/fhir/R4/http.html#transaction), under the case law. What another writer was
 * faster at is decided again on the new state, so an If-Match that no longer holds is found then. Failures:
 * `version-stale`, `resource-exists`, `if-match-malformed`, `write-conflict` and those of placing, searching and the law.
 */
export async function writeAll(
  deps: FhirDeps,
  caller: Caller,
  intents: readonly WriteIntent[],
): Promise<Result<readonly Written[]>> {
  const conditions = conditionsIn(intents)
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const taken = await takenCandidates(deps, intents)
    const found = await findByConditions(deps, conditions)
    if (!found.ok) return found
    const lock = tries >= LOCK_FROM_TRY
    const decided = await decide({ deps, caller, intents, taken, found: found.value, lock })
    if (!decided.ok) return decided
    if (decided.value === 'again') continue
    const { work, answers, said, named } = decided.value
    if (work.changedInStep().length === 0) return ok(answers(new Map()))
    recordProvenance({ deps, caller, work, named })
    const flushed = await deps.store.flush({ ...work.changes(), said })
    if (flushed.ok)
      return ok(answers(new Map(flushed.value.written.map(stored => [keyText(stored), stored]))))
  }
  return fail({
    kind: 'conflict',
    code: 'write-conflict',
    message: 'Others write the same resources all the time; try again.',
  })
}

interface Decision {
  readonly deps: FhirDeps
  readonly caller: Caller
  readonly intents: readonly WriteIntent[]
  /** Ids that conditional creates would derive and that were used before the search. */
  readonly taken: ReadonlySet<string>
  readonly found: ReadonlyMap<string, readonly string[]>
  readonly lock: boolean
}

interface Decided {
  readonly work: UnitOfWork
  /** Registers of the patients whose cases it concerns. */
  readonly said: readonly Said[]
  /** What the intents lead to, in their order. */
  readonly named: readonly ResourceKey[]
  readonly answers: (written: ReadonlyMap<string, Stored>) => readonly Written[]
}

async function decide(decision: Decision): Promise<Result<Decided | 'again'>> {
  const { deps, caller, intents, taken, found } = decision
  const first = await loadFor(decision)
  const stored = new Map(first.resources.map(row => [keyText(row), row]))
  const placed = placeIntents(deps, intents, { found, isTaken: key => taken.has(keyText(key)) })
  if (!placed.ok) return placed
  const apart = withoutOverlap(placed.value)
  if (!apart.ok) return apart
  const loaded = await withRecords(decision, await withFurtherCases(decision, first, placed.value))
  const context = {
    tenant: deps.tenant,
    lane: laneOf(decision),
    at: instantOf(deps.clock.nowMs()),
    actor: caller.actor,
    requestId: caller.requestId,
    targets: deps.targets,
    ...(deps.journal && { journal: deps.journal }),
    ...(deps.consequences && { parse: parseRemembered }),
  }
  const work = openWork(context, loaded.resources)
  if (placed.value.some(item => wasOvertaken(item, work))) return ok('again')
  const outcomes = new Map<PlacedIntent, Written['outcome']>()
  for (const item of inProcessingOrder(placed.value, ({ intent }) => intent.method)) {
    const outcome = stage(work, item)
    if (!outcome.ok) return outcome
    outcomes.set(item, outcome.value)
  }
  const unchanged = underModelLaw({ deps, work, placed: placed.value, loaded })
  if (!unchanged.ok) return unchanged
  const lawful = underCaseLaw({ deps, caller, work, placed: placed.value, loaded, atInstant: context.at })
  if (!lawful.ok) return lawful
  const { consequences } = deps
  const said = consequences
    ? stageConsequences(consequences, { work, loaded, message: `urn:casewire:request:${caller.requestId}` })
    : []
  const answers = (written: ReadonlyMap<string, Stored>): readonly Written[] =>
    placed.value.map(item => {
      const standing = written.get(keyText(item.key)) ?? stored.get(keyText(item.key))
      return {
        key: item.key,
        outcome: outcomes.get(item) ?? 'unchanged',
        ...(standing && { stored: standing }),
      }
    })
  return ok({ work, answers, said, named: placed.value.map(item => item.key) })
}

/**
 * Looked up before the search on purpose: an id that is used here and found by nothing there belongs to a resource that
 * no longer matches; one that came between the two makes the insert conflict, and all is decided again.
 */
async function takenCandidates(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
): Promise<ReadonlySet<string>> {
  const keys = candidatesOf(deps.tenant, intents)
  if (keys.length === 0) return new Set()
  const { resources } = await deps.store.load({ tenant: deps.tenant, lane: laneOf({ deps, intents }), keys })
  return new Set(resources.map(keyText))
}

/** A conditional create whose id another one took since it was chosen. */
const wasOvertaken = ({ intent, key, found }: PlacedIntent, work: UnitOfWork): boolean =>
  intent.ifNoneExist !== undefined && !found && work.loadedVersion(key) > 0

/** One load: what the intents name, what their conditions found, and the cases that they touch. */
function loadFor({ deps, intents, found, lock }: Decision): Promise<Loaded> {
  const named = intents.flatMap(({ type, id }) => (id === undefined ? [] : [{ type, id }]))
  const matched = conditionsIn(intents).flatMap(condition =>
    (found.get(conditionText(condition)) ?? []).map(id => ({ type: condition.type, id })),
  )
  const patients = patientsOf(intents, deps.base)
  return deps.store.load({
    tenant: deps.tenant,
    lane: laneOf({ deps, intents }),
    keys: [...named, ...matched, ...partsOfPlans(intents)],
    ...(patients.length > 0 && { compartments: { patients, types: typesFor(intents) } }),
    ...(lock && { lock: true }),
  })
}

/** What a case may be made of. */
const partTypes: ReadonlySet<string> = new Set(caseFileTypes.filter(type => type !== 'Patient'))

/** What the law looks at; where it has nothing to say, what tells which case a resource belongs to. */
const typesFor = (intents: readonly Pick<WriteIntent, 'type'>[]): readonly string[] =>
  intents.some(({ type }) => caseTypes.has(type)) ? [...caseTypes] : ['EpisodeOfCare', 'CarePlan']

/** What comes to a case with a plan that refers to it. */
const partsOfPlans = (intents: readonly WriteIntent[]): readonly ResourceKey[] =>
  intents
    .flatMap(({ type, resource }) => (type === 'CarePlan' && resource ? planReferences(resource) : []))
    .flatMap(reference => {
      const [, type = '', id = ''] = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9.-]{1,64})$/.exec(reference) ?? []
      return partTypes.has(type) ? [{ type, id }] : []
    })

/**
 * The cases that weren't known before: of the patients in whose record stands what is changed or deleted, and of those
 * that a conditional reference led to. A patient that the Bundle itself makes has no case yet.
 */
async function withFurtherCases(
  { deps, intents, lock }: Decision,
  loaded: Loaded,
  placed: readonly PlacedIntent[],
): Promise<Loaded> {
  const known = new Set(patientsOf(intents, deps.base))
  const made = new Set(placed.filter(item => !item.found).map(item => item.key.id))
  const named = patientsOf(
    placed.map(({ key, resource }) => ({ ...key, ...(resource && { resource }) })),
    deps.base,
  )
  const before = patientsOf(storedIn(loaded, placed), deps.base)
  const patients = [...named.filter(patient => !made.has(patient)), ...before]
  const further = [...new Set(patients)].filter(patient => !known.has(patient))
  if (further.length === 0) return loaded
  const more = await deps.store.load({
    tenant: deps.tenant,
    lane: laneOf({ deps, intents }),
    compartments: { patients: further, types: typesFor(placed.map(({ key }) => key)) },
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
function withRecords(decision: Decision, loaded: Loaded): Promise<Loaded> {
  const { deps, intents, lock } = decision
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

/** What stands where the writes change something. */
function storedIn(
  loaded: Loaded,
  placed: readonly PlacedIntent[],
): readonly Pick<WriteIntent, 'type' | 'resource'>[] {
  const stored = standingIn(loaded)
  return placed.flatMap(({ key }) => {
    const resource = partTypes.has(key.type) ? stored.get(key) : undefined
    return resource ? [{ type: key.type, resource }] : []
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
function laneOf({ deps, intents }: Pick<Decision, 'deps' | 'intents'>): number {
  const [first] = intents
  if (!first) return 0
  const key = { type: first.type, id: first.id ?? '' }
  return shardOf(deps.tenant, key, first.resource && patientOf(first.resource, deps.base)) % deps.store.lanes
}

function stage(work: UnitOfWork, item: PlacedIntent): Result<Written['outcome']> {
  const { intent, key, resource, shard, clientAssigned, found } = item
  if (found) return ok('found')
  const standing = work.get(key)
  const refused = preconditionFailure(intent, standing, work.loadedVersion(key))
  if (refused) return at(intent, refused)
  if (intent.method === 'DELETE') return ok(work.remove(key) ? 'deleted' : 'absent')
  if (!resource) return ok('unchanged')
  return ok(work.put(withoutServerMeta(resource), { shard, clientAssigned }))
}

/** Version and time are the server's to set, whatever the client sent. */
function withoutServerMeta(resource: Resource & { readonly id: string }): Resource & { readonly id: string } {
  const { meta, ...rest } = resource
  if (!meta) return resource
  const { versionId: _version, lastUpdated: _updated, ...own } = meta
  return Object.keys(own).length === 0 ? rest : { ...resource, meta: own }
}
