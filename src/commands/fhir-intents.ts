import { derivedId, shardInId, shardOfKey } from '../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../lib/result.ts'
import { patientOf } from '../fhir/compartment.ts'
import {
  entryLinks,
  isConditionalReference,
  isUrn,
  referencesIn,
  rewriteLinks,
} from '../fhir/bundle/links.ts'
import { failureAt } from '../fhir/bundle/read-entries.ts'
import { keyText, type Resource, type ResourceKey } from '../fhir/resource.ts'
import { conditionOf, conditionText, type Condition } from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'

/** One write that a client asks for, alone or as an entry of a transaction. */
export interface WriteIntent {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly type: string
  /** Of a PUT or DELETE. */
  readonly id?: string
  readonly resource?: Resource
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifNoneExist?: string
  readonly fullUrl?: string
  /** `Bundle.entry[3]`, for diagnostics. */
  readonly place?: string
}

/** A write with its address known and its links resolved. */
export interface PlacedIntent {
  readonly intent: WriteIntent
  readonly key: ResourceKey
  readonly shard: number
  /** The id isn't one that carries its shard. */
  readonly clientAssigned: boolean
  /** The conditional create found this one: nothing is written. */
  readonly found: boolean
  readonly resource?: Resource & { readonly id: string }
}

/** The conditions that stand in intents: If-None-Exist, and references `Type?query`. */
export const conditionsIn = (intents: readonly WriteIntent[]): readonly Condition[] =>
  intents.flatMap(intent =>
    [
      ...(intent.ifNoneExist === undefined ? [] : [conditionOf(intent.type, intent.ifNoneExist)]),
      ...conditionalReferences(intent),
    ].map(condition => ({ ...condition, ...(intent.place !== undefined && { place: intent.place }) })),
  )

const conditionalReferences = ({ resource }: WriteIntent): readonly Condition[] =>
  referencesIn(resource).filter(isConditionalReference).map(referenceCondition)

function referenceCondition(reference: string): Condition {
  const mark = reference.indexOf('?')
  return conditionOf(reference.slice(0, mark), reference.slice(mark + 1))
}

/** A failure says which entry it is about, when there are several. */
export const at = (
  { place }: WriteIntent,
  failure: Failure,
): { readonly ok: false; readonly failure: Failure } =>
  fail(place === undefined ? failure : failureAt(place, failure))

/** How many further ids a conditional create tries when the derived one was used by what no longer matches. */
const SUCCESSORS = 4

/**
 * The ids that a conditional create may take when nothing matches: derived from the condition, so that creates that run
 * side by side want the same row and all but one are decided again.
 */
export const derivedCandidates = (tenant: number, condition: Condition): readonly string[] =>
  Array.from({ length: SUCCESSORS }, (_, n) => {
    const key = `if-none-exist|${conditionText(condition)}|${n}`
    // Not a UUIDv8: its shard must not depend on which of several creators came first.
    return `c${derivedId(0, tenant, condition.type, key).replaceAll('-', '')}`
  })

/** Where a resource lives that is new: with its patient, else by its own id. */
export function shardOf(tenant: number, key: ResourceKey, patient: string | undefined): number {
  if (patient !== undefined) return shardInId(patient) ?? shardOfKey(tenant, `Patient/${patient}`)
  return shardInId(key.id) ?? shardOfKey(tenant, keyText(key))
}

/** What the store says of the addresses that intents may take. */
export interface Placing {
  readonly found: ReadonlyMap<string, readonly string[]>
  /** True when something stands or stood there. */
  readonly isTaken: (key: ResourceKey) => boolean
}

/**
 * Gives each intent its address and resolves the links between them. Failures: `condition-ambiguous` and
 * `condition-unmatched` (412), `reference-dangling`, `condition-ids-used-up`.
 */
export function placeIntents(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
  placing: Placing,
): Result<readonly PlacedIntent[]> {
  const conditional = placeConditional(deps, intents, placing)
  if (!conditional.ok) return conditional
  const references = resolveConditionalReferences(intents, placing, conditional.value)
  if (!references.ok) return references
  const targets = new Map(references.value)
  const keys = new Map<WriteIntent, ResourceKey>()
  const settle = (intent: WriteIntent, key: ResourceKey): void => {
    keys.set(intent, key)
    if (intent.fullUrl !== undefined) targets.set(intent.fullUrl, keyText(key))
  }
  for (const intent of intents) {
    const key = conditional.value.get(intent)?.key ?? knownKey(deps, intent)
    if (key) settle(intent, key)
  }
  // What remains are new resources: their ids carry the shard of the patient they refer to.
  for (const intent of intents) {
    if (!keys.has(intent) && intent.resource) settle(intent, mintKey(deps, intent, targets))
  }
  return collect(intents.map(intent => placed({ deps, intent, keys, targets, found: conditional.value })))
}

