import { ok, type Result } from '../../lib/result.ts'
import { modelLaw } from '../../mappers/case/law/model-law.ts'
import { caseNames } from '../../mappers/case/names.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { standingIn } from './fhir-case-law.ts'
import { at } from './fhir-intent.ts'
import type { PlacedIntent } from './fhir-placing.ts'
import type { Loaded } from '../ports/store.ts'
import type { UnitOfWork } from '../work/unit-of-work.ts'

export interface ModelLawOptions {
  readonly deps: Pick<FhirDeps, 'canonicalBase'>
  readonly work: UnitOfWork
  readonly placed: readonly PlacedIntent[]
  readonly loaded: Loaded
}

/** That no published model is changed by a FHIR write. */
export function underModelLaw({ deps, work, placed, loaded }: ModelLawOptions): Result<void> {
  const models = placed.filter(({ key }) => key.type === 'PlanDefinition')
  if (models.length === 0) return ok(undefined)
  const standing = standingIn(loaded)
  const names = caseNames(deps.canonicalBase)
  for (const { intent, key } of models) {
    const refused = modelLaw({ before: standing.get(key), after: work.get(key) }, names)
    if (refused) return at(intent, refused)
  }
  return ok(undefined)
}
