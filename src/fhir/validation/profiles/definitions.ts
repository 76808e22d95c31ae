import type { Resource } from '../../resource.ts'
import { codeSystemOf, type CodeSystem } from '../../terminology/code-system.ts'
import type { Sources } from '../../terminology/value-set.ts'
import { compileProfile } from './compile-profile.ts'
import type { Definitions } from './profile-scope.ts'
import type { Profile } from './rule.ts'
import { coreType, type StructureDefinition } from './structure-definition.ts'

/**
 * What packages define, ready to be checked against: profiles and extensions compiled at their first use, value sets and code
 * systems of the packages before those that come with the service. Definitions of R4's own types and logical models are no
 * profiles and left out.
 */
export function definitionsOf(resources: readonly Resource[], shipped: Sources): Definitions {
  const structures = byUrl(resources.filter(isProfile))
  const valueSets = byUrl(resources.filter(({ resourceType }) => resourceType === 'ValueSet'))
  const systems = byUrl(resources.filter(isWholeSystem))
  const compiled = new Map<Resource, Profile>()
  const made = new Map<Resource, CodeSystem>()
  const structure = (canonical: string): StructureDefinition | undefined =>
    structures(canonical) as StructureDefinition | undefined
  const sources: Sources = {
    valueSet: url => valueSets(url) ?? shipped.valueSet(url),
    codeSystem: url => {
      const own = systems(url)
      return own ? kept(made, own, () => codeSystemOf(own)) : shipped.codeSystem(url)
    },
  }
  return {
    profile: canonical => {
      const found = structure(canonical)
      return found && kept(compiled, found, () => compileProfile(found, structure))
    },
    ...{ valueSet: sources.valueSet, sources },
  }
}

/** A StructureDefinition that constrains a type of R4 or defines an extension. */
export function isProfile(resource: Resource): resource is StructureDefinition {
  const { resourceType, url, type, kind } = resource
  if (resourceType !== 'StructureDefinition' || kind === 'logical') return false
  return typeof url === 'string' && typeof type === 'string' && coreType(url) === undefined
}

const isWholeSystem = ({ resourceType, content }: Resource): boolean =>
  resourceType === 'CodeSystem' && content === 'complete'

/** The resource with a canonical url: of the version that it names, else the one that came last. */
export function byUrl(resources: readonly Resource[]): (canonical: string) => Resource | undefined {
  const all = Map.groupBy(resources, ({ url }) => String(url))
  return canonical => {
    const [url = '', version] = canonical.split('|')
    const found = all.get(url)
    return version === undefined ? found?.at(-1) : found?.findLast(each => each['version'] === version)
  }
}

function kept<T>(known: Map<Resource, T>, resource: Resource, make: () => T): T {
  const found = known.get(resource)
  if (found !== undefined) return found
  const value = make()
  known.set(resource, value)
  return value
}
