import { instantOf } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { etagMatches } from '../../fhir/etag.ts'
import type { Permission } from '../../fhir/smart/access.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import type { Json, Resource } from '../../fhir/resource.ts'
import { applyStatement, type PersonsStatement } from '../../mappers/adt/identity/apply-statement.ts'
import type { Caller, FhirDeps } from '../fhir/fhir-deps.ts'
import { shardOf } from '../fhir/fhir-placing.ts'
import { recordProvenance } from '../fhir/fhir-provenance.ts'
import { answeredBefore, type Repeatable } from '../cases/idempotency.ts'
import { learn, nothingKnown, openBatch, type BatchState } from '../ingest-adt/batch-state.ts'
import { CARE_TYPES, firstInvalid, putOf, withConsequences } from '../ingest-adt/decide-events.ts'
import type { View } from '../ingest-adt/prepared.ts'
import type { Loaded } from '../ports/store.ts'
import { requestUri } from '../request-uri.ts'
import { partyIn, partyUnknown, type PartyGiven } from './merge-parties.ts'
import { mergeSaid, unmergeSaid, type Parties } from './merge-statements.ts'

/** What `$merge` and `$unmerge` are asked. */
export interface MergeRequest {
  readonly does: 'merge' | 'unmerge'
  readonly source: PartyGiven
  /** Of an unmerge: whoever the source was merged into, when left out. */
  readonly target?: PartyGiven
  /** What the target is to look like. */
  readonly result?: Resource
  /** Nothing is written. */
  readonly preview: boolean
  /** Version of the target that the caller has seen. */
  readonly ifMatch?: string
  readonly repeatable?: Repeatable
}

/** What it came to, or would come to. */
export interface MergeDone extends Parties {
  /** The target as it then stands. */
  readonly result: Resource
  /** The two as they stood before. */
  readonly before: { readonly source: Resource; readonly target: Resource }
  /** `Type/id` of all that changes. */
  readonly changed: readonly string[]
  /** Tasks that ask people to look. */
  readonly reviews: readonly string[]
  /** Types of what people changed after it was turned, so that they have to look whose it is. */
  readonly doubtful: readonly string[]
  /** The same request was answered before: nothing was done now. */
  readonly isRepeat: boolean
}

const TRIES_MAX = 25
/** From this try on the rows are locked at load. */
const LOCK_FROM_TRY = 3

/**
 * Merges two patients, or takes that back (http://hl7.org/fhir/R5/patient-operation-merge.html; `$unmerge` is our own):
 * one fact with the caller as its source, through the code of A40 and A37. Failures: `access-denied`, `operation-input`,
 * `merge-party-unknown`, `merge-party-ambiguous`, `merge-party-gone`, `merge-with-itself`, `merge-cycle`, `not-merged`,
 * `version-stale`, `idempotency-key-reused`, `mapped-resource-invalid`, `write-conflict`.
 */
export async function mergePatients(
  deps: FhirDeps,
  caller: Caller,
  request: MergeRequest,
): Promise<Result<MergeDone>> {
  const allowed = mayMerge(deps)
  if (!allowed.ok) return allowed
  const source = await partyIn(deps, request.source)
  if (!source.ok) return source
  const target = request.target ? await partyIn(deps, request.target) : ok(undefined)
  if (!target.ok) return target
  const before = await answeredBefore(deps, request.repeatable)
  if (!before.ok) return before
  const named = { source: source.value, ...(target.value !== undefined && { target: target.value }) }
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const done = await tryMerge({ deps, caller, request, named }, { tries, kept: before.value?.body })
    if (!done.ok || done.value !== 'again') return done as Result<MergeDone>
  }
  return fail({
    kind: 'conflict',
    code: 'write-conflict',
    message: 'Others write the same resources all the time; try again.',
  })
}

/** All of a record changes hands, of whatever type. */
function mayMerge({ access }: FhirDeps): Result<void> {
  const wanted: readonly Permission[] = ['c', 'r', 'u', 's']
  return wanted.every(permission => mayDo(access, '*', permission) === 'all') ? ok(undefined) : fail(denied)
}

const denied: Failure = {
  kind: 'forbidden',
  code: 'access-denied',
  message: 'Merging turns whole records: it needs user/*.crus or system/*.crus (or more), without a query.',
}

interface Frame {
  readonly deps: FhirDeps
  readonly caller: Caller
  readonly request: MergeRequest
  readonly named: { readonly source: string; readonly target?: string }
}

async function tryMerge(
  frame: Frame,
  { tries, kept }: { readonly tries: number; readonly kept: Json | undefined },
): Promise<Result<MergeDone | 'again'>> {
  const { deps, caller, request } = frame
  const loaded = await loadBoth(frame, tries >= LOCK_FROM_TRY)
  const known = nothingKnown()
  learn(known, loaded)
  const state = openBatch(contextOf(frame), known)
  const { view } = state
  if (kept !== undefined) return repeated(kept as unknown as Parties, view)
  const message = requestUri(caller.requestId)
  const said = statementOf(frame, { view, message })
  if (!said.ok) return said
  const { source, target } = said.value
  const both = { source: patientIn(view, source), target: patientIn(view, target) }
  if (!both.source || !both.target)
    return fail(partyUnknown(both.source ? 'target-patient' : 'source-patient'))
  const stale = staleIn(request, both.target, state.work.version({ type: 'Patient', id: target }))
  if (stale) return fail(stale)
  const staged = stage(frame, { state, statement: said.value.statement, message })
  if (!staged.ok) return staged
  const done: Omit<MergeDone, 'result'> = {
    ...{ source, target, before: { source: both.source, target: both.target }, isRepeat: false },
    ...staged.value,
  }
  if (request.preview) return ok({ ...done, result: patientIn(view, target) ?? both.target })
  recordProvenance({
    deps,
    caller,
    work: state.work,
    named: [target, source].map(id => ({ type: 'Patient', id })),
    told: { activity: `Patient-${request.does}`, at: state.work.at },
  })
  const answer = { status: 200, body: { source, target } as unknown as Json }
  const flushed = await deps.store.flush({
    ...state.changes(),
    ...(request.repeatable && { answers: [{ ...request.repeatable, ...answer }] }),
  })
  if (!flushed.ok) return ok('again')
  const stands = await deps.store.read(deps.tenant, { type: 'Patient', id: target })
  return ok({ ...done, result: stands ? (parseJson(stands.content) as Resource) : both.target })
}

