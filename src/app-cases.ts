import { shippedModels, modelLookup } from './care-plan/models/shipped-models.ts'
import type { ModelLookup } from './care-plan/model-profile.ts'
import { mintIds } from './commands/mint-ids.ts'
import type { CaseDeps } from './commands/cases/case-deps.ts'
import { validateResource } from './fhir/validation/validate-resource.ts'

/** The models that duties are derived by at every door: those that are shipped. */
export const knownModels: ModelLookup = modelLookup(shippedModels)

/** What the case API is made of. */
export const caseParts = (parts: Omit<CaseDeps, 'ids' | 'validate' | 'models'>): CaseDeps => ({
  ...parts,
  ids: mintIds(parts.clock),
  validate: validateResource,
  models: knownModels,
})
