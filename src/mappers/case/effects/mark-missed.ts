import { startMsOf } from '../../../lib/fhir-time.ts'
import { decideObligation, evolveObligation } from '../../../care-plan/duties/obligation.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseLenses } from '../case-record.ts'
import { modifiedAt, obligationState } from '../lenses/task-lens.ts'
import { writeTask } from '../lenses/write-task.ts'

/**
 * The timer's fact: the due time of a duty passed while its Task was open. Undefined when there is nothing to mark: it
 * is done, cancelled, marked already, or its due time has moved beyond `at`.
 */
export function markMissed(task: Resource, at: string, canonicalBase: string): Resource | undefined {
  const lenses = caseLenses(canonicalBase)
  const state = lenses.task.read(task)
  const before = obligationState(state)
  const decided = decideObligation(before, { kind: 'Miss' })
  if (!decided.ok || !isPast(state.due, at)) return undefined
  const isMissed = decided.value.reduce(evolveObligation, before) === 'missed'
  const modified = modifiedAt(state.authored ?? at, at, state.modified)
  return writeTask(task, { ...state, isMissed, modified }, lenses)
}

/** Whether a due time has passed. */
export const isPast = (due: string | undefined, at: string): boolean =>
  due !== undefined && startMsOf(due, 'UTC') <= startMsOf(at, 'UTC')
