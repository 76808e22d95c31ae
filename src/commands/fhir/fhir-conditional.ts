import { derivedId } from '../../lib/ids.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { isConditionalReference, referencesToSettle } from '../../fhir/bundle/links.ts'
import { localReference } from '../../fhir/compartment.ts'
import { keyText, type ResourceKey } from '../../fhir/resource.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import type { BundleMatches } from './fhir-bundle-matches.ts'
import {
  conditionOf,
  conditionText,
  type Condition,
  type ConditionHit,
  type ConditionHits,
} from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { at, type WriteIntent } from './fhir-intent.ts'
import { limitText } from './fhir-write-limits.ts'

/**
 * The conditions that stand in intents: If-None-Exist, `PUT Type?query` and the like, and references `Type?query`, which may
 * begin with the own base.
 */
export const conditionsIn = (intents: readonly WriteIntent[], base: string): readonly Condition[] =>
  intents.flatMap(intent =>
    [...ownCondition(intent), ...conditionalReferences(intent, base)].map(condition => ({
      ...condition,
      ...(intent.place !== undefined && { place: intent.place }),
    })),
  )

/** The condition that says which resource an intent means. */
function ownCondition({ type, ifNoneExist, condition }: WriteIntent): readonly Condition[] {
  const query = ifNoneExist ?? condition
  return query === undefined ? [] : [conditionOf(type, query)]
}

const conditionalReferences = ({ resource }: WriteIntent, base: string): readonly Condition[] =>
  referencesToSettle(resource).flatMap(reference => {
    const local = localReference(reference, base)
    return isConditionalReference(local) ? [referenceCondition(local)] : []
  })

function referenceCondition(reference: string): Condition {
  const mark = reference.indexOf('?')
  return conditionOf(reference.slice(0, mark), reference.slice(mark + 1))
}

/** How many further ids a conditional create tries when the derived one was used by what no longer matches. */
const SUCCESSORS = 4

/**
 * The ids that a conditional create may take when nothing matches: derived from the condition, so that creates that run
 * side by side want the same row and all but one are decided again.
 */
const derivedCandidates = (deps: CandidateDeps, condition: Condition): readonly string[] =>
  Array.from({ length: SUCCESSORS }, (_, n) => {
    const key = `if-none-exist|${conditionText(condition)}|${n}${limitText(deps, condition.type)}`
    // Not a UUIDv8: its shard must not depend on which of several creators came first.
    return `c${derivedId(0, deps.tenant, condition.type, key).replaceAll('-', '')}`
  })

type CandidateDeps = Pick<FhirDeps, 'tenant' | 'access'>

/** The id that the body of a conditional update asks for. */
const ownIdOf = ({ method, condition, resource }: WriteIntent): string | undefined =>
  method === 'PUT' && condition !== undefined ? resource?.id : undefined

/** Every address that may be taken when a condition finds nothing. */
export const candidatesOf = (deps: CandidateDeps, intents: readonly WriteIntent[]): readonly ResourceKey[] =>
  intents.flatMap(intent => {
    const { type, method } = intent
    const own = ownIdOf(intent)
    if (own !== undefined) return [{ type, id: own }]
    if (method !== 'POST' && method !== 'PUT') return []
    return ownCondition(intent).flatMap(condition =>
      derivedCandidates(deps, condition).map(id => ({ type, id })),
    )
  })

/** What the store says of the addresses that intents may take. */
export interface Placing {
  readonly found: ConditionHits
  /** What stands or stood there. */
  readonly taken: ReadonlyMap<string, 'standing' | 'deleted'>
}

/** Where the condition of an intent leads. */
export interface Conditional {
  /** With an empty id: to nothing, and nothing is to be done. */
  readonly key: ResourceKey
  /** A conditional create found it: nothing is written. */
  readonly found: boolean
  readonly text: string
  /** What the search found, in the version that fulfils the condition. */
  readonly hit?: ConditionHit
}

/** Two creates with the same condition mean the same resource: the second finds what the first makes. */
export function placeConditional(
  deps: FhirDeps,
  intents: readonly WriteIntent[],
  placing: Placing,
): Result<ReadonlyMap<WriteIntent, Conditional>> {
  const conditional = new Map<WriteIntent, Conditional>()
  const made = new Map<string, ResourceKey>()
  const deleted = deletedBy(intents)
  for (const intent of intents) {
    for (const condition of ownCondition(intent)) {
      const text = conditionText(condition)
      const [hit, second] = hitsOf(intent, placing.found.get(text) ?? [], deleted)
      if (second)
        return at(intent, ambiguous(intent.ifNoneExist === undefined ? 'The query' : 'If-None-Exist'))
      const found = hit
        ? foundBy(intent, hit)
        : missed(intent, { made: made.get(text), taken: placing.taken, deps })
      if (!found.ok) return at(intent, found.failure)
      conditional.set(intent, { ...found.value, text })
      if (found.value.key.id !== '') made.set(text, found.value.key)
    }
  }
  return ok(conditional)
}

/** Deletes come before creates (http://hl7.org/fhir/R4/http.html#trules). */
const deletedBy = (intents: readonly WriteIntent[]): ReadonlySet<string> =>
  new Set(
    intents.flatMap(({ method, type, id }) =>
      method === 'DELETE' && id !== undefined ? [keyText({ type, id })] : [],
    ),
  )

