import type { CaseFile } from '../case/case-file.ts'
import { openGoalStates } from '../nouns/plan.ts'

const openGoals: ReadonlySet<string> = new Set(openGoalStates)

/** For each open goal, how many active strengths are linked to it or to what is done for it. */
export function strengthsPerGoal(file: CaseFile): readonly number[] {
  const active = file.strengths.filter(({ state }) => state === 'active')
  return file.goals
    .filter(({ state }) => openGoals.has(state))
    .map(goal => {
      const ids = new Set([
        goal.id,
        ...file.activities.filter(one => one.goals.includes(goal.id)).map(({ id }) => id),
      ])
      return active.filter(({ linkedTo }) => linkedTo.some(id => ids.has(id))).length
    })
}
