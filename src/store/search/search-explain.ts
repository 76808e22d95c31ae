import type { SearchPlan } from '../../fhir/search/plan.ts'
import type { Db } from '../connection/db.ts'
import { searchStatements } from './search-sql.ts'

/**
 * How the database would run a search, in its own words. Without its estimates, which say how much there is. Constants of
 * the request stand in it: leave them out before showing it (fhir/search/explain-search.ts).
 */
export async function explainSearch(db: Db, tenant: number, plan: SearchPlan): Promise<string> {
  const page: SearchPlan = { ...plan, total: 'none', countOnly: false }
  const statements = searchStatements(tenant, page, new Map()).map(({ text, values }) => ({
    text: `explain (costs off) ${text}`,
    ...(values && { values }),
  }))
  const answers = await db.search(statements)
  return answers
    .flatMap(({ rows }) => rows.map(row => ('QUERY PLAN' in row ? String(row['QUERY PLAN']) : '')))
    .join('\n')
}
