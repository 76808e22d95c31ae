import type { Resource } from '../../resource.ts'
import { isResourceType } from '../../resource-types.ts'
import type { Sources } from '../../terminology/value-set.ts'
import { byUrl, definitionsOf, isProfile } from './definitions.ts'
import type { Definitions } from './profile-scope.ts'

/** One package as it was read (IG_PACKAGES, `casewire validate --ig`). */
export interface IgPackage {
  /** Canonical url of its ImplementationGuide with version, where it says one. */
  readonly guide?: string
  readonly resources: readonly Resource[]
}

/** All packages together. */
export interface Packages {
  readonly definitions: Definitions
  readonly guides: readonly string[]
  /** Canonical urls of the profiles of a resource type, those that a resource can claim. */
  readonly profilesOf: (type: string) => readonly string[]
  /** A ValueSet, CodeSystem or ConceptMap of a package. */
  readonly terminology: (type: string, canonical: string) => Resource | undefined
}

/** What all packages say together, over the terminology that comes with the service. */
export function packagesOf(all: readonly IgPackage[], shipped: Sources): Packages {
  const resources = all.flatMap(each => each.resources)
  const byType = Map.groupBy(resources.filter(isProfile).filter(isClaimable), ({ type }) => type)
  const terminology = new Map(
    [...Map.groupBy(resources, ({ resourceType }) => resourceType)].map(([type, own]) => [type, byUrl(own)]),
  )
  return {
    definitions: definitionsOf(resources, shipped),
    guides: [...new Set(all.flatMap(({ guide }) => guide ?? []))],
    profilesOf: type => [...new Set((byType.get(type) ?? []).map(({ url }) => url))],
    terminology: (type, canonical) => terminology.get(type)?.(canonical),
  }
}

const isClaimable = ({ type, abstract }: Resource): boolean =>
  abstract !== true && typeof type === 'string' && isResourceType(type)
