import { derivedId } from '../lib/ids.ts'
import { ok, type Failure, type Result } from '../lib/result.ts'
import { isConditionalReference, referencesIn } from '../fhir/bundle/links.ts'
import { keyText, type ResourceKey } from '../fhir/resource.ts'
import type { BundleMatches } from './fhir-bundle-matches.ts'
import { conditionOf, conditionText, type Condition } from './fhir-conditions.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { at, type WriteIntent } from './fhir-intent.ts'

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

/** How many further ids a conditional create tries when the derived one was used by what no longer matches. */
const SUCCESSORS = 4

/**
 * The ids that a conditional create may take when nothing matches: derived from the condition, so that creates that run
 * side by side want the same row and all but one are decided again.
 */
const derivedCandidates = (tenant: number, condition: Condition): readonly string[] =>
  Array.from({ length: SUCCESSORS }, (_, n) => {
    const key = `if-none-exist|${conditionText(condition)}|${n}`
    // Not a UUIDv8: its shard must not depend on which of several creators came first.
    return `c${derivedId(0, tenant, condition.type, key).replaceAll('-', '')}`
  })

/** Every address that the conditional creates among intents may take. */
export const candidatesOf = (tenant: number, intents: readonly WriteIntent[]): readonly ResourceKey[] =>
  intents.flatMap(({ type, ifNoneExist }) =>
    ifNoneExist === undefined
      ? []
      : derivedCandidates(tenant, conditionOf(type, ifNoneExist)).map(id => ({ type, id })),
  )

/** What the store says of the addresses that intents may take. */
export interface Placing {
  readonly found: ReadonlyMap<string, readonly string[]>
  /** True when something stands or stood there. */
  readonly isTaken: (key: ResourceKey) => boolean
}

/** Where a conditional create leads. */
export interface Conditional {
  readonly key: ResourceKey
  readonly found: boolean
  readonly text: string
}

/** Two entries with the same condition mean the same resource: the second finds what the first makes. */
export function placeConditional(
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

export interface ReferenceOptions {
  readonly intents: readonly WriteIntent[]
  readonly found: Placing['found']
  readonly conditional: ReadonlyMap<WriteIntent, Conditional>
  readonly inBundle: BundleMatches
  /** The address that an entry is written at. */
  readonly keyOf: (intent: WriteIntent) => ResourceKey
}

/**
 * `Patient?identifier=...` -> what it finds on the server, else what an entry with the same condition makes, else the
 * one that the Bundle itself writes.
 */
export function resolveConditionalReferences(options: ReferenceOptions): Result<ReadonlyMap<string, string>> {
  const { intents, found, conditional, inBundle, keyOf } = options
  const made = new Map([...conditional.values()].map(({ text, key }) => [text, keyText(key)]))
  const resolved = new Map<string, string>()
  for (const intent of intents) {
    for (const reference of referencesIn(intent.resource).filter(isConditionalReference)) {
      if (resolved.has(reference)) continue
      const condition = referenceCondition(reference)
      const [hit, second] = found.get(conditionText(condition)) ?? []
      if (second !== undefined) return at(intent, ambiguous('A conditional reference'))
      const known = hit === undefined ? made.get(conditionText(condition)) : `${condition.type}/${hit}`
      const [entry, another] = known === undefined ? inBundle(condition) : []
      if (another) return at(intent, ambiguous('A conditional reference'))
      const target = known ?? (entry && keyText(keyOf(entry)))
      if (target === undefined) return at(intent, unmatched)
      resolved.set(reference, target)
    }
  }
  return ok(resolved)
}

const NO_MATCH = 'A conditional reference matches no resource.'

const unmatched: Failure = {
  kind: 'multiple-matches',
  code: 'condition-unmatched',
  message: NO_MATCH,
  issues: [{ severity: 'error', code: 'not-found', diagnostics: NO_MATCH }],
}
