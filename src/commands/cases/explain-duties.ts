import { explainObligations, type ObligationExplanation } from '../../mappers/case/explain-obligations.ts'
import { effectsInputOf } from '../../mappers/case/views/effects-input.ts'
import type { CaseDeps } from './case-deps.ts'
import { viewCase } from './view-case.ts'

/** Why each duty of a case is there; none of what is no case. */
export async function explainDuties(
  deps: CaseDeps,
  caseId: string,
): Promise<readonly ObligationExplanation[]> {
  const scene = await viewCase(deps, { id: caseId })
  return scene.ok ? explainObligations(effectsInputOf(scene.value)) : []
}
