import { actsForAnybody } from '../machines/machine-actor.ts'
import type { Violation } from '../invariants/invariant.ts'

/** What the roles of a Task are judged by (I14). */
export interface TaskFace {
  readonly status: string
  readonly owner?: string | undefined
  readonly requester?: string | undefined
  /** References; order counts. */
  readonly basedOn?: readonly string[] | undefined
  readonly for?: string | undefined
  readonly partOf?: readonly string[] | undefined
}

export interface TaskActor {
  readonly actor: string
  /** Who speaks for the requester of a Task that nobody but a rule asked for: the case's manager and supervisor. */
  readonly requesters?: readonly string[]
}

const OWNERS = new Set(['received', 'accepted', 'rejected', 'completed', 'failed'])
const HELD = 'on-hold'
const notBegun = new Set(['', 'draft', 'requested', 'received', 'ready'])

/**
 * Who may move a Task (Gravity SDOHCC, I14): its owner alone receives, accepts, rejects, starts, completes and fails it; owner or
 * requester cancel, hold and resume it; the requester alone sends a draft and says that it was an error. Requester,
 * basedOn, for and partOf never change. An owner is named where there was none, or takes it by accepting; hand-over and
 * escalation are no business of this check. Undefined = allowed.
 */
export function taskMove(
  before: TaskFace,
  after: TaskFace,
  by: TaskActor,
): Omit<Violation, 'key'> | undefined {
  const fixed = immutable(before, after)
  if (fixed) return fixed
  if (actsForAnybody(by.actor)) return undefined
  return ownerChange(before, after, by) ?? statusChange(before, after, by)
}

function immutable(before: TaskFace, after: TaskFace): Omit<Violation, 'key'> | undefined {
  const changed = (['requester', 'basedOn', 'for', 'partOf'] as const).find(
    name => textOf(before[name]) !== textOf(after[name]),
  )
  return (
    changed && {
      message: `${changed} of a Task can't be changed; cancel it and ask anew.`,
      expression: `Task.${changed}`,
    }
  )
}

const textOf = (value: string | readonly string[] | undefined): string =>
  typeof value === 'string' ? value : (value ?? []).join(' ')

function ownerChange(
  before: TaskFace,
  after: TaskFace,
  { actor }: TaskActor,
): Omit<Violation, 'key'> | undefined {
  if (before.owner === after.owner || before.owner === undefined) return undefined
  const isTaken = after.owner === actor && after.status === 'accepted' && notBegun.has(before.status)
  const isGiven = before.owner === actor && after.owner !== undefined
  return isTaken || isGiven ? undefined : ownerFixed
}

const ownerFixed = {
  message: 'The owner of a Task changes by hand-over or when somebody else accepts it.',
  expression: 'Task.owner',
}

function statusChange(before: TaskFace, after: TaskFace, by: TaskActor): Omit<Violation, 'key'> | undefined {
  if (before.status === after.status) return undefined
  const owner = before.owner ?? after.owner
  const isOwner = owner === undefined || owner === by.actor || after.owner === by.actor
  const requesters = before.requester === undefined ? (by.requesters ?? []) : [before.requester]
  const isRequester = requesters.length === 0 ? owner === undefined : requesters.includes(by.actor)
  const isResumed = before.status === HELD && after.status === 'in-progress'
  if (OWNERS.has(after.status) || (after.status === 'in-progress' && !isResumed))
    return isOwner ? undefined : mayNot(after.status, 'its owner')
  if (after.status === 'entered-in-error' || (before.status === 'draft' && after.status === 'requested'))
    return isRequester ? undefined : mayNot(after.status, 'who asked for it')
  const isItsOwner = owner !== undefined && isOwner
  return isItsOwner || isRequester ? undefined : mayNot(after.status, 'its owner or who asked for it')
}

const mayNot = (status: string, who: string): Omit<Violation, 'key'> => ({
  message: `Only ${who} may make a Task ${status}.`,
  expression: 'Task.status',
})
