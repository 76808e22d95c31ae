import { parseJson } from '../../lib/json.ts'
import type { Resource } from '../../fhir/resource.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import type { Store, Stored } from '../ports/store.ts'
import { nameOf, type ModelRegistry } from './model-registry.ts'

/**
 * The store, with the models of the cases that it loads known before anybody decides: another process may have published
 * one a moment ago, and duties that follow from an unknown model would be taken back.
 */
export const knowingModels = (
  store: Store,
  registry: Pick<ModelRegistry, 'know'>,
  canonicalBase: string,
): Store => {
  const named = namesIn(canonicalBase)
  return {
    ...store,
    load: async request => {
      const loaded = await store.load(request)
      const names = loaded.resources.flatMap(named)
      if (names.length > 0) await registry.know(new Set(names))
      return loaded
    },
  }
}

/** `clinical|1.0.0` of every model that a case has had; a case without one is not even parsed. */
function namesIn(canonicalBase: string): (row: Stored) => readonly string[] {
  const { names, of } = nounLenses(canonicalBase)
  const system = `"${names.codeSystem('model')}"`
  return ({ type, content }) => {
    if (type !== 'EpisodeOfCare' || !content.includes(system)) return []
    const { models } = of('case').read(parseJson(content) as Resource)
    return models.flatMap(({ model: id, version }) => (version === undefined ? [] : nameOf({ id, version })))
  }
}