/** A conditional create doesn't find what the same Bundle deletes. Of several hits not all are known: they stay ambiguous. */
function hitsOf(
  { type, ifNoneExist }: WriteIntent,
  hits: readonly ConditionHit[],
  deleted: ReadonlySet<string>,
): readonly ConditionHit[] {
  const [only] = hits
  if (ifNoneExist === undefined || hits.length !== 1 || !only) return hits
  return deleted.has(keyText({ type, id: only.id })) ? [] : hits
}

type Led = Omit<Conditional, 'text'>

/** http://hl7.org/fhir/R4/http.html#cond-update: an id in the body must be that of the match. */
function foundBy(intent: WriteIntent, hit: ConditionHit): Result<Led> {
  const own = ownIdOf(intent)
  if (own !== undefined && own !== hit.id) return fail(otherId(intent.type))
  return ok({ key: { type: intent.type, id: hit.id }, found: intent.ifNoneExist !== undefined, hit })
}

const otherId = (type: string): Failure => ({
  kind: 'invalid',
  code: 'resource-id-mismatch',
  message: 'The id in the body is not that of the resource that matches; leave it out, or send PUT Type/id.',
  expression: `${type}.id`,
})

interface Missed extends Pick<Placing, 'taken'> {
  readonly deps: CandidateDeps
  /** What an earlier entry makes under the same condition. */
  readonly made: ResourceKey | undefined
}

function missed(intent: WriteIntent, { deps, made, taken }: Missed): Result<Led> {
  const { type, method } = intent
  if (method === 'PATCH') return fail(noMatch)
  if (method === 'DELETE') return ok({ key: { type, id: '' }, found: false })
  const own = ownIdOf(intent)
  if (own !== undefined) {
    // Whoever reaches a part of the type must not learn which ids are taken.
    if (mayDo(deps.access, type, 'u') === 'some') return fail(idNotTold(type))
    if (taken.get(keyText({ type, id: own })) === 'standing') return fail(idTaken(type))
    return ok({ key: { type, id: own }, found: false })
  }
  if (made) return ok({ key: made, found: intent.ifNoneExist !== undefined })
  const [condition] = ownCondition(intent)
  const free = condition && derivedCandidates(deps, condition).find(id => !taken.has(keyText({ type, id })))
  return free === undefined ? fail(usedUp) : ok({ key: { type, id: free }, found: false })
}

const noMatch: Failure = {
  kind: 'not-found',
  code: 'condition-matches-none',
  message: 'The query matches no resource to patch; create it first, or search by another parameter.',
}

const idTaken = (type: string): Failure => ({
  kind: 'conflict',
  code: 'condition-id-taken',
  message: 'No resource matches the query, and the id in the body is that of another; leave the id out.',
  expression: `${type}.id`,
})

const idNotTold = (type: string): Failure => ({
  kind: 'conflict',
  code: 'condition-id-taken',
  message:
    'No resource within the reach of the token matches the query, and the token may not choose ids; leave the id out.',
  expression: `${type}.id`,
})

const ambiguous = (what: string): Failure => ({
  kind: 'multiple-matches',
  code: 'condition-ambiguous',
  message: `${what} matches more than one resource; search by what tells them apart.`,
})

const usedUp: Failure = {
  kind: 'conflict',
  code: 'condition-ids-used-up',
  message:
    'Resources made under this condition were deleted or changed too often; create without a condition.',
}

export interface ReferenceOptions {
  /** The own FHIR base, which a reference may begin with. */
  readonly base: string
  readonly intents: readonly WriteIntent[]
  readonly found: Placing['found']
  readonly conditional: ReadonlyMap<WriteIntent, Conditional>
  readonly inBundle: BundleMatches
  /** The address that an entry is written at. */
  readonly keyOf: (intent: WriteIntent) => ResourceKey
}

/**
 * `Patient?identifier=...` -> what it finds on the server, else what an entry with the same condition makes, else the
 * one that the Bundle itself writes. Of every condition it is known what it finds, so that where none is known none stands.
 */
export function resolveConditionalReferences(options: ReferenceOptions): Result<ReadonlyMap<string, string>> {
  const { intents, found, conditional, inBundle, keyOf, base } = options
  if (found.size === 0) return ok(new Map())
  const made = new Map(
    [...conditional.values()].flatMap(({ text, key }) => (key.id === '' ? [] : [[text, keyText(key)]])),
  )
  const resolved = new Map<string, string>()
  for (const intent of intents) {
    for (const reference of referencesToSettle(intent.resource)) {
      const local = localReference(reference, base)
      if (resolved.has(reference) || !isConditionalReference(local)) continue
      const condition = referenceCondition(local)
      const [hit, second] = found.get(conditionText(condition)) ?? []
      if (second) return at(intent, ambiguous('A conditional reference'))
      const known = hit ? `${condition.type}/${hit.id}` : made.get(conditionText(condition))
      const [entry, another] = known === undefined ? inBundle(condition) : []
      if (another) return at(intent, ambiguous('A conditional reference'))
      const target = known ?? (entry && keyText(keyOf(entry)))
      if (target === undefined) return at(intent, unmatched)
      resolved.set(reference, target)
    }
  }
  return ok(resolved)
}

const NO_MATCH = 'A conditional reference matches no resource; create it first, or in the same Bundle.'

const unmatched: Failure = {
  kind: 'multiple-matches',
  code: 'condition-unmatched',
  message: NO_MATCH,
  issues: [{ severity: 'error', code: 'not-found', diagnostics: NO_MATCH }],
}
