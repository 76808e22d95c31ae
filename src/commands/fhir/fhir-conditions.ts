import { fail, ok, type Result } from '../../lib/result.ts'
import { failureAt } from '../../fhir/bundle/entry-failures.ts'
import { parseSearch } from '../../fhir/search/parse-search.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { searchWithin } from './fhir-visibility.ts'

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

/** What a condition found, with the version that fulfilled it. */
export interface ConditionHit {
  readonly id: string
  readonly version: number
}

/** What each condition found, by its text. */
export type ConditionHits = ReadonlyMap<string, readonly ConditionHit[]>

/** Searches that run side by side. */
const SIDE_BY_SIDE = 8

/**
 * What each condition finds, two at most: enough to tell none, one and several. Failures: those of the search,
 * `condition-empty` when the query says nothing to search by.
 */
export async function findByConditions(
  deps: FhirDeps,
  conditions: readonly Condition[],
): Promise<Result<ConditionHits>> {
  const distinct = [...new Map(conditions.toReversed().map(one => [conditionText(one), one])).values()]
  const found = new Map<string, readonly ConditionHit[]>()
  for (let from = 0; from < distinct.length; from += SIDE_BY_SIDE) {
    const some = distinct.slice(from, from + SIDE_BY_SIDE)
    const answers = await Promise.all(some.map(condition => hitsOf(deps, condition)))
    for (const [i, condition] of some.entries()) {
      const hits = answers[i]
      if (!hits) continue
      if (!hits.ok)
        return condition.place === undefined ? hits : fail(failureAt(condition.place, hits.failure))
      found.set(conditionText(condition), hits.value)
    }
  }
  return ok(found)
}

async function hitsOf(deps: FhirDeps, { type, query }: Condition): Promise<Result<readonly ConditionHit[]>> {
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
  const result = await searchWithin(deps, plan)
  if (!result.ok) return result
  return ok(result.value.matches.map(({ id, version }) => ({ id, version })))
}
