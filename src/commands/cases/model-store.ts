import type { Store, Stored } from '../ports/store.ts'
import type { ModelRegistry } from './model-registry.ts'

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

/** Finds `model|version` in the text of an EpisodeOfCare without parsing it: as a coding and in the model's periods. */
function namesIn(canonicalBase: string): (row: Stored) => readonly string[] {
  const period = `"${canonicalBase}/StructureDefinition/model-period"`
  return ({ type, content }) => {
    if (type !== 'EpisodeOfCare' || !content.includes(period)) return []
    return [...content.matchAll(PARTS)].flatMap(([, model, version]) =>
      model === undefined || version === undefined ? [] : [`${model}|${version}`],
    )
  }
}

/** The first two parts of a model's period as this service writes them. */
const PARTS =
  /"url":\s*"model",\s*"valueCode":\s*"([a-z0-9-]+)"\s*\},\s*\{\s*"url":\s*"version",\s*"valueString":\s*"([0-9.]+)"/g
