import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { CalendarDate } from '../../lib/calendar-date.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import { caseMoved } from '../case/case-course.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { legalMove } from '../machines/legal-move.ts'
import { planMachine, type Goal, type Plan } from '../nouns/plan.ts'
import { backwards, endedAt } from '../commands/period-order.ts'

type Timed = Pick<CommandContext, 'at' | 'timeZone'>
type Acting = Timed & Pick<CommandContext, 'actor'>
type Happened = Timed & Pick<CommandContext, 'actor'>

/** The day of a fact on the clock of the organisation. */
export const dayOf = ({ at, timeZone }: Timed): CalendarDate => localDate(startMsOf(at, timeZone), timeZone)

/** A plan comes into force: what it supersedes, its goals that were agreed on, and the case that becomes active with it. */
export function activated(file: CaseFile, plan: Plan, context: Happened): Result<readonly DomainEvent[]> {
  const move = legalMove(planMachine, plan.state, 'ActivatePlan')
  if (!move.ok) return move
  const onCase = caseActivated(file, context)
  if (!onCase.ok) return onCase
  const { at } = context
  const start = plan.start ?? at
  const fault = backwards({ start, end: plan.end })
  if (fault) return fail(fault)
  return ok([
    ...file.plans.filter(other => inForce(other) && other.id !== plan.id).map(other => superseded(other, at)),
    {
      type: move.value.event,
      noun: 'plan',
      id: plan.id,
      // What is activated becomes the plan of the case, whoever drew it up.
      changes: { state: move.value.to, start, ...(plan.isPlain === true && casePlan) },
    },
    ...startedGoals(file, plan.goals, context),
    ...onCase.value,
  ])
}

const casePlan = { isPlain: undefined } as unknown as Partial<Plan>

/** A plain plan of a FHIR app stands beside the plan of the case. */
export const inForce = ({ state, isPlain }: Plan): boolean =>
  (state === 'active' || state === 'on-hold') && isPlain !== true

export const superseded = (plan: Plan, at: string, reason?: string): DomainEvent => ({
  type: 'PlanSuperseded',
  noun: 'plan',
  id: plan.id,
  changes: {
    state: 'superseded',
    ...endedAt(plan, at),
    ...(reason !== undefined && { reason }),
  },
  ...(reason !== undefined && { reason }),
})

/** Goals that are planned or accepted begin with the plan that they stand in. */
export const startedGoals = (
  file: CaseFile,
  ids: readonly string[],
  context: Timed,
): readonly DomainEvent[] =>
  file.goals
    .filter(({ id, state }) => ids.includes(id) && (state === 'planned' || state === 'accepted'))
    .map(goal => ({
      type: 'GoalStarted',
      noun: 'goal',
      id: goal.id,
      changes: beginning(goal, dayOf(context)),
    }))

/** What a goal is once it has begun. */
export const beginning = ({ start, achievement }: Goal, day: CalendarDate): Partial<Goal> => ({
  state: 'active',
  statusAt: day,
  start: start ?? day,
  achievement: achievement ?? 'in-progress',
})

/** The case becomes active with its first plan. */
/** The case becomes active with its first plan. */
function caseActivated(file: CaseFile, stamp: Acting): Result<readonly DomainEvent[]> {
  if (file.case.state === 'active') return ok([])
  const event = caseMoved(file, { kind: 'ActivatePlan' }, stamp)
  return event.ok ? ok([event.value]) : event
}
