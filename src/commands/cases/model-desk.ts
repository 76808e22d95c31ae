import { instantOf } from '../../lib/clock.ts'
import { shardInId } from '../../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { modelUnknown } from '../../care-plan/commands/model-commands.ts'
import type { ModelProfile } from '../../care-plan/models/model-profile.ts'
import {
  cloneModel,
  editModel,
  publishModel,
  retireModel,
  type CloneOptions,
} from '../../care-plan/models/model-life.ts'
import type { ModelContent } from '../../care-plan/models/model-schema.ts'
import { shippedModels } from '../../care-plan/models/shipped-models.ts'
import type { Resource } from '../../fhir/resource.ts'
import { modelLens } from '../../mappers/case/lenses/model-lens.ts'
import { caseNames } from '../../mappers/case/names.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { shardOf } from '../fhir/fhir-placing.ts'
import { recordProvenance } from '../fhir/fhir-provenance.ts'
import { openWork, type UnitOfWork } from '../work/unit-of-work.ts'
import type { CaseDeps } from './case-deps.ts'
import { versionStale } from './case-etag.ts'
import { modelResourceId, nameOf, type KnownModel, type ModelRegistry } from './model-registry.ts'

/** What the routes of the models need. */
export interface ModelDeps extends Pick<
  CaseDeps,
  'store' | 'ids' | 'clock' | 'tenant' | 'base' | 'canonicalBase' | 'targets'
> {
  readonly registry: ModelRegistry
}

export interface ModelQuery {
  readonly state?: string
}

/** Every version of every model, as the store has them now. */
export async function listModels(
  { registry }: ModelDeps,
  { state }: ModelQuery,
): Promise<readonly KnownModel[]> {
  await registry.refresh()
  return registry.list().filter(({ profile }) => state === undefined || profile.state === state)
}

/** One version of a model; without a version the newest published one. Failure: `model-unknown`. */
export async function findModel(
  { registry }: Pick<ModelDeps, 'registry'>,
  id: string,
  version?: string,
): Promise<Result<KnownModel>> {
  await registry.refresh()
  return foundIn(registry, id, version)
}

function foundIn(registry: ModelRegistry, id: string, version?: string): Result<KnownModel> {
  const profile = registry.models(id, version)
  const found = profile && registry.list().find(known => nameOf(known.profile) === nameOf(profile))
  return found ? ok(found) : fail(modelUnknown)
}

/** What somebody does to a version of a model. */
export interface ModelAct {
  readonly id: string
  readonly version?: string
  readonly ifMatch?: string
  readonly reason?: string
}

/** A draft like an existing version. Failures: `model-unknown`, `model-exists`. */
export const cloneTo = (
  deps: ModelDeps,
  caller: Caller,
  { options, ...act }: ModelAct & { readonly options: CloneOptions },
): Promise<Result<KnownModel>> =>
  write(deps, caller, {
    ...act,
    name: 'CloneModel',
    decide: source =>
      cloneModel(
        source,
        options,
        deps.registry.list().map(({ profile }) => profile),
      ),
  })

/** A content as it is sent: what a reading of the draft says beside it may stand there, as it was. */
export interface SentContent extends ModelContent {
  readonly id?: string
  readonly version?: string
  readonly state?: string
  readonly planDefinition?: string
}

/** Failures: `model-unknown`, `illegal-transition`, `model-invalid`, `version-stale`. */
export const editDraft = (
  deps: ModelDeps,
  caller: Caller,
  {
    content: { id, version, state, planDefinition, ...content },
    ...act
  }: ModelAct & { readonly content: SentContent },
): Promise<Result<KnownModel>> =>
  write(deps, caller, {
    ...act,
    name: 'EditModel',
    decide: (draft, { resource }) => {
      const stands = { id: draft.id, version: draft.version, state: draft.state, planDefinition: resource }
      const other = otherThan(stands, { id, version, state, planDefinition })
      return other.length > 0 ? fail(notEditable(other)) : editModel(draft, content)
    },
  })

type Named = Readonly<Record<'id' | 'version' | 'state' | 'planDefinition', string | undefined>>

const otherThan = (stands: Named, sent: Named): readonly string[] =>
  (Object.keys(stands) as readonly (keyof Named)[]).filter(
    name => sent[name] !== undefined && sent[name] !== stands[name],
  )

const notEditable = (names: readonly string[]): Failure => ({
  kind: 'unprocessable',
  code: 'model-invalid',
  message: `Not edited by a PUT, and not as it stands: ${names.join(', ')}. Leave it out, or send it as it was read.`,
  expression: names[0] ?? 'id',
})

