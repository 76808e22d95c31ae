import { fail, ok, type Result } from '../../lib/result.ts'
import { caseEffects } from '../../mappers/case/effects/case-effects.ts'
import { withCaseEffect } from '../../mappers/case/lenses/encounter-lens.ts'
import type { CaseDeps } from './case-deps.ts'
import type { Scene } from './case-scene.ts'

/** Stages what follows for case management from what stands now: duties, transitions, teams, risk (architecture D3). */
export function stageEffects(deps: CaseDeps, scene: Scene, message: string): void {
  const { patient, shard, stays, work } = scene
  const effects = caseEffects({
    ...stays,
    ...{ tenant: deps.tenant, shard, canonicalBase: deps.canonicalBase, patient, message },
    compartment: scene.now().resources,
    rules: deps.rules,
    calendar: deps.calendar,
    timeZone: deps.timeZone,
    models: deps.models,
    at: scene.context.at,
  })
  for (const resource of effects.resources) scene.put(resource)
  for (const effect of effects.encounters) {
    const standing = work.get({ type: 'Encounter', id: effect.encounter })
    if (standing) scene.put({ ...withCaseEffect(standing, effect, deps.canonicalBase), id: effect.encounter })
  }
}

/** That everything staged is valid R4. Failure: `case-resource-invalid`, with every fault. */
export function validated({ validate }: Pick<CaseDeps, 'validate'>, { work }: Scene): Result<void> {
  for (const key of work.changedInStep()) {
    const [type = '', id = ''] = key.split('/')
    const resource = work.get({ type, id })
    const issues = resource
      ? validate(resource).filter(({ severity }) => severity === 'error' || severity === 'fatal')
      : []
    const [first] = issues
    if (!first) continue
    return fail({
      kind: 'unprocessable',
      code: 'case-resource-invalid',
      message: `What the command says makes no valid FHIR ${type}: ${first.diagnostics}`,
      expression: first.expression ?? type,
      issues,
    })
  }
  return ok(undefined)
}
