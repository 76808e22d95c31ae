import { assert } from '../lib/assert.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import { shardInId, shardOfKey } from '../lib/ids.ts'
import { patientOf } from '../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { instantOf } from '../lib/clock.ts'
import { caseFileTypes } from './cases/case-compartment.ts'
import { stageConsequences, type ConsequenceDeps } from './case-consequences.ts'
import type { JournalSettings } from './journal/cloud-event.ts'
import type { SyncCursor, SyncLink } from './ports/links.ts'
import type { Loaded, Said, Store } from './ports/store.ts'
import { openWork, type OutboxTarget, type UnitOfWork } from './work/unit-of-work.ts'

/** The law of case management over changes that come from a peer: recorded, flagged, never refused. */
export type InboundLaw = (input: {
  readonly compartment: readonly Resource[]
  readonly changed: readonly Resource[]
  /** What was changed on both sides: ours stands, people are asked. */
  readonly clashes: readonly { readonly about: Resource; readonly elements: readonly string[] }[]
  readonly actor: string
  readonly at: string
}) => Result<readonly Resource[]>

export interface InboundDeps {
  readonly store: Store
  readonly nowMs: () => number
  readonly targets: readonly OutboxTarget[]
  /** How the events of cases are kept and sent. */
  readonly journal?: JournalSettings
  readonly law: InboundLaw
  /** How duties follow from what peers say; without it, none do. */
  readonly consequences?: ConsequenceDeps
}

/** One resource of a peer, as far as it can be decided before our own copy is known. */
export interface InboundChange {
  /** Our id for it. */
  readonly key: ResourceKey
  /** Patient whose compartment it is in, in our ids. */
  readonly patient: string | undefined
  /** Merges with what stands here; undefined = nothing to write, the link only. */
  readonly decide: (current: Resource | undefined) => {
    readonly resource: (Resource & { readonly id: string }) | undefined
    readonly link: SyncLink
    /** True when what is written here is just what the peer says: it need not hear of it again. */
    readonly asPeerSays: boolean
    /** Elements that both sides changed since they agreed, where ours stands; left out = none. */
    readonly clashed?: readonly string[]
  }
}

export interface InboundRequest {
  readonly tenant: number
  readonly origin: string
  readonly actor: string
  readonly changes: readonly InboundChange[]
  readonly cursors?: readonly SyncCursor[]
}

/** Resources of a patient that the case law looks at. */
const LAW_TYPES = caseFileTypes.filter(type => type !== 'Patient')
const TRIES_MAX = 8

/**
 * Writes what a peer changed, its links and the cursor in one flush: decided again from fresh rows when somebody else
 * wrote in between. Fails with `unavailable` after too many tries.
 */
export async function applyInbound(deps: InboundDeps, request: InboundRequest): Promise<Result<number>> {
  for (let attempt = 1; attempt <= TRIES_MAX; attempt += 1) {
    const patients = [
      ...new Set(request.changes.flatMap(({ patient }) => (patient === undefined ? [] : [patient]))),
    ]
    const loaded = await loadFor(deps, request, { patients, lock: attempt > 2 })
    const at = instantOf(deps.nowMs())
    const { targets, journal } = deps
    const work = openWork(
      { tenant: request.tenant, lane: 0, at, actor: request.actor, targets, ...(journal && { journal }) },
      loaded.resources,
    )
    const compartmentKeys = loaded.resources.filter(({ type }) => LAW_TYPES.includes(type))
    const staged = stageAll(deps, request, { work, loaded, compartmentKeys })
    if (!staged.ok) return staged
    const changes = work.changes()
    const flushed = await deps.store.flush({
      ...changes,
      said: staged.value.said,
      links: staged.value.links,
      cursors: request.cursors ?? [],
    })
    if (flushed.ok) return ok(changes.writes.length)
  }
  return fail(contended)
}

interface LoadOptions {
  readonly patients: readonly string[]
  readonly lock: boolean
}

