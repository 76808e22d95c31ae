import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { inForce } from '../../../care-plan/plan/plan-activation.ts'
import { currentModel } from '../../../care-plan/plan/plan-replacement.ts'
import type { Failure } from '../../../lib/result.ts'

export interface SwitchChange {
  readonly before: CaseFile | undefined
  readonly after: CaseFile
}

/**
 * A switch replaces the plan in force by its next version under the new model (SwitchModel): by FHIR in the same
 * transaction. Gives why a switch that leaves the old plan in force is refused.
 */
export function unreplacedPlan({ before, after }: SwitchChange): Failure | undefined {
  const isSwitch =
    before?.case.state === 'active' &&
    before.case.models.length > 0 &&
    after.case.models.length > before.case.models.length
  if (!isSwitch) return undefined
  const isLeft = before.plans
    .filter(plan => plan.state === 'active' && inForce(plan))
    .some(({ id }) => !isReplaced(id, after))
  return isLeft ? noSuccessor : undefined
}

/** Superseded, and followed by an active plan under the model that the case has now. */
const isReplaced = (id: string, after: CaseFile): boolean =>
  after.plans.find(plan => plan.id === id)?.state === 'superseded' &&
  after.plans.some(
    plan => plan.replaces === id && plan.state === 'active' && plan.model === currentModel(after),
  )

const noSuccessor: Failure = {
  kind: 'business-rule',
  code: 'case-condition',
  message:
    'SwitchModel replaces the plan in force: send in the same transaction the old CarePlan as completed with the state extension superseded, and the next one, active, that replaces it and names the new model in instantiatesCanonical; or use the command SwitchModel.',
  expression: 'EpisodeOfCare.type',
}
