import { explainPlan, withoutValues } from '../../fhir/search/explain-search.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import type { FhirDeps } from './fhir-deps.ts'

/** True when a search asks how it would run instead of for its result. */
export const asksToExplain = (pairs: readonly (readonly [name: string, value: string])[]): boolean =>
  pairs.some(([name, value]) => name === '_explain' && value === 'true')

/** The JSON of an OperationOutcome that tells how searches would run: in words, and in those of the database, without values. */
export async function explainSearches(
  { store, tenant }: Pick<FhirDeps, 'store' | 'tenant'>,
  plans: readonly SearchPlan[],
): Promise<string> {
  const texts: string[] = []
  for (const plan of plans.slice(0, PLANS_MAX)) {
    texts.push(explainPlan(plan), withoutValues(await store.explain(tenant, plan)))
  }
  const issue = texts.map(diagnostics => ({
    severity: 'information',
    code: 'informational',
    diagnostics,
  }))
  return JSON.stringify({ resourceType: 'OperationOutcome', issue })
}

/** A search of many types runs alike in each. */
const PLANS_MAX = 3
