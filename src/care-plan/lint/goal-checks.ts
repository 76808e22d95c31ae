import { openActivityStates, openGoalStates, type Activity, type Goal } from '../nouns/plan.ts'
import type { Found, LintScene } from './finding.ts'

export const isOpenActivity = ({ state }: Activity): boolean =>
  (openActivityStates as readonly string[]).includes(state)

const isOpenGoal = ({ state }: Goal): boolean => (openGoalStates as readonly string[]).includes(state)

const isServed = ({ id }: Goal, activities: readonly Activity[]): boolean =>
  activities.some(activity => isOpenActivity(activity) && activity.goals.includes(id))

/** Set by the patient or a representative. */
const isOwn = ({ expressedBy = '' }: Goal): boolean => /^(Patient|RelatedPerson)\//.test(expressedBy)

export const goalWithoutActivity = ({ goals, activities, plan, file }: LintScene): readonly Found[] =>
  goals
    .filter(goal => isOpenGoal(goal) && !isOwn(goal) && goal.reason === undefined)
    .filter(goal => !isServed(goal, activities))
    .map(goal => ({
      element: { noun: 'goal', id: goal.id, expression: 'CarePlan.activity' },
      says: 'Nothing is planned for this goal, and no reason is documented.',
      mend: activityFor(goal, plan?.id, file.case.manager),
    }))

/** Over all goals of the case: a patient's goal that is left out of the plan counts too. */
export const ownGoalUnaddressed = ({ file, activities, plan }: LintScene): readonly Found[] =>
  file.goals
    .filter(goal => isOpenGoal(goal) && isOwn(goal))
    .flatMap(goal => {
      const isOut = plan !== undefined && !plan.goals.includes(goal.id)
      if (!isOut && isServed(goal, activities)) return []
      return [
        {
          element: { noun: 'goal', id: goal.id, expression: isOut ? 'CarePlan.goal' : 'CarePlan.activity' },
          says: isOut
            ? "The patient's own goal is not in the plan."
            : "Nothing is planned for the patient's own goal.",
          mend: isOut ? intoPlan(goal, plan) : activityFor(goal, plan?.id, file.case.manager),
        } as const,
      ]
    })

const intoPlan = ({ id }: Goal, plan: NonNullable<LintScene['plan']>): Found['mend'] & object => {
  const changes = { addGoals: [id] }
  return plan.state === 'active'
    ? { command: 'RevisePlan', payload: { plan: plan.id, changes, reason: '<why>' } }
    : { command: 'EditPlan', payload: { plan: plan.id, changes } }
}

const activityFor = (
  { id, needs }: Goal,
  plan: string | undefined,
  manager: string | undefined,
): Found['mend'] & object => ({
  command: 'AddActivity',
  payload: {
    ...(plan !== undefined && { plan }),
    kind: '<kind>',
    text: '<what is to be done>',
    setting: '<setting>',
    owner: manager ?? '<owner>',
    goals: [id],
    needs: needs.length > 0 ? needs : ['<need>'],
  },
})
