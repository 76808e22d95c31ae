import type { CaseFile, Obligation } from '../../../care-plan/case-file.ts'
import type { Plan } from '../../../care-plan/nouns/plan.ts'

/** Still to be done, late or not. */
export const isOwed = ({ state }: Obligation): boolean => state === 'due' || state === 'missed'

const rank: readonly Plan['state'][] = ['active', 'on-hold', 'agreed', 'in-review', 'draft']

/** The plan that holds, else the one that is being drawn up, else the last one that held. */
export function currentPlan({ plans }: CaseFile): Plan | undefined {
  const valid = plans.filter(({ state }) => state !== 'entered-in-error')
  const live = rank.flatMap(state => valid.filter(plan => plan.state === state))
  return live[0] ?? valid.toSorted((a, b) => b.major - a.major || b.minor - a.minor)[0]
}
