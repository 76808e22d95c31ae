import type { Resource } from '../../../fhir/resource.ts'
import { isDerived, type CaseLenses } from '../case-record.ts'
import { obligationState, type TaskState } from './task-lens.ts'

/** The Task with the state given; that of a duty says the duty's exact state too (domain.md 4.4). */
export const writeTask = (task: Resource, state: TaskState, lenses: CaseLenses): Resource =>
  lenses.task.write(
    task,
    isDerived(task, lenses.names) ? { ...state, stated: obligationState(state) } : state,
  )
