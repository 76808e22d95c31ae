import { instantOf } from '../../lib/clock.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { inProcessingOrder } from '../../fhir/bundle/read-entries.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { stageConsequences } from '../case-consequences.ts'
import { underCaseLaw } from './fhir-case-law.ts'
import { conditionsIn, type Placing } from './fhir-conditional.ts'
import { conditionOf, conditionText, findByConditions, type Condition } from './fhir-conditions.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import { at, placedFailure, type WriteIntent } from './fhir-intent.ts'
import {
  laneOf,
  loadFor,
  takenCandidates,
  withFurtherCases,
  withRecords,
  type WriteTry,
} from './fhir-loading.ts'
import { underModelLaw } from './fhir-model-law.ts'
import { withoutOverlap } from './fhir-overlap.ts'
import { withPatched } from './fhir-patching.ts'
import { placeIntents, type PlacedIntent } from './fhir-placing.ts'
import { preconditionFailure } from './fhir-preconditions.ts'
import { recordProvenance } from './fhir-provenance.ts'
import { knownTo, shownTo, withinAccess } from './fhir-write-limits.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
import type { Said, Stored } from '../ports/store.ts'
import { requestUri } from '../request-uri.ts'
import { openWork, type UnitOfWork, type WorkContext } from '../work/unit-of-work.ts'

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
 * `version-stale`, `resource-exists`, `if-match-malformed`, `write-conflict` and those of placing, searching, access and the law.
 */
