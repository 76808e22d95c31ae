import { startMsOf, withTime } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { effectsInputOf } from '../../mappers/case/views/effects-input.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { supposeModel } from '../../mappers/case/views/suppose-model.ts'
import { whatIf, type Hypothesis, type WhatIf } from '../../mappers/case/what-if.ts'
import type { CaseDeps } from './case-deps.ts'
import { atMalformed, viewCase } from './view-case.ts'

/** What might happen, as a request says it. */
export interface Supposition extends Hypothesis {
  /** Another model, from now on when no time is said. */
  readonly model?: { readonly id: string; readonly version?: string; readonly since?: string }
}

export interface WhatIfRequest {
  readonly id: string
  readonly supposition: Supposition
}

/**
 * What duties, due times and workload of a case would be if; nothing is written. A model is chosen as SelectModel or
 * SwitchModel would. Failures: `case-unknown`, `at-malformed`, `unknown-noun` for a visit that is none, `resource-invalid`, and those of
 * the command for a model.
 */
export async function supposeCase(
  deps: CaseDeps,
  { id, supposition }: WhatIfRequest,
): Promise<Result<WhatIf & { readonly version: string }>> {
  if (supposition.model) await deps.registry.refresh()
  const found = await viewCase(deps, { id })
  if (!found.ok) return found
  const scene = found.value
  const wrong = wrongIn(supposition, scene, deps)
  if (wrong) return fail(wrong)
  const { model, ...hypothesis } = supposition
  const effect = model ? chosenIn(scene, model, hypothesis) : ok(whatIf(effectsInputOf(scene), hypothesis))
  return effect.ok ? ok({ version: scene.version, ...effect.value }) : effect
}

function chosenIn(
  scene: CaseScene,
  { id, since, ...version }: NonNullable<Supposition['model']>,
  hypothesis: Hypothesis,
): Result<WhatIf> {
  const at = since === undefined ? {} : { since: withTime(since, scene.timeZone) }
  const chosen = supposeModel(scene, { model: id, ...version, ...at }, hypothesis)
  return chosen.ok ? ok(chosen.value.effect) : chosen
}

/** Calendars can be asked for so far and no further. */
const FAR_MS = 100 * 366 * 86_400_000

const isNear = (at: string, { nowMs, timeZone }: CaseScene): boolean =>
  Math.abs(startMsOf(at, timeZone) - nowMs) <= FAR_MS

const atFar = 'A time must be a day that there is, alone or with time and offset, within 100 years of now.'

/** Each time with the name of its field. */
const timesOf = ({ discharge, admission, model }: Supposition): readonly (readonly [string, string])[] => [
  ...(discharge ? [['discharge.at', discharge.at] as const] : []),
  ...(admission ? [['admission.at', admission.at] as const] : []),
  ...(model?.since === undefined ? [] : [['model.since', model.since] as const]),
]

function wrongIn(supposition: Supposition, scene: CaseScene, deps: CaseDeps): Failure | undefined {
  const untimed = timesOf(supposition).find(([, at]) => !isNear(at, scene))
  if (untimed) return { ...atMalformed, message: atFar, expression: untimed[0] }
  const { discharge, facts = [] } = supposition
  const { stays } = scene
  if (discharge && !stays.stays.some(({ encounter }) => encounter === discharge.encounter))
    return visitUnknown
  for (const [index, fact] of facts.entries()) {
    const fault = faultOf(fact, deps)
    if (fault !== undefined) return { ...factInvalid, message: fault, expression: `facts.${index}` }
  }
  return undefined
}

const faultOf = (fact: Resource, { validate }: CaseDeps): string | undefined =>
  fact.id === undefined
    ? 'A fact needs an id: of the resource that it stands for, or a new one.'
    : validate(fact).find(({ severity }) => severity === 'error' || severity === 'fatal')?.diagnostics

const visitUnknown: Failure = {
  kind: 'not-found',
  code: 'unknown-noun',
  message: 'The patient has no visit with the id given.',
  expression: 'discharge.encounter',
}

const factInvalid = { kind: 'unprocessable', code: 'resource-invalid' } as const
