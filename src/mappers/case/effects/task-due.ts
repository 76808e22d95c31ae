import type { Resource } from '../../../fhir/resource.ts'
import { caseLenses, type CaseLenses } from '../case-record.ts'
import { withElement } from '../lenses/json-edit.ts'
import { isPast, markMissed } from './mark-missed.ts'
import { nounLenses, type NounLenses } from '../nouns/noun-lenses.ts'
import { dutyNamed, ESCALATED_NOTE, WATCH, watchedState } from './task-effects.ts'
import {
  caseNumberOf,
  modifiedAt,
  obligationState,
  taskStanding,
  type TaskState,
} from '../lenses/task-lens.ts'
import { writeTask } from '../lenses/write-task.ts'

export interface TaskDue {
  /** Instant of the timer. */
  readonly at: string
  /** `{cm}` of interface.md 5. */
  readonly canonicalBase: string
  /** Tasks of the patient: who offered the case to its manager. */
  readonly tasks: readonly Resource[]
}

/**
 * The timer's fact: an instant passed that a Task names. A duty is missed; one that was missed goes to the supervisor; an
 * offer of the case lapses. Undefined when there is nothing to write any more: it is done, cancelled, marked already, or
 * its time has moved.
 */
export function taskDue(task: Resource, due: TaskDue): Resource | undefined {
  const nouns = nounLenses(due.canonicalBase)
  const assignment = nouns.of('assignment')
  if (assignment.is(task)) {
    const offer = assignment.read(task)
    return offer.state === 'offered' && isPast(offer.expires, due.at)
      ? assignment.write(task, { ...offer, state: 'expired', reason: 'The offer has expired.' })
      : undefined
  }
  const lenses = caseLenses(due.canonicalBase)
  const state = lenses.task.read(task)
  switch (obligationState(state)) {
    case 'due':
      if (dutyNamed(task, lenses)?.rule === WATCH) return watched(task, state, { at: due.at, lenses })
      return markMissed(task, due.at, due.canonicalBase)
    case 'missed':
      return escalated(task, state, { due, lenses, nouns })
    default:
      return undefined
  }
}

/** A watch ends well when its time passes. */
function watched(
  task: Resource,
  state: TaskState,
  { at, lenses }: { readonly at: string; readonly lenses: CaseLenses },
): Resource | undefined {
  if (!isPast(state.due, at)) return undefined
  const modified = modifiedAt(state.authored ?? at, at, state.modified)
  return writeTask(task, { ...watchedState(state), modified }, lenses)
}

interface Escalation {
  readonly due: TaskDue
  readonly lenses: CaseLenses
  readonly nouns: NounLenses
}

/** Nobody did it in time: the supervisor who gave the case to its manager owns it now. */
function escalated(
  task: Resource,
  state: TaskState,
  { due: { at, tasks }, lenses, nouns }: Escalation,
): Resource | undefined {
  if (state.escalatedTo !== undefined || !isPast(state.escalateAt, at)) return undefined
  const supervisor = supervisorOf(caseNumberOf(task, lenses.names), tasks, nouns)
  if (supervisor === undefined) return undefined
  const owned = withElement(task, 'owner', { reference: supervisor })
  const asked =
    taskStanding(state.standing.own) === 'not-begun' ? withElement(owned, 'status', 'ready') : owned
  return writeTask(
    asked,
    {
      ...state,
      standing: lenses.task.read(asked).standing,
      escalatedTo: supervisor,
      notes: [ESCALATED_NOTE],
      modified: modifiedAt(state.authored ?? at, at, state.modified),
    },
    lenses,
  )
}

/** Who offered the case to the manager that has it, else who offered it last. */
function supervisorOf(
  caseId: string | undefined,
  tasks: readonly Resource[],
  nouns: NounLenses,
): string | undefined {
  const lens = nouns.of('assignment')
  const offers = tasks
    .filter(task => lens.is(task) && caseNumberOf(task, nouns.names) === caseId)
    .map(lens.read)
    .filter(({ offeredBy, state }) => offeredBy !== undefined && state !== 'entered-in-error')
    .toSorted((a, b) => ((a.offeredAt ?? '') < (b.offeredAt ?? '') ? -1 : 1))
  return (offers.findLast(({ state }) => state === 'accepted') ?? offers.at(-1))?.offeredBy
}
