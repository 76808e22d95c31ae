import { mintIds } from './commands/work/mint-ids.ts'
import type { CaseDeps } from './commands/cases/case-deps.ts'
import { modelRegistry, type ModelRegistry, type RegistryOptions } from './commands/cases/model-registry.ts'
import { knowingModels } from './commands/cases/model-store.ts'
import type { Store } from './commands/ports/store.ts'
import { validateResource } from './fhir/validation/validate-resource.ts'

/** The registry of models, and the store that keeps it up to date with the cases that are loaded. */
export function modelParts(options: Omit<RegistryOptions, 'store'> & { readonly store: Store }): {
  readonly registry: ModelRegistry
  readonly store: Store
} {
  const registry = modelRegistry(options)
  return { registry, store: knowingModels(options.store, registry, options.canonicalBase) }
}

/** What the case API is made of. */
export const caseParts = (parts: Omit<CaseDeps, 'ids' | 'validate' | 'models'>): CaseDeps => ({
  ...parts,
  ids: mintIds(parts.clock),
  validate: validateResource,
  models: parts.registry.models,
})
