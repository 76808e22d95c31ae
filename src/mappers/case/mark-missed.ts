import { startMsOf } from '../../lib/fhir-time.ts'
import { decideObligation, evolveObligation } from '../../care-plan/obligation.ts'
import type { Resource } from '../../fhir/resource.ts'
import { caseLenses } from './case-record.ts'
import { modifiedAt, obligationState } from './task-lens.ts'

/**
 * The timer's fact: the due time of a duty passed while its Task was open. Undefined when there is nothing to mark: it
 * is done, cancelled, marked already, or its due time has moved beyond `at`.
 */
export function markMissed(task: Resource, at: string, canonicalBase: string): Resource | undefined {
  const lens = caseLenses(canonicalBase).task
  const state = lens.read(task)
  const before = obligationState(state)
  const decided = decideObligation(before, { kind: 'Miss' })
  if (!decided.ok || !isPast(state.due, at)) return undefined
  const isMissed = decided.value.reduce(evolveObligation, before) === 'missed'
  const modified = modifiedAt(state.authored ?? at, at, state.modified)
  return lens.write(task, { ...state, isMissed, modified })
}

const isPast = (due: string | undefined, at: string): boolean =>
  due !== undefined && startMsOf(due, 'UTC') <= startMsOf(at, 'UTC')
