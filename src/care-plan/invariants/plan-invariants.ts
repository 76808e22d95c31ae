import type { CaseFile } from '../case/case-file.ts'
import type { Invariant, InvariantContext, Violation } from './invariant.ts'
import { openActivityStates, openGoalStates, type Activity, type Goal, type Plan } from '../nouns/plan.ts'
import { speaksForPatient } from '../case/patient-side.ts'
import { isAgreed } from '../plan/plan-agreement.ts'

/** I2 and I3 bind plans of category case-plan; transition and backup plans are no plans of the case file at all. */
const active = ({ plans }: CaseFile): readonly Plan[] =>
  plans.filter(({ state, isPlain }) => state === 'active' && isPlain !== true)

const onePlan: Invariant = {
  number: 'I2',
  says: 'A case has at most one active plan, and the patient or a representative has agreed to it or their refusal is recorded with its reason.',
  violations: file => {
    const plans = active(file)
    const several =
      plans.length > 1
        ? [
            {
              key: `several ${plans.map(({ id }) => id).join(' ')}`,
              message: 'the case has another active plan: replace that one (ReplacePlan) or end it first.',
              expression: 'CarePlan.status',
            },
          ]
        : []
    const unagreed = plans
      .filter(plan => !isAgreed(plan))
      .map(({ id }) => ({
        key: `agreement ${id}`,
        message:
          'an active plan needs the agreement of the patient or a representative, or their refusal with its reason (ObtainAgreement; by FHIR the extension `agreement`).',
        expression: 'CarePlan.extension',
      }))
    return [...several, ...unagreed]
  },
}

const wholePlan: Invariant = {
  number: 'I3',
  says: 'An active plan has an active goal; each of its active goals has an open activity or a documented reason; each of its activities has an owner, a need as its reason, and a goal.',
  violations: file => active(file).flatMap(plan => gapsOf(file, plan)),
}

/** An activity in one of these is out of the plan. */
const DROPPED: ReadonlySet<string> = new Set(['declined', 'cancelled', 'entered-in-error'])

function gapsOf(file: CaseFile, plan: Plan): readonly Violation[] {
  const goals = file.goals.filter(({ id, state }) => state === 'active' && plan.goals.includes(id))
  const activities = file.activities.filter(
    ({ id, state }) => plan.activities.includes(id) && !DROPPED.has(state),
  )
  const noGoal = {
    key: `no goal ${plan.id}`,
    message:
      'an active plan needs an active goal: add one that is accepted or planned; or, when the plan has been carried out, end it first (CompletePlan), and its last goal can be achieved then.',
    expression: 'CarePlan.goal',
  }
  return [
    // Closure wants every goal final: while it is decided, the plan has none left.
    ...(goals.length === 0 && file.case.state !== 'closing' ? [noGoal] : []),
    ...goals.filter(goal => !isServed(goal, activities)).map(unserved),
    ...activities.flatMap(activity => lacksOf(activity, file)),
  ]
}

const isServed = (goal: Goal, activities: readonly Activity[]): boolean =>
  goal.reason !== undefined || activities.some(one => isOpen(one) && one.goals.includes(goal.id))

const isOpen = ({ state }: Activity): boolean => (openActivityStates as readonly string[]).includes(state)

const unserved = ({ id }: Goal): Violation => ({
  key: `no activity ${id}`,
  message:
    'an active goal needs an open activity in the plan (AddActivity), or a documented reason for having none (ReviseGoal with `reason`; by FHIR Goal.statusReason).',
  expression: 'CarePlan.activity',
})

const lacks: readonly {
  readonly what: string
  readonly isLacking: (activity: Activity, file: CaseFile) => boolean
  readonly message: string
  readonly expression: string
}[] = [
  {
    what: 'owner',
    isLacking: ({ owner }) => owner === undefined,
    message: 'an activity of an active plan needs an owner who sees to it (AdaptActivity with `owner`).',
    expression: 'ServiceRequest.requester',
  },
  {
    what: 'need',
    isLacking: (activity, file) =>
      activity.needs.length === 0 || (isOpen(activity) && activity.needs.every(id => isWithdrawn(id, file))),
    message:
      'an activity of an active plan needs a need as its reason, and of an open one a need that still holds (neither withdrawn, refuted nor inactive): give it another (AdaptActivity with `needs`), or end it first (CancelActivity, CompleteActivity).',
    expression: 'ServiceRequest.reasonReference',
  },
  {
    what: 'goal',
    isLacking: ({ goals }) => goals.length === 0,
    message:
      'an activity of an active plan needs the goal it serves (AdaptActivity with `goals`; by FHIR the extension resource-pertainsToGoal).',
    expression: 'ServiceRequest.extension',
  },
]

