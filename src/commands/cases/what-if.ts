import { zonedTextOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { effectsInputOf } from '../../mappers/case/views/effects-input.ts'
import type { CaseScene } from '../../mappers/case/views/case-scene.ts'
import { whatIf, type Hypothesis, type WhatIf } from '../../mappers/case/what-if.ts'
import type { CaseDeps } from './case-deps.ts'
import { viewCase } from './view-case.ts'

/** What might happen, as a request says it. */
export interface Supposition extends Omit<Hypothesis, 'model'> {
  /** From now on when no time is said. */
  readonly model?: { readonly id: string; readonly version?: string; readonly since?: string }
}

export interface WhatIfRequest {
  readonly id: string
  readonly supposition: Supposition
}

/**
 * What duties, due times and workload of a case would be if; nothing is written. Failures: `case-unknown`,
 * `model-unknown`, `unknown-noun` for a visit that is none, `resource-invalid`.
 */
export async function supposeCase(
  deps: CaseDeps,
  { id, supposition }: WhatIfRequest,
): Promise<Result<WhatIf & { readonly version: string }>> {
  const found = await viewCase(deps, { id })
  if (!found.ok) return found
  const scene = found.value
  const wrong = wrongIn(supposition, scene, deps)
  if (wrong) return fail(wrong)
  const { model, ...rest } = supposition
  const since = model?.since ?? zonedTextOf(scene.nowMs, scene.timeZone)
  const hypothesis: Hypothesis = { ...rest, ...(model && { model: { ...model, since } }) }
  return ok({ version: scene.version, ...whatIf(effectsInputOf(scene), hypothesis) })
}

function wrongIn(
  { discharge, model, facts = [] }: Supposition,
  { stays, models }: CaseScene,
  deps: CaseDeps,
): Failure | undefined {
  if (discharge && !stays.stays.some(({ encounter }) => encounter === discharge.encounter))
    return visitUnknown
  if (model && !models(model.id, model.version)) return modelUnknown
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

const modelUnknown: Failure = {
  kind: 'not-found',
  code: 'model-unknown',
  message: 'There is no such model, or not in this version; GET /models lists them.',
  expression: 'model',
}

const factInvalid = { kind: 'unprocessable', code: 'resource-invalid' } as const
