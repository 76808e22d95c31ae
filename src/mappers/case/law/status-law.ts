import { startMsOf } from '../../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../../lib/result.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { isDerived, type CaseLenses } from '../case-record.ts'
import { changedElements, withDerivedElements } from '../effects/derived-task.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { isPast } from '../effects/mark-missed.ts'
import { extensionOf, withExtension } from '../lenses/slots.ts'
import { shownState, withoutMark } from '../lenses/standing.ts'
import { checkedMove, legalTeamMoves, TEAM_OVER } from './status-tables.ts'
import { isOpenTask } from '../lenses/task-lens.ts'
import { writeTask } from '../lenses/write-task.ts'

export interface StatusChange {
  readonly before: Resource | undefined
  readonly after: Resource
}

const statusOf = (resource: Resource): string => textOf(resource['status']) ?? ''

export interface StatusContext {
  readonly lenses: CaseLenses
  /** Instant of the write. */
  readonly at: string
}

/** A Task of a case: the status moves by the table, what was derived from facts stays derived. */
export function lawfulTask({ before, after }: StatusChange, context: StatusContext): Result<Resource> {
  const { lenses } = context
  if (!before) return ok(after)
  const move = checkedMove('Task', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const task = kept({ before, after }, lenses)
  if (!isDerived(before, lenses.names)) return ok(task)
  const changed = changedElements(before, after, lenses.names)
  if (changed.length > 0) return fail(derivedElement(changed))
  const stated = dutyStated({ before, after: task }, context)
  const [was, is, will] = [before, after, stated].map(one => lenses.task.read(one).stated)
  return isStatedAnew(was, is, will) ? fail(statedWrong('Task')) : ok(stated)
}

/** Somebody changed the state extension to what doesn't follow from the status. */
const isStatedAnew = (was: string | undefined, is: string | undefined, will: string | undefined): boolean =>
  is !== undefined && is !== was && is !== will

/** The Task of a duty with the exact state that its status means: done after its time is late, whoever noticed. */
function dutyStated(
  { before, after }: StatusChange & { readonly before: Resource },
  { lenses, at }: StatusContext,
): Resource {
  const [was, is] = [lenses.task.read(before), lenses.task.read(after)]
  const isDoneNow = statusOf(after) === 'completed' && isOpenTask(statusOf(before))
  return writeTask(after, { ...is, isMissed: was.isMissed || (isDoneNow && isPast(was.due, at)) }, lenses)
}

/** A team with the state that its status means. */
function teamStated(team: Resource, { team: lens }: CaseLenses): Resource {
  const state = lens.read(team)
  return lens.write(team, { ...state, stated: shownState(state.standing) })
}

export function lawfulPlan({ before, after }: StatusChange, lenses: CaseLenses): Result<Resource> {
  if (!before) return ok(after)
  const move = checkedMove('CarePlan', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const plan = kept({ before, after }, lenses)
  if (!isDerived(before, lenses.names)) return ok(plan)
  const moved = (['start', 'end'] as const).find(name => isRedated({ before, after }, name, lenses))
  if (moved !== undefined) return fail(redated(moved))
  const isCompleted = statusOf(after) === 'completed' && statusOf(before) !== 'completed'
  const state = isCompleted ? 'stabilised' : lenses.plan.read(before).state
  return ok(lenses.plan.write(plan, { ...lenses.plan.read(plan), state }))
}

/** When a transition began and ends follows from the stay; what a client leaves out is no change. */
function isRedated(
  { before, after }: StatusChange & { readonly before: Resource },
  name: 'start' | 'end',
  { plan }: CaseLenses,
): boolean {
  const [was, is] = [plan.read(before)[name], plan.read(after)[name]]
  return was !== undefined && is !== undefined && was !== is && startMsOf(was, 'UTC') !== startMsOf(is, 'UTC')
}

const redated = (name: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: "The period of a transition follows from the stay and can't be changed.",
  expression: `CarePlan.period.${name}`,
})

/** A team ends with its case: while that is running, the team that was derived for it neither ends nor was an error. */
export function lawfulTeam(
  { before, after }: StatusChange,
  { lenses, isRunning }: { readonly lenses: CaseLenses; readonly isRunning: boolean },
): Result<Resource> {
  if (!before) return ok(teamStated(after, lenses))
  const isOfCase = lenses.team.read(before).members.length > 0
  const isEnded = statusOf(after) !== statusOf(before) && TEAM_OVER.has(statusOf(after))
  if (isRunning && isOfCase && isEnded) return fail(teamGoesOn(statusOf(before)))
  const move = checkedMove('CareTeam', statusOf(before), statusOf(after))
  if (!move.ok) return move
  const team = teamStated(kept({ before, after }, lenses), lenses)
  const [was, is, will] = [before, after, team].map(one => lenses.team.read(one).stated)
  if (isStatedAnew(was, is, will)) return fail(statedWrong('CareTeam'))
  const { members } = lenses.team.read(before)
  return ok(lenses.team.write(team, { ...lenses.team.read(team), members }))
}

const teamGoesOn = (from: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message:
    'The status of the team of a case follows from the case: it is inactive once the case has ended. Who leaves the team leaves it by their Task, or as a participant.',
  expression: 'CareTeam.status',
  legal: legalTeamMoves(from, true),
})

/** What a peer wrote, without a mark that says that facts gave the status; what was derived from facts stays derived. */
export function recordedStatus({ before, after }: StatusChange, context: StatusContext): Resource {
  const { lenses } = context
  const own = withoutMark(after, lenses.names.derived)
  if (own.resourceType === 'CareTeam') return teamStated(own, lenses)
  if (before?.resourceType !== 'Task' || !isDerived(before, lenses.names)) return own
  return dutyStated({ before, after: withDerivedElements(before, own, lenses.names) }, context)
}

/** Marks of what is derived are no business of a client: where the status is as it was, so are they. */
function kept(
  { before, after }: StatusChange & { readonly before: Resource },
  { names }: CaseLenses,
): Resource {
  const owned = extensionOf(before, names.derived)
  const marked = sameValue(extensionOf(after, names.derived), owned)
    ? after
    : withExtension(after, names.derived, owned)
  if (statusOf(before) !== statusOf(after)) return withoutMark(marked, names.derived)
  const [was, is] = [before, marked].map(resource =>
    extensionOf(objectOf(resource['_status']), names.derived),
  )
  return sameValue(was, is)
    ? marked
    : withElement(marked, '_status', withExtension(objectOf(marked['_status']), names.derived, was))
}

const statedWrong = (type: string): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `The state extension of a ${type} follows from its status; change the status.`,
  expression: `${type}.extension`,
})

const derivedElement = (changed: readonly string[]): Failure => ({
  kind: 'business-rule',
  code: 'derived-element',
  message: `${changed.join(', ')} follows from the rule of this duty and can't be changed; cancel the Task to waive it.`,
  ...(changed[0] !== undefined && { expression: changed[0] }),
})