const notServed: Failure = {
  kind: 'unsupported',
  code: 'operation-unknown',
  message: 'This server keeps no facts, so that patients can be neither merged nor told apart.',
}

function loadBoth({ deps, named }: Frame, lock: boolean): Promise<Loaded> {
  const ids = [named.source, ...(named.target === undefined ? [] : [named.target])]
  return deps.store.load({
    tenant: deps.tenant,
    lane: laneOf(deps, named.source),
    keys: ids.map(id => ({ type: 'Patient', id })),
    compartments: { patients: ids, types: CARE_TYPES },
    subjects: ids,
    wholes: ids,
    ...(lock && { lock }),
  })
}

const laneOf = ({ tenant, store }: FhirDeps, patient: string): number =>
  shardOf(tenant, { type: 'Patient', id: patient }, patient) % store.lanes

const contextOf = ({ deps, caller, named }: Frame) => ({
  tenant: deps.tenant,
  lane: laneOf(deps, named.source),
  at: instantOf(deps.clock.nowMs()),
  actor: caller.actor,
  requestId: caller.requestId,
  targets: deps.targets,
  ...(deps.journal && { journal: deps.journal }),
})

const patientIn = ({ get }: Pick<View, 'get'>, id: string): Resource | undefined =>
  get({ type: 'Patient', id })

function repeated({ source, target }: Parties, view: View): Result<MergeDone> {
  const both = { source: patientIn(view, source), target: patientIn(view, target) }
  if (!both.source || !both.target) return fail(partyUnknown('source-patient'))
  return ok({
    ...{ source, target, result: both.target, before: { source: both.source, target: both.target } },
    ...{ changed: [], reviews: [], doubtful: [], isRepeat: true },
  })
}

interface SaidNow extends Parties {
  readonly statement: PersonsStatement
}

function statementOf(
  { caller, request, named }: Frame,
  { view, message }: { readonly view: View; readonly message: string },
): Result<SaidNow> {
  const said = request.does === 'merge' ? mergeSaid(view, named, request.result) : unmergeSaid(view, named)
  if (!said.ok) return said
  const { source, target, ...rest } = said.value
  return ok({
    ...{ source, target },
    statement: {
      ...rest,
      ...{ actor: caller.actor, controlId: caller.requestId, at: view.at, message },
      event: `$${request.does}`,
    },
  })
}

function staleIn({ ifMatch, result }: MergeRequest, target: Resource, version: number): Failure | undefined {
  const seen = result?.meta?.versionId
  if (ifMatch !== undefined && !etagMatches(ifMatch, version)) return stale('If-Match')
  if (seen !== undefined && seen !== target.meta?.versionId) return stale('result-patient.meta.versionId')
  return undefined
}

const stale = (what: string): Failure => ({
  kind: 'stale-version',
  code: 'version-stale',
  message: `${what} names another version of the target than the one that stands now: read it again.`,
})

interface Staging {
  readonly state: BatchState
  readonly statement: PersonsStatement
  readonly message: string
}

/** Everything of it as one step, as a message's would be. */
function stage(
  { deps }: Frame,
  { state, statement, message }: Staging,
): Result<Pick<MergeDone, 'changed' | 'reviews' | 'doubtful'>> {
  const { consequences, validate } = deps
  if (!consequences) return fail(notServed)
  const { view, work } = state
  const world = { get: view.get, facts: view.facts, said: view.saidOf }
  const applied = applyStatement(statement, world, consequences.settings)
  if (!applied.ok) return applied
  const decided = withConsequences(applied.value, { message, view, options: { ...consequences, validate } })
  const resources = [...decided.changed.values()]
  const keyOf = (one: { readonly resourceType: string; readonly id: string }): string =>
    `${one.resourceType}/${one.id}`
  const invalid = firstInvalid(
    resources.flatMap(resource => (decided.turned.has(keyOf(resource)) ? [] : [{ resource }])),
    validate,
  )
  if (invalid) return fail(invalid)
  const known = new Set(resources.filter(one => view.get({ type: one.resourceType, id: one.id })).map(keyOf))
  const { changed } = state.stage({
    puts: resources.map(one => putOf(one, view)),
    facts: [...applied.value.facts, ...decided.facts],
    said: [...applied.value.said, ...decided.said],
    ...{ flags: [], waits: true, at: work.at },
  })
  return ok({
    changed: changed.toSorted(),
    reviews: changed.filter(key => key.startsWith('Task/') && !known.has(key)),
    doubtful: [...new Set(decided.doubtful.map(key => key.slice(0, key.indexOf('/'))))],
  })
}
