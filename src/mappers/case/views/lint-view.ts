import { zonedTextOf } from '../../../lib/fhir-time.ts'
import { currentPlan } from '../../../care-plan/plan/current-plan.ts'
import type { ManagerLoad } from '../../../care-plan/lint/finding.ts'
import { lint } from '../../../care-plan/lint/lint.ts'
import type { CaseScene } from './case-scene.ts'

/** `GET /cases/{id}/lint`: what a person should look at in the plan, worst first, each with the command that mends it. */
export function lintView(
  { file, version, models, calendar, timeZone, nowMs }: CaseScene,
  managerLoad?: ManagerLoad,
): object {
  const at = zonedTextOf(nowMs, timeZone)
  const findings = lint(file, { models, calendar, timeZone, at, ...(managerLoad && { managerLoad }) })
  const plan = currentPlan(file.plans)
  const counted = (severity: string): number => findings.filter(one => one.severity === severity).length
  return {
    version,
    plan: plan?.id ?? null,
    errors: counted('error'),
    warnings: counted('warning'),
    findings: findings.toSorted((a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity)),
  }
}

const severities = ['error', 'warning', 'information']
