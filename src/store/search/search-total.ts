import type { SearchPlan } from '../../fhir/search/plan.ts'

/** A count of what all parts (`from ... where ...`) find, or the plan of one: what the planner expects costs nothing to ask. */
export function countText({ total }: Pick<SearchPlan, 'total'>, parts: readonly string[]): string {
  if (total === 'accurate') {
    return `select (${parts.map(part => `(select count(*) ${part})`).join(' + ')})::int as total`
  }
  return `explain (format json) ${parts.map(part => `(select 1 ${part})`).join(' union all ')}`
}

interface Total {
  readonly total?: number
}

/** What the answer to `countText` comes to. */
export function countedTotal(
  { total }: Pick<SearchPlan, 'total'>,
  answer: { readonly rows: readonly object[] } | undefined,
): Total {
  if (total === 'none') return {}
  const row = answer?.rows[0]
  if (row && 'total' in row && typeof row.total === 'number') return { total: row.total }
  return { total: expectedRows(row && 'QUERY PLAN' in row ? row['QUERY PLAN'] : undefined) }
}

interface Explained {
  readonly Plan?: { readonly 'Plan Rows'?: number }
}

function expectedRows(plan: unknown): number {
  const [first] = (typeof plan === 'string' ? JSON.parse(plan) : (plan ?? [])) as readonly Explained[]
  return first?.Plan?.['Plan Rows'] ?? 0
}

interface FirstRows {
  /** How many rows the page's statement gave: one more than a page when there are more. */
  readonly rows: number
  readonly counted: Total
}

/** The total of a result: on an only page it is known, and an estimate is never less than what was seen. */
export function totalOf({ total, count, after }: SearchPlan, { rows, counted }: FirstRows): Total {
  if (total !== 'estimate' || counted.total === undefined) return counted
  if (!after && rows <= count) return { total: rows }
  return { total: Math.max(counted.total, rows) }
}

/** Where statistics are seldom renewed and resources are few, an estimate is counted. */
export const countingExactly = (plan: SearchPlan): SearchPlan =>
  plan.total === 'estimate' ? { ...plan, total: 'accurate' } : plan
