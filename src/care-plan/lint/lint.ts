import type { CaseFile } from '../case/case-file.ts'
import { currentPlan } from '../plan/current-plan.ts'
import type { Finding, LintContext, LintScene } from './finding.ts'
import { lintRules } from './rules.ts'

/**
 * What a person should look at in the plan of a case: the one in force or being drawn up; without a plan, all goals and
 * activities of the case. Pure: the same file and context give the same findings in the same order.
 */
export function lint(file: CaseFile, context: LintContext): readonly Finding[] {
  const plan = currentPlan(file.plans)
  const scene: LintScene = {
    file,
    plan,
    goals: file.goals.filter(({ id }) => !plan || plan.goals.includes(id)),
    activities: file.activities.filter(({ id }) => !plan || plan.activities.includes(id)),
    context,
  }
  return lintRules.flatMap(({ id, severity, check }) =>
    check(scene).map(found => ({ rule: id, severity, ...found })),
  )
}
