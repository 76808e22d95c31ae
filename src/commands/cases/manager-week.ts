import { fullWeekMinutes, weeklyDemand } from '../../care-plan/lint/cadence-check.ts'
import type { ManagerLoad } from '../../care-plan/lint/finding.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import type { CaseDeps } from './case-deps.ts'
import { casesOf } from './caseload.ts'

type Deps = Pick<CaseDeps, 'store' | 'tenant' | 'base' | 'canonicalBase' | 'registry'>

/** A case on hold asks for no contacts. */
const busy = ['open', 'active', 'closing'] as const

/**
 * What the other cases of a case's manager take of the week by their models. Undefined when nobody manages the case, and
 * of a time past, of which the load of that time is not kept.
 */
export async function managerWeek(
  deps: Deps,
  { file, at }: Pick<CaseScene, 'file' | 'at'>,
): Promise<ManagerLoad | undefined> {
  const { id: own, manager } = file.case
  if (manager === undefined || at !== undefined) return undefined
  const others = (await casesOf(deps, manager, busy)).filter(({ id }) => id !== own)
  const used = others.flatMap(({ models }) => models.at(-1) ?? [])
  await deps.registry.know(used.map(({ model, version }) => `${model}|${version ?? ''}`))
  const minutes = used.map(({ model, version }) => {
    const profile = deps.registry.models(model, version)
    return profile ? weeklyDemand(profile).minutes : 0
  })
  return {
    capacityMinutes: fullWeekMinutes,
    plannedMinutes: minutes.reduce((sum, each) => sum + each, 0),
  }
}