function mintKey(
  { ids, tenant }: FhirDeps,
  intent: WriteIntent,
  targets: ReadonlyMap<string, string>,
): ResourceKey {
  const { type, resource, fullUrl } = intent
  const patient = resource && patientOf(rewriteLinks(resource, entryLinks(targets, fullUrl)))
  if (patient === undefined) return { type, id: ids.mintAnywhere() }
  return { type, id: ids.mint(shardOf(tenant, { type, id: '' }, patient)) }
}

function knownKey(deps: FhirDeps, { type, id, method }: WriteIntent): ResourceKey | undefined {
  if (id !== undefined) return { type, id }
  return method === 'POST' && type === 'Patient' ? { type, id: deps.ids.mintAnywhere() } : undefined
}

interface Conditional {
  readonly key: ResourceKey
  readonly found: boolean
  readonly text: string
}

/** Two entries with the same condition mean the same resource: the second finds what the first makes. */
function placeConditional(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
  { found, isTaken }: Placing,
): Result<ReadonlyMap<WriteIntent, Conditional>> {
  const conditional = new Map<WriteIntent, Conditional>()
  const made = new Map<string, ResourceKey>()
  for (const intent of intents) {
    if (intent.ifNoneExist === undefined) continue
    const condition = conditionOf(intent.type, intent.ifNoneExist)
    const text = conditionText(condition)
    const [hit, second] = found.get(text) ?? []
    if (second !== undefined) return at(intent, ambiguous('If-None-Exist'))
    const earlier = made.get(text)
    const free = derivedCandidates(deps.tenant, condition).find(id => !isTaken({ type: intent.type, id }))
    const id = hit ?? earlier?.id ?? free
    if (id === undefined) return at(intent, usedUp)
    const key = { type: intent.type, id }
    conditional.set(intent, { key, found: hit !== undefined || earlier !== undefined, text })
    made.set(text, key)
  }
  return ok(conditional)
}

const ambiguous = (what: string): Failure => ({
  kind: 'multiple-matches',
  code: 'condition-ambiguous',
  message: `${what} matches more than one resource.`,
})

const usedUp: Failure = {
  kind: 'conflict',
  code: 'condition-ids-used-up',
  message:
    'Resources made under this condition were deleted or changed too often; create without If-None-Exist.',
}

/** `Patient?identifier=...` -> what it finds on the server, or what an entry with the same condition makes. */
function resolveConditionalReferences(
  intents: readonly WriteIntent[],
  { found }: Placing,
  conditional: ReadonlyMap<WriteIntent, Conditional>,
): Result<ReadonlyMap<string, string>> {
  const made = new Map([...conditional.values()].map(({ text, key }) => [text, keyText(key)]))
  const resolved = new Map<string, string>()
  for (const intent of intents) {
    for (const reference of referencesIn(intent.resource).filter(isConditionalReference)) {
      const condition = referenceCondition(reference)
      const [hit, second] = found.get(conditionText(condition)) ?? []
      if (second !== undefined) return at(intent, ambiguous('A conditional reference'))
      const target = hit === undefined ? made.get(conditionText(condition)) : `${condition.type}/${hit}`
      if (target === undefined) return at(intent, unmatched)
      resolved.set(reference, target)
    }
  }
  return ok(resolved)
}

const unmatched: Failure = {
  kind: 'multiple-matches',
  code: 'condition-unmatched',
  message: 'A conditional reference matches no resource.',
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
  const hit = found.get(intent)?.found ?? false
  const frame = { intent, key, found: hit, clientAssigned: intent.id !== undefined || found.has(intent) }
  if (!intent.resource) return ok({ ...frame, shard: shardOf(deps.tenant, key, undefined) })
  const linked = rewriteLinks(intent.resource, entryLinks(targets, intent.fullUrl))
  if (intent.place !== undefined && !hit && referencesIn(linked).some(isUrn)) return at(intent, dangling)
  const resource = withId(linked, key.id)
  const minted = frame.clientAssigned ? undefined : shardInId(key.id)
  return ok({ ...frame, shard: minted ?? shardOf(deps.tenant, key, patientOf(resource)), resource })
}

const dangling: Failure = {
  kind: 'invalid',
  code: 'reference-dangling',
  message: 'A urn reference names no entry of the Bundle.',
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
