import { fail, ok, type Result } from '../../lib/result.ts'
import { diffFiles, diffPlans } from '../../care-plan/plan/plan-diff.ts'
import type { Plan } from '../../care-plan/nouns/plan.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { parseRemembered } from '../work/parsed-resources.ts'
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
  /** Ids of two plans of the case, each the newest of it, or a revision: `<id>@<major>.<minor>`. */
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
  const sides = [await planNamed(deps, scene.value, from), await planNamed(deps, scene.value, to)]
  const [before, after] = sides
  if (!before || !after) return planUnknown
  const plans = [
    { ...before, id: 'from' },
    { ...after, id: 'to' },
  ]
  return ok({ id, from, to, changes: diffPlans({ ...scene.value.file, plans }, 'from', 'to') })
}

const REVISION = /^(.+)@(\d+)\.(\d+)$/
/** Versions of one plan that are looked through for a revision. */
const VERSIONS_MAX = 1000

/** A plan of the case: as it stands, or the newest version of it that had the numbers asked for. */
async function planNamed(
  { store, tenant, canonicalBase }: CaseDeps,
  { file }: CaseScene,
  name: string,
): Promise<Plan | undefined> {
  const [, id = name, major, minor] = REVISION.exec(name) ?? []
  const standing = file.plans.find(plan => plan.id === id)
  if (!standing || major === undefined) return standing
  const isMeant = (plan: Plan): boolean => plan.major === Number(major) && plan.minor === Number(minor)
  if (isMeant(standing)) return standing
  const lens = nounLenses(canonicalBase).of('plan')
  const versions = await store.history(tenant, { type: 'CarePlan', id }, { count: VERSIONS_MAX })
  return versions
    .filter(({ deleted }) => !deleted)
    .map(version => lens.read(parseRemembered(version)))
    .find(isMeant)
}

const planUnknown = fail({
  kind: 'not-found',
  code: 'unknown-noun',
  message: 'The case has no plan with the id given; GET /cases/{id}/plan lists its versions.',
})
