import { fail, ok, type Result } from '../../lib/result.ts'
import { diffFiles, diffPlans } from '../../care-plan/plan-diff.ts'
import type { CaseDeps } from './case-deps.ts'
import { instantIn, viewCase } from './view-case.ts'

export interface DiffRequest {
  readonly id: string
  readonly from: string
  /** Now when absent. */
  readonly to?: string
}

/** What of a case differs between what was known at two times. Failures: `case-unknown`, `at-malformed`. */
export async function diffCase(deps: CaseDeps, { id, from, to }: DiffRequest): Promise<Result<object>> {
  const since = instantIn(deps, from)
  if (!since.ok) return since
  const after = await viewCase(deps, { id, ...(to !== undefined && { at: to }) })
  if (!after.ok) return after
  const before = await viewCase(deps, { id, at: from })
  const file = before.ok ? before.value.file : undefined
  return ok({
    id,
    from: since.value,
    to: after.value.at ?? null,
    version: { from: before.ok ? before.value.version : null, to: after.value.version },
    changes: diffFiles(file, after.value.file),
  })
}

export interface PlanDiffRequest {
  readonly id: string
  /** Ids of two plans of the case. */
  readonly from: string
  readonly to: string
}

/** What differs between two versions of the plan, element by element. Failures: `case-unknown`, `unknown-noun`. */
export async function diffPlanVersions(
  deps: CaseDeps,
  { id, from, to }: PlanDiffRequest,
): Promise<Result<object>> {
  const scene = await viewCase(deps, { id })
  if (!scene.ok) return scene
  const { file } = scene.value
  if ([from, to].some(one => !file.plans.some(plan => plan.id === one))) return planUnknown
  return ok({ id, from, to, changes: diffPlans(file, from, to) })
}

const planUnknown = fail({
  kind: 'not-found',
  code: 'unknown-noun',
  message: 'The case has no plan with the id given; GET /cases/{id}/plan lists its versions.',
})
