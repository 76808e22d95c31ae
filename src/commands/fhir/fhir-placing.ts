import { shardInId, shardOfKey } from '../../lib/ids.ts'
import { ok, type Failure, type Result } from '../../lib/result.ts'
import { entryLinks, isUrn, referencesToSettle, rewriteLinks } from '../../fhir/bundle/links.ts'
import { patientOf } from '../../fhir/compartment.ts'
import { withOwnReferencesRelative } from '../../fhir/own-references.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'
import { withPatchLinks, type Patch } from '../../fhir/patch/patch.ts'
import { bundleMatches, type BundleMatches } from './fhir-bundle-matches.ts'
import {
  placeConditional,
  resolveConditionalReferences,
  type Conditional,
  type Placing,
} from './fhir-conditional.ts'
import { conditionOf, type ConditionHit } from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { at, type WriteIntent } from './fhir-intent.ts'

/** A write with its address known and its links resolved. */
export interface PlacedIntent {
  readonly intent: WriteIntent
  readonly key: ResourceKey
  readonly shard: number
  /** The id isn't one that carries its shard. */
  readonly clientAssigned: boolean
  /** The conditional create found this one: nothing is written. */
  readonly found: boolean
  /** What a condition found, in the version that fulfilled it: another may not. */
  readonly hit?: ConditionHit
  readonly resource?: Resource & { readonly id: string }
  /** Of a PATCH, its links resolved: what it makes is known when what stands is. */
  readonly patch?: Patch
}

/** Where a resource lives that is new: with its patient, else by its own id. */
export function shardOf(tenant: number, key: ResourceKey, patient: string | undefined): number {
  if (patient !== undefined) return shardInId(patient) ?? shardOfKey(tenant, `Patient/${patient}`)
  return shardInId(key.id) ?? shardOfKey(tenant, keyText(key))
}

/**
 * Gives each intent its address and resolves the links between them. Failures: `condition-ambiguous` and
 * `condition-unmatched` (412), `condition-matches-none` (404), `condition-id-taken`, `condition-ids-used-up`,
 * `resource-id-mismatch`, `reference-dangling`, `bundle-identity-overlap`.
 */
export function placeIntents(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
  placing: Placing,
): Result<readonly PlacedIntent[]> {
  const conditional = placeConditional(deps, intents, placing)
  if (!conditional.ok) return conditional
  const targets = new Map<string, string>()
  const keys = new Map<WriteIntent, ResourceKey>()
  const settle = (intent: WriteIntent, key: ResourceKey): ResourceKey => {
    keys.set(intent, key)
    if (intent.fullUrl !== undefined && key.id !== '') targets.set(intent.fullUrl, keyText(key))
    return key
  }
  for (const intent of intents) {
    const key = conditional.value.get(intent)?.key ?? knownKey(deps, intent)
    if (key) settle(intent, key)
  }
  const inBundle = bundleMatches(
    deps,
    intents.filter(intent => !conditional.value.get(intent)?.found),
  )
  const apart = apartInBundle(intents, inBundle)
  if (!apart.ok) return apart
  const references = resolveConditionalReferences({
    ...{ base: deps.base, intents, found: placing.found, conditional: conditional.value },
    inBundle,
    keyOf: intent => keys.get(intent) ?? settle(intent, mintKey(deps, intent, targets)),
  })
  if (!references.ok) return references
  for (const [reference, target] of references.value) targets.set(reference, target)
  // What remains are new resources: their ids carry the shard of the patient they refer to.
  for (const intent of intents) {
    if (!keys.has(intent) && intent.resource) settle(intent, mintKey(deps, intent, targets))
  }
  return collect(intents.map(intent => placed({ deps, intent, keys, targets, found: conditional.value })))
}

/**
 * What an entry makes or changes may not be what the query of another means: by the order of R4 it would be found, and be
 * written twice. Conditional deletes come first, so they don't find it. Failure: `bundle-identity-overlap`.
 */