export const publish = (deps: ModelDeps, caller: Caller, act: ModelAct): Promise<Result<KnownModel>> =>
  write(deps, caller, { ...act, name: 'PublishModel', decide: publishModel })

export const retire = (deps: ModelDeps, caller: Caller, act: ModelAct): Promise<Result<KnownModel>> =>
  write(deps, caller, { ...act, name: 'RetireModel', decide: retireModel })

interface ModelWrite extends ModelAct {
  readonly name: string
  readonly decide: (profile: ModelProfile, known: KnownModel) => Result<ModelProfile>
}

const TRIES_MAX = 20

async function write(deps: ModelDeps, caller: Caller, act: ModelWrite): Promise<Result<KnownModel>> {
  for (let tries = 1; tries <= TRIES_MAX; tries += 1) {
    const found = await findModel(deps, act.id, act.version)
    if (!found.ok) return found
    const stale = versionStale(act.ifMatch, () => String(found.value.version))
    if (stale) return fail(stale.code === 'version-stale' ? { ...stale, message: modelStale } : stale)
    const decided = act.decide(found.value.profile, found.value)
    if (!decided.ok) return decided
    const isDone = await isWritten(deps, caller, { act, profile: decided.value, from: found.value })
    if (!isDone) continue
    return findModel(deps, decided.value.id, decided.value.version)
  }
  return fail(conflict)
}

interface Decided {
  readonly act: Pick<ModelWrite, 'name' | 'reason'>
  readonly profile: ModelProfile
  readonly from: KnownModel
}

/** Writes the PlanDefinition of a decided version; false when somebody else was faster. */
async function isWritten(deps: ModelDeps, caller: Caller, { act, profile, from }: Decided): Promise<boolean> {
  const isNew = nameOf(from.profile) !== nameOf(profile)
  const id = isNew ? modelResourceId(deps.tenant, profile) : from.resource
  const work = await openModels(deps, caller, [id])
  const key = { type: 'PlanDefinition', id }
  const version = work.get(key) ? work.loadedVersion(key) : 0
  if (version !== (isNew ? 0 : from.version)) return false
  stage(deps, work, { id, profile })
  const at = instantOf(deps.clock.nowMs())
  recordProvenance({
    deps,
    caller,
    work,
    named: [key],
    told: { activity: act.name, at, ...(act.reason !== undefined && { reason: act.reason }) },
  })
  const flushed = await deps.store.flush(work.changes())
  return flushed.ok
}

async function openModels(
  { store, tenant, clock, targets }: ModelDeps,
  { actor, requestId }: Caller,
  ids: readonly string[],
): Promise<UnitOfWork> {
  const loaded = await store.load({ tenant, lane: 0, keys: ids.map(id => ({ type: 'PlanDefinition', id })) })
  const at = instantOf(clock.nowMs())
  return openWork({ tenant, lane: 0, at, actor, requestId, targets }, loaded.resources)
}

interface Placed {
  readonly id: string
  readonly profile: ModelProfile
}

function stage({ tenant, canonicalBase }: ModelDeps, work: UnitOfWork, { id, profile }: Placed): void {
  const lens = modelLens(caseNames(canonicalBase))
  const key = { type: 'PlanDefinition', id }
  const standing: Resource = work.get(key) ?? lens.blank(id)
  work.put(lens.write(standing, profile), { shard: shardInId(id) ?? shardOf(tenant, key, undefined) })
}

/**
 * Writes the shipped models that the store has never had, so that FHIR readers find them. Ids are derived, so a second
 * start, or a second process, writes nothing.
 */
export async function seedModels(deps: ModelDeps): Promise<void> {
  const caller = { actor: 'Device/casewire', requestId: 'start' }
  const placed = shippedModels.map(profile => ({ id: modelResourceId(deps.tenant, profile), profile }))
  const work = await openModels(
    deps,
    caller,
    placed.map(({ id }) => id),
  )
  const missing = placed.filter(({ id }) => work.loadedVersion({ type: 'PlanDefinition', id }) === 0)
  for (const one of missing) stage(deps, work, one)
  // Somebody else being faster is as good.
  if (missing.length > 0) await deps.store.flush({ ...work.changes(), outbox: [] })
  await deps.registry.refresh()
}

const modelStale = 'The model has changed since the version that If-Match names: read it again.'

const conflict: Failure = {
  kind: 'conflict',
  code: 'write-conflict',
  message: 'Others write the same model all the time; try again.',
}
