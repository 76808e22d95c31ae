import { fail, ok, type Result } from '../lib/result.ts'
import { failureAt } from '../fhir/bundle/read-entries.ts'
import { parseSearch } from '../fhir/search/parse-search.ts'
import type { FhirDeps } from './fhir-deps.ts'

/** A search that must tell one resource apart: `Type?query` of a conditional create or reference. */
export interface Condition {
  readonly type: string
  readonly query: string
  /** The entry that it stands in. */
  readonly place?: string
}

/** The condition of an If-None-Exist header or a reference `Type?query`; queries are compared in their order. */
export function conditionOf(type: string, query: string): Condition {
  const pairs = [...new URLSearchParams(query.replace(/^.*\?/, ''))].toSorted(byPair)
  return { type, query: new URLSearchParams(pairs).toString() }
}

export const conditionText = ({ type, query }: Condition): string => `${type}?${query}`

const byPair = (a: readonly [string, string], b: readonly [string, string]): number =>
  a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : a[1] < b[1] ? -1 : a[1] > b[1] ? 1 : 0

/**
 * Ids that each condition finds, two at most: enough to tell none, one and several. Failures: those of the search,
 * `condition-empty` when the query says nothing to search by.
 */
export async function findByConditions(
  deps: FhirDeps,
  conditions: readonly Condition[],
): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  const found = new Map<string, readonly string[]>()
  for (const condition of conditions) {
    const text = conditionText(condition)
    if (found.has(text)) continue
    const ids = await idsOf(deps, condition)
    if (!ids.ok) return condition.place === undefined ? ids : fail(failureAt(condition.place, ids.failure))
    found.set(text, ids.value)
  }
  return ok(found)
}

async function idsOf(deps: FhirDeps, { type, query }: Condition): Promise<Result<readonly string[]>> {
  const pairs = [...new URLSearchParams(query)]
  const parsed = parseSearch({ type, pairs, lenient: false, base: deps.base, nowMs: deps.clock.nowMs() })
  if (!parsed.ok) return parsed
  if (parsed.value.plan.where.length === 0) {
    const message = 'A condition must have at least one search parameter.'
    return fail({ kind: 'invalid', code: 'condition-empty', message })
  }
  const plan = {
    ...parsed.value.plan,
    count: 2,
    includes: [],
    revIncludes: [],
    countOnly: false,
    total: 'none' as const,
  }
  const result = await deps.store.search(deps.tenant, plan)
  return ok(result.matches.map(match => match.id))
}