function apartInBundle(intents: readonly WriteIntent[], inBundle: BundleMatches): Result<void> {
  if (intents.length < 2) return ok(undefined)
  for (const intent of intents) {
    const { type, method, condition } = intent
    if (condition === undefined || method === 'DELETE') continue
    const other = inBundle(conditionOf(type, condition)).find(one => one !== intent)
    if (other) return at(intent, overlap(other))
  }
  return ok(undefined)
}

const overlap = ({ place = 'another write' }: WriteIntent): Failure => ({
  kind: 'invalid',
  code: 'bundle-identity-overlap',
  message: `Its query matches what ${place} writes; make them one entry.`,
})

function mintKey(
  { ids, tenant, base }: FhirDeps,
  intent: WriteIntent,
  targets: ReadonlyMap<string, string>,
): ResourceKey {
  const { type, resource } = intent
  const patient = resource && patientOf(linkedTo(targets, intent, resource), base)
  if (patient === undefined) return { type, id: ids.mintAnywhere() }
  return { type, id: ids.mint(shardOf(tenant, { type, id: '' }, patient)) }
}

function knownKey(deps: FhirDeps, { type, id, method }: WriteIntent): ResourceKey | undefined {
  if (id !== undefined) return { type, id }
  return method === 'POST' && type === 'Patient' ? { type, id: deps.ids.mintAnywhere() } : undefined
}

interface PlaceOptions {
  readonly deps: FhirDeps
  readonly intent: WriteIntent
  readonly keys: ReadonlyMap<WriteIntent, ResourceKey>
  readonly targets: ReadonlyMap<string, string>
  readonly found: ReadonlyMap<WriteIntent, Conditional>
}

function placed({ deps, intent, keys, targets, found }: PlaceOptions): Result<PlacedIntent> {
  const key = keys.get(intent) ?? { type: intent.type, id: intent.id ?? '' }
  const led = found.get(intent)
  const frame = {
    intent,
    key,
    found: led?.found ?? false,
    clientAssigned: intent.id !== undefined || led !== undefined,
    ...(led?.hit && { hit: led.hit }),
  }
  if (!intent.resource) {
    const patch = intent.patch && withPatchLinks(intent.patch, entryLinks(targets, intent.fullUrl))
    return ok({ ...frame, shard: shardOf(deps.tenant, key, undefined), ...(patch && { patch }) })
  }
  const linked = linkedTo(targets, intent, intent.resource)
  if (intent.place !== undefined && !frame.found && referencesToSettle(linked).some(isUrn))
    return at(intent, dangling)
  const resource = withId(withOwnReferencesRelative(linked, deps.base), key.id)
  const minted = frame.clientAssigned ? undefined : shardInId(key.id)
  return ok({
    ...frame,
    shard: minted ?? shardOf(deps.tenant, key, patientOf(resource, deps.base)),
    resource,
  })
}

/** A resource with its links to other entries and to what conditions found; most are written alone and have none. */
const linkedTo = (
  targets: ReadonlyMap<string, string>,
  { fullUrl }: WriteIntent,
  resource: Resource,
): Resource => (targets.size === 0 ? resource : rewriteLinks(resource, entryLinks(targets, fullUrl)))

const dangling: Failure = {
  kind: 'invalid',
  code: 'reference-dangling',
  message: 'A urn reference names no entry of the Bundle; add the entry, or refer to Type/id.',
}

/** The id right after the type, where readers expect it. */
const withId = (
  { resourceType, id: _given, ...rest }: Resource,
  id: string,
): Resource & { readonly id: string } => ({
  resourceType,
  id,
  ...rest,
})

function collect<T>(results: readonly Result<T>[]): Result<readonly T[]> {
  const bad = results.find(result => !result.ok)
  return bad ?? ok(results.flatMap(result => (result.ok ? [result.value] : [])))
}
