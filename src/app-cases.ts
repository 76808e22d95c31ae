import { shippedModels, modelLookup } from './care-plan/models/shipped-models.ts'
import { mintIds } from './commands/mint-ids.ts'
import type { CaseDeps } from './commands/cases/case-deps.ts'
import { validateResource } from './fhir/validation/validate-resource.ts'

/** What the case API is made of; the models are those that are shipped until the registry knows more. */
export const caseParts = (parts: Omit<CaseDeps, 'ids' | 'validate' | 'models'>): CaseDeps => ({
  ...parts,
  ids: mintIds(parts.clock),
  validate: validateResource,
  models: modelLookup(shippedModels),
})
