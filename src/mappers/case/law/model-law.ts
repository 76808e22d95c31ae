import type { Failure } from '../../../lib/result.ts'
import { illegalMove } from '../../../care-plan/machines/machine.ts'
import { modelMachine } from '../../../care-plan/models/model-life.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { sameValue } from '../../../lib/same-value.ts'
import { modelLens } from '../lenses/model-lens.ts'
import type { CaseNames } from '../names.ts'

export interface ModelWrite {
  /** As it stands. */
  readonly before: Resource | undefined
  /** Undefined when it is deleted. */
  readonly after: Resource | undefined
}

/**
 * Why the PlanDefinition of a model can't be written like this: what was published stays as it is, for cases rest on it,
 * but for its retirement. Drafts, and what is no whole model of ours, are anybody's. Failure: `illegal-transition`.
 */
export function modelLaw({ before, after }: ModelWrite, names: CaseNames): Failure | undefined {
  const lens = modelLens(names)
  const was = before && lens.is(before) ? lens.read(before) : undefined
  if (!was?.ok || was.value.state === 'draft') return undefined
  const is = after && lens.is(after) ? lens.read(after) : undefined
  const { state } = was.value
  const isKept = is?.ok === true && sameValue({ ...is.value, state }, was.value)
  const isLegal = isKept && (is.value.state === state || is.value.state === 'retired')
  if (isLegal) return undefined
  return {
    ...illegalMove(modelMachine, state, after ? 'EditModel' : 'deleting'),
    message: `A ${state} version of a model doesn't change any more: clone it (POST /models/{id}/clone), or retire it.`,
    expression: 'PlanDefinition',
  }
}
