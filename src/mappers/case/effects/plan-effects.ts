import { addDays } from '../../../lib/calendar-date.ts'
import { localDate } from '../../../lib/fhir-time.ts'
import type { CaseCourse } from '../../../care-plan/case/case-fold.ts'
import type { Transition, TransitionState } from '../../../care-plan/duties/transition.ts'
import type { Resource } from '../../../fhir/resource.ts'
import type { CaseIds, CaseLenses, CaseRecord } from '../case-record.ts'
import { isDerived, isWorkedOn } from '../case-record.ts'
import { withCaseLink } from '../nouns/case-link.ts'
import { newTransitionPlan } from '../lenses/plan-lens.ts'
import type { Overlay } from '../lenses/standing.ts'

export interface PlanInput {
  readonly courses: readonly CaseCourse[]
  readonly transitions: readonly Transition[]
  readonly record: CaseRecord
  /** Tasks as they will be. */
  readonly tasks: readonly Resource[]
  readonly lenses: CaseLenses
  readonly ids: CaseIds
  readonly patient: string
  readonly timeZone: string
}

/** The CMS transitional care month: the day of discharge and the 29 after it. */
const LAST_DAY = 29

/** Plan statuses that people ended; facts lay nothing over them. */
const endedPlans: ReadonlySet<string> = new Set(['completed', 'revoked', 'entered-in-error'])

/** Every CarePlan of every case as it has to be: transition plans, and the plans of people, which end with the patient. */
export function planEffects(input: PlanInput): readonly Resource[] {
  const wanted = new Map(
    input.transitions.map(one => [input.ids.transition(one.caseId, one.discharge.id), one] as const),
  )
  const others = input.courses.flatMap(course =>
    input.record
      .plansOf(course.id)
      .filter(plan => plan.id !== undefined && !wanted.has(plan.id))
      .map(plan => otherPlan(plan, course, input)),
  )
  return [...[...wanted].map(([id, transition]) => transitionPlan(id, transition, input)), ...others]
}

function transitionPlan(id: string, transition: Transition, input: PlanInput): Resource {
  const { lenses, record, ids, patient, timeZone } = input
  const { caseId, discharge } = transition
  const plan =
    record.byId.get(id) ??
    withCaseLink(
      newTransitionPlan(
        { id, caseId, patient, team: ids.team(caseId), encounter: discharge.stay.encounter },
        lenses.names,
      ),
      caseId,
      lenses.names,
    )
  const before = lenses.plan.read(plan)
  if (endedPlans.has(before.standing.own)) return plan
  const start = localDate(discharge.atMs, discharge.stay.timeZone ?? timeZone)
  const overlay = overlayOf(transition.state, tasksOf(id, input), lenses)
  return lenses.plan.write(plan, {
    standing: { own: before.standing.own, ...(overlay && { overlay }) },
    state: transition.state,
    created: discharge.at,
    start,
    end: addDays(start, LAST_DAY),
    activities: activitiesOf(id, input),
    isDispositionUnknown: transition.isDispositionUnknown,
  })
}

/** A plan that no discharge calls for: of a trigger that is gone, or of people. */
function otherPlan(plan: Resource, course: CaseCourse, input: PlanInput): Resource {
  const { lenses } = input
  const before = lenses.plan.read(plan)
  const { own } = before.standing
  if (endedPlans.has(own)) return plan
  const id = plan.id ?? ''
  if (isDerived(plan, lenses.names)) {
    const overlay = overlayOf('voided', tasksOf(id, input), lenses)
    const activities = activitiesOf(id, input)
    return lenses.plan.write(plan, {
      ...before,
      standing: { own, ...(overlay && { overlay }) },
      state: 'voided',
      activities,
    })
  }
  const overlay = course.isDeceased ? overlayOf('died', [], lenses) : undefined
  return lenses.plan.write(plan, { ...before, standing: { own, ...(overlay && { overlay }) } })
}

/**
 * What the transition's state lays over the plan: a plan that was never acted on should not have existed, one that was
 * is revoked (http://hl7.org/fhir/R4/valueset-request-status.html).
 */
function overlayOf(
  state: TransitionState,
  tasks: readonly Resource[],
  lenses: CaseLenses,
): Overlay<string> | undefined {
  switch (state) {
    case 'voided': {
      const isActedOn = tasks.some(task => isWorkedOn(task, lenses))
      return { state: isActedOn ? 'revoked' : 'entered-in-error', reason: 'trigger cancelled' }
    }
    case 'readmitted':
      return { state: 'revoked', reason: 'patient admitted again' }
    case 'died':
      return { state: 'revoked', reason: 'patient deceased' }
    case 'discharged-community':
    case 'stabilised':
      return undefined
  }
}

const tasksOf = (planId: string, { tasks, lenses }: PlanInput): readonly Resource[] =>
  tasks.filter(
    task => task['basedOn'] !== undefined && lenses.task.read(task).basedOn.includes(`CarePlan/${planId}`),
  )

const isVoided = (task: Resource, lenses: CaseLenses): boolean =>
  lenses.task.read(task).standing.overlay?.state === 'cancelled'

/** The tasks that stand, or that somebody worked on: what was voided unseen is no part of the plan. */
const activitiesOf = (planId: string, input: PlanInput): readonly string[] =>
  tasksOf(planId, input)
    .filter(task => !isVoided(task, input.lenses) || isWorkedOn(task, input.lenses))
    .map(task => `Task/${task.id ?? ''}`)
    .toSorted()
