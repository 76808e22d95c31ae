import type { Plan, PlanState } from '../nouns/plan.ts'

const RANK: readonly PlanState[] = ['active', 'on-hold', 'agreed', 'in-review', 'draft', 'completed']

/** The plan in force, else the one being drawn up, else the last that was carried out; the newest of several. A plain one of a FHIR app only when the case has no other. */
export function currentPlan(plans: readonly Plan[]): Plan | undefined {
  const own = plans.filter(({ isPlain }) => isPlain !== true)
  const newest = (own.length > 0 ? own : plans).toSorted((a, b) => b.major - a.major || b.minor - a.minor)
  return RANK.flatMap(rank => newest.filter(({ state }) => state === rank))[0]
}