/** A reason that is no need of the case file is somebody else's Condition, and counts. */
const isWithdrawn = (id: string, { needs }: CaseFile): boolean =>
  needs.some(need => need.id === id && (need.state === 'entered-in-error' || need.state === 'inactive'))

const lacksOf = (activity: Activity, file: CaseFile): readonly Violation[] =>
  lacks
    .filter(({ isLacking }) => isLacking(activity, file))
    .map(({ what, message, expression }) => ({ key: `no ${what} ${activity.id}`, message, expression }))

const ownGoals: Invariant = {
  number: 'I20',
  says: "A patient's own goal can be ranked down, but staff neither delete, retire nor reword it, nor take it out of a plan.",
  violations: (after, before, context) =>
    before === undefined || isPatientSide(after, context)
      ? []
      : before.goals.filter(goal => isOwn(goal)).flatMap(goal => lost(goal, after, before)),
}

/** The patient or a representative. */
const isPatientSide = ({ case: root }: CaseFile, { actor, relatives }: InvariantContext): boolean =>
  speaksForPatient(actor, { root, relatives })

/** Set by the patient or a representative, and not over yet. */
const isOwn = ({ expressedBy = '', state }: Goal): boolean =>
  /^(Patient|RelatedPerson)\//.test(expressedBy) && (openGoalStates as readonly string[]).includes(state)

const GIVEN_UP: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'entered-in-error'])
const PLAN_OVER: ReadonlySet<string> = new Set(['superseded', 'completed', 'revoked', 'entered-in-error'])

function lost(goal: Goal, after: CaseFile, before: CaseFile): readonly Violation[] {
  const now = after.goals.find(({ id }) => id === goal.id)
  const isGone = now === undefined || GIVEN_UP.has(now.state)
  const isReworded = now !== undefined && (now.text !== goal.text || now.expressedBy !== goal.expressedBy)
  return [
    ...(isGone
      ? [
          {
            key: `retired ${goal.id}`,
            message:
              "a patient's own goal is given up by the patient or a representative only; staff may rank it down (RankGoal).",
            expression: 'Goal.lifecycleStatus',
          },
        ]
      : []),
    ...(isReworded
      ? [
          {
            key: `reworded ${goal.id}`,
            message:
              "a patient's own goal keeps its words and its author; staff may set a goal of their own.",
            expression: 'Goal.description',
          },
        ]
      : []),
    ...(isDropped(goal.id, after, before)
      ? [
          {
            key: `dropped ${goal.id}`,
            message:
              "a patient's own goal stays in a plan: staff may rank it down (RankGoal), replace the plan by one that has it (ReplacePlan), or end a plan that was carried out (CompletePlan).",
            expression: 'CarePlan.goal',
          },
        ]
      : []),
  ]
}

/** A plan in force that is neither carried out nor replaced, but revoked, withdrawn or gone. */
const isThrownAway = (old: Plan, now: Plan | undefined): boolean =>
  (old.state === 'active' || old.state === 'on-hold') &&
  (now === undefined || now.state === 'revoked' || now.state === 'entered-in-error')

const isHeld = (goal: string, { plans }: CaseFile): boolean =>
  plans.some(({ state, goals }) => !PLAN_OVER.has(state) && goals.includes(goal))

/** Taken out of a plan that lives on, or missing from the plan that took the place of the active one. */
function isDropped(goal: string, after: CaseFile, before: CaseFile): boolean {
  const holding = before.plans.filter(({ state, goals }) => !PLAN_OVER.has(state) && goals.includes(goal))
  return holding.some(old => {
    const now = after.plans.find(({ id }) => id === old.id)
    if (now !== undefined && !PLAN_OVER.has(now.state)) return !now.goals.includes(goal)
    if (isThrownAway(old, now)) return !isHeld(goal, after)
    const next = now?.state === 'superseded' ? active(after) : []
    return next.some(({ goals }) => !goals.includes(goal))
  })
}

export const planInvariants: readonly Invariant[] = [onePlan, wholePlan, ownGoals]