/** What the changes name and the cases of their patients, of those too in whose record it stood before. */
async function loadFor(
  { store }: InboundDeps,
  { tenant, changes }: InboundRequest,
  { patients, lock }: LoadOptions,
): Promise<Loaded> {
  const keys = changes.map(({ key }) => key)
  const loaded = await store.load({
    tenant,
    lane: 0,
    keys,
    compartments: { patients, types: LAW_TYPES },
    subjects: patients,
    lock,
  })
  const standing = openWork({ tenant, lane: 0, at: '', actor: '', targets: [] }, loaded.resources)
  const before = keys
    .filter(({ type }) => LAW_TYPES.includes(type))
    .flatMap(key => patientIn(standing.get(key)) ?? [])
  const further = [...new Set(before)].filter(patient => !patients.includes(patient))
  if (further.length === 0) return loaded
  const compartments = { patients: further, types: LAW_TYPES }
  const more = await store.load({ tenant, lane: 0, compartments, lock })
  const rows = [...loaded.resources, ...more.resources].map(row => [keyText(row), row] as const)
  return { ...loaded, resources: [...new Map(rows).values()] }
}

const patientIn = (resource: Resource | undefined): string | undefined => resource && patientOf(resource)

const contended: Failure = {
  kind: 'unavailable',
  code: 'inbound-contended',
  message: 'A change from a peer met other writers too often; it is tried again at the next round.',
}

interface Stage {
  readonly work: UnitOfWork
  readonly loaded: Loaded
  readonly compartmentKeys: readonly ResourceKey[]
}

interface Staged {
  readonly links: readonly SyncLink[]
  /** Registers of the patients whose cases it concerns. */
  readonly said: readonly Said[]
}

function stageAll(deps: InboundDeps, request: InboundRequest, stage: Stage): Result<Staged> {
  const { work, loaded } = stage
  const links: SyncLink[] = []
  const said = new Map<string, Said>()
  for (const change of request.changes) {
    const standing = work.get(change.key)
    const { resource, link, asPeerSays, clashed = [] } = change.decide(standing)
    links.push(link)
    const about = resource ?? standing
    const clashes = about && clashed.length > 0 ? [{ about, elements: clashed }] : []
    if (!resource && clashes.length === 0) continue
    const lawful = underLaw(deps, request, { change, changed: resource ? [resource] : [], clashes, stage })
    if (!lawful.ok) return lawful
    for (const written of lawful.value) {
      assert(written.id !== undefined, 'the case law gives resources with ids')
      const isPeers = asPeerSays && written === resource
      work.put(
        { ...written, id: written.id },
        { shard: shardFor(request.tenant, written), ...(isPeers && { origin: request.origin }) },
      )
    }
    const guards = deps.consequences
      ? stageConsequences(deps.consequences, { work, loaded, message: `urn:casewire:${request.origin}` })
      : []
    for (const guard of guards) said.set(guard.subject, guard)
    work.nextStep()
  }
  return ok({ links, said: [...said.values()] })
}

interface Hearing {
  readonly change: InboundChange
  readonly changed: readonly Resource[]
  readonly clashes: Parameters<InboundLaw>[0]['clashes']
  readonly stage: Stage
}

function underLaw(
  deps: InboundDeps,
  { actor }: InboundRequest,
  { change, changed, clashes, stage }: Hearing,
): Result<readonly Resource[]> {
  const { work, compartmentKeys } = stage
  const standing = work.get(change.key)
  return deps.law({
    compartment: compartmentKeys
      .flatMap(key => work.get(key) ?? [])
      .filter(other => [change.patient, patientIn(standing)].includes(patientOf(other))),
    changed,
    clashes,
    actor,
    at: instantOf(deps.nowMs()),
  })
}

/** A new resource lives with its patient; one that has none, where its id says. */
function shardFor(tenant: number, resource: Resource): number {
  const patient = patientOf(resource)
  const own = resource.id === undefined ? undefined : shardInId(resource.id)
  const patients = patient === undefined ? undefined : shardInId(patient)
  return own ?? patients ?? shardOfKey(tenant, `${resource.resourceType}/${resource.id ?? ''}`)
}
