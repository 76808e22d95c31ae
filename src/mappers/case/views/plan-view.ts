import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { currentPlan } from '../../../care-plan/plan/current-plan.ts'
import type { Plan } from '../../../care-plan/nouns/plan.ts'
import type { CaseScene } from './case-scene.ts'

/** `GET /cases/{id}/plan`: the plan that holds or is being drawn up, with all that it is made of; older versions by name. */
export function planView({ file, version }: CaseScene): object {
  const plan = currentPlan(file.plans)
  return {
    version,
    plan: plan ? { ...plan, version: `${plan.major}.${plan.minor}` } : null,
    goals: plan ? partsOf(file, plan) : [],
    activities: plan ? named(file.activities, plan.activities) : [],
    needs: plan ? named(file.needs, plan.needs) : file.needs,
    strengths: plan ? named(file.strengths, plan.strengths) : file.strengths,
    barriers: file.barriers.filter(({ state }) => state === 'open'),
    versions: file.plans
      .toSorted((a, b) => a.major - b.major || a.minor - b.minor)
      .map(({ id, state, major, minor, start, end, replaces, reason, model }) => ({
        ...{ id, state, version: `${major}.${minor}`, start, end, replaces, reason, model },
      })),
  }
}

/** Goals with the activities that pertain to them. */
const partsOf = (file: CaseFile, plan: Plan): readonly object[] =>
  named(file.goals, plan.goals).map(goal => ({
    ...goal,
    activities: file.activities.filter(({ goals }) => goals.includes(goal.id)).map(({ id }) => id),
  }))

const named = <T extends { readonly id: string }>(list: readonly T[], ids: readonly string[]): readonly T[] =>
  list.filter(({ id }) => ids.includes(id))