export async function writeAll(
  deps: FhirDeps,
  caller: Caller,
  intents: readonly WriteIntent[],
): Promise<Result<readonly Written[]>> {
  const conditions = conditionsIn(intents, deps.base)
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const placing = conditions.length === 0 ? unconditional : await placingBy(deps, intents, conditions)
    if (!placing.ok) return placing
    const lock = tries >= LOCK_FROM_TRY
    const decided = await decide({ deps, caller, intents, conditions, ...placing.value, lock })
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

const unconditional: Result<Placing> = ok({ taken: new Map(), found: new Map() })

async function placingBy(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
  conditions: readonly Condition[],
): Promise<Result<Placing>> {
  const taken = await takenCandidates(deps, intents)
  const found = await findByConditions(deps, conditions)
  return found.ok ? ok({ taken, found: found.value }) : found
}

interface Decision extends WriteTry {
  readonly caller: Caller
  /** Ids that conditional writes may take and that were used before the search. */
  readonly taken: Placing['taken']
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
  const { deps, caller } = decision
  const first = await loadFor(decision)
  const context = contextOf(decision)
  const standing = openWork(context, first.resources)
  const placed = placedOn(decision, standing)
  if (!placed.ok) return placed
  const loaded = await withRecords(decision, await withFurtherCases(decision, first, placed.value))
  const work = loaded === first ? standing : openWork(context, loaded.resources)
  if (await isOutdated(decision, placed.value, work)) return ok('again')
  const outcomes = new Map<PlacedIntent, Written['outcome']>()
  for (const item of inProcessingOrder(placed.value, ({ intent }) => intent.method)) {
    const outcome = stage(deps, work, item)
    if (!outcome.ok) return outcome
    outcomes.set(item, outcome.value)
  }
  const unchanged = underModelLaw({ deps, work, placed: placed.value, loaded })
  if (!unchanged.ok) return unchanged
  const lawful = underCaseLaw({ deps, caller, work, placed: placed.value, loaded, atInstant: context.at })
  if (!lawful.ok) return placedFailure(placed.value, lawful.failure)
  const { consequences } = deps
  const said = consequences
    ? stageConsequences(consequences, { work, loaded, message: requestUri(caller.requestId) })
    : []
  const answers = answersOf(deps, { placed: placed.value, outcomes, before: first.resources })
  return ok({ work, answers, said, named: placed.value.map(item => item.key) })
}

const contextOf = (decision: Decision): WorkContext => {
  const { deps, caller } = decision
  return {
    tenant: deps.tenant,
    lane: laneOf(decision),
    at: instantOf(deps.clock.nowMs()),
    actor: caller.actor,
    requestId: caller.requestId,
    targets: deps.targets,
    ...(deps.journal && { journal: deps.journal }),
    ...(deps.consequences && { parse: parseRemembered }),
  }
}

/** Every intent with its address, its links and what it makes; a resource is named once at most. */
function placedOn(
  { deps, intents, found, taken }: Decision,
  standing: UnitOfWork,
): Result<readonly PlacedIntent[]> {
  const placed = placeIntents(deps, intents, { found, taken })
  if (!placed.ok) return placed
  const apart = withoutOverlap(placed.value)
  return apart.ok ? withPatched(deps, standing, placed.value) : apart
}

interface Outcomes {
  readonly placed: readonly PlacedIntent[]
  readonly outcomes: ReadonlyMap<PlacedIntent, Written['outcome']>
  readonly before: readonly Stored[]
}

function answersOf(deps: FhirDeps, { placed, outcomes, before }: Outcomes): Decided['answers'] {
  const stored = new Map(before.map(row => [keyText(row), row]))
  return written =>
    placed.map(item => {
      const standing = written.get(keyText(item.key)) ?? stored.get(keyText(item.key))
      return {
        key: item.key,
        outcome: outcomes.get(item) ?? 'unchanged',
        ...(standing && { stored: shownTo(deps, standing) }),
      }
    })
}

/** Others were faster since the conditions were searched for: what was placed by them may not hold. */
async function isOutdated(
  decision: Decision,
  placed: readonly PlacedIntent[],
  work: UnitOfWork,
): Promise<boolean> {
  if (placed.some(item => wasOvertaken(item, work))) return true
  const moved = placed.filter(({ key, hit }) => hit && work.loadedVersion(key) !== hit.version)
  return moved.length > 0 && !(decision.lock && (await stillFound(decision, moved, work)))
}

/** An address that another one took since it was chosen. */
function wasOvertaken({ intent, key, found, hit }: PlacedIntent, work: UnitOfWork): boolean {
  const isConditional = intent.ifNoneExist !== undefined || intent.condition !== undefined
  if (!isConditional || found || hit || intent.method === 'DELETE') return false
  const isOwn = intent.method === 'PUT' && key.id === intent.resource?.id
  return isOwn ? work.get(key) !== undefined : work.loadedVersion(key) > 0
}

/** With the rows locked the conditions are asked once more: no later answer could be another one. */
async function stillFound(
  { deps, conditions }: Decision,
  moved: readonly PlacedIntent[],
  work: UnitOfWork,
): Promise<boolean> {
  const now = await findByConditions(deps, conditions)
  if (!now.ok) return false
  return moved.every(({ intent, key }) => {
    const query = intent.ifNoneExist ?? intent.condition ?? ''
    const [hit, second] = now.value.get(conditionText(conditionOf(intent.type, query))) ?? []
    return !second && hit?.id === key.id && hit.version === work.loadedVersion(key)
  })
}

function stage(deps: FhirDeps, work: UnitOfWork, item: PlacedIntent): Result<Written['outcome']> {
  const { intent, key, resource, shard, clientAssigned, found } = item
  if (found) return ok('found')
  const { standing, version } = knownTo(deps, work, item)
  const refused = preconditionFailure(intent, standing, version)
  if (refused) return at(intent, refused)
  if (intent.method === 'DELETE') return ok(standing && work.remove(key) ? 'deleted' : 'absent')
  if (!resource) return ok('unchanged')
  const within = withinAccess(deps, item, { standing, resource })
  if (!within.ok) return within
  return ok(work.put(withoutServerMeta(resource), { shard, clientAssigned }))
}

/** Version and time are the server's to set, whatever the client sent. */
function withoutServerMeta(resource: Resource & { readonly id: string }): Resource & { readonly id: string } {
  if (!resource.meta) return resource
  const { meta, ...rest } = resource
  const { versionId: _version, lastUpdated: _updated, ...own } = meta
  return Object.keys(own).length === 0 ? rest : { ...resource, meta: own }
}
