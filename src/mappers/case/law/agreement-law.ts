import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import type { Plan } from '../../../care-plan/nouns/plan.ts'
import { recordedAgreement, type Recording } from '../../../care-plan/plan/plan-agreement.ts'
import { ok, type Result } from '../../../lib/result.ts'
import { sameValue } from '../../../lib/same-value.ts'

export interface PlanChange {
  /** As it stood; undefined when it came into being. */
  readonly was: Plan | undefined
  readonly is: Plan
  /** The case as it stood. */
  readonly file: Pick<CaseFile, 'plans'> | undefined
}

/**
 * The agreements of a written plan: those that it had, those of the plan that it replaces without adding to it (what was
 * agreed has not changed), and new ones as ObtainAgreement would record them: who attests is who writes. Failure: I2.
 */
export function lawfulAgreements(
  { was, is, file }: PlanChange,
  recording: Recording,
): Result<Plan['agreements']> {
  const known = [...(was?.agreements ?? []), ...carriedOver(is, file)]
  const agreements: Plan['agreements'][number][] = []
  for (const said of is.agreements) {
    const recorded = known.some(one => sameValue(one, said)) ? ok(said) : recordedAgreement(said, recording)
    if (!recorded.ok) return recorded
    agreements.push(recorded.value)
  }
  return ok(agreements)
}

function carriedOver(is: Plan, file: PlanChange['file']): Plan['agreements'] {
  const old = file?.plans.find(({ id }) => id === is.replaces)
  const isSame = old !== undefined && PARTS.every(part => is[part].every(id => old[part].includes(id)))
  return isSame ? old.agreements : []
}

const PARTS = ['goals', 'activities', 'needs', 'strengths'] as const
