import type { Failure } from '../../../lib/result.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { hasCoding } from '../nouns/concept-slots.ts'
import type { NounLenses } from '../nouns/noun-lenses.ts'

/**
 * A plan of the case stays one: by its category the rules bind it (I2, I3), so that nobody gets round them by taking the
 * category away or by calling the plan a transition. Gives what is wrong with a write; undefined when nothing is.
 */
export function droppedPlanCategory(
  was: Resource | undefined,
  is: Resource,
  lenses: NounLenses,
): Failure | undefined {
  if (is.resourceType !== 'CarePlan' || !was) return undefined
  return isCasePlan(was, lenses) && !isCasePlan(is, lenses) ? dropped : undefined
}

const isCasePlan = (plan: Resource, lenses: NounLenses): boolean =>
  lenses.fitting(plan)?.noun === 'plan' &&
  listOf(plan['category']).some(category => hasCoding(category, lenses.names.planCategory, 'case-plan'))

const dropped: Failure = {
  kind: 'business-rule',
  code: 'derived-element',
  message:
    'The category case-plan makes this the plan of its case and stays; withdraw the plan by its status and write another.',
  expression: 'CarePlan.category',
}
