import type { Resource } from '../../fhir/resource.ts'
import { find, findingOf } from '../../lib/unchanging.ts'
import { usCoreRules, type UsCoreRule } from './us-core-rules.ts'

const BASE = 'http://hl7.org/fhir/us/core/StructureDefinition/'

interface Claim extends Pick<UsCoreRule, 'holds'> {
  readonly url: string
}

const claims: ReadonlyMap<string, readonly Claim[]> = new Map(
  Object.entries(usCoreRules).map(([type, rules]) => [
    type,
    rules.map(({ name, holds }) => ({ url: BASE + name, holds })),
  ]),
)

/** The profiles of US Core 8 that a resource meets, whatever it claims; remembered of one that can't change. */
export function claimsOf(resource: Resource): readonly string[] {
  const rules = claims.get(resource.resourceType)
  if (!rules) return NONE
  const known = findingOf(resource, rules)
  if (known !== undefined) return known as readonly string[]
  const met: string[] = []
  for (const { url, holds } of rules) if (holds(resource)) met.push(url)
  find(resource, rules, met)
  return met
}

/**
 * The resource with the profiles of US Core 8 that it meets in `meta.profile`, and without those of them that it meets no
 * more; other claims stay as they are. Of content alone, so that any order of messages claims the same; the same object when
 * nothing changes. Claims name no version, because `_profile` is searched by the whole text; a version that is claimed already is enough.
 */
export function withClaims<T extends Resource>(resource: T): T {
  const rules = claims.get(resource.resourceType)
  if (!rules) return resource
  const claimed = resource.meta?.profile ?? NONE
  const met = claimsOf(resource)
  if (claimed.length === 0 && met.length === 0) return resource
  let profile = claimed
  for (const { url } of rules) {
    if (!met.includes(url)) {
      if (profile.includes(url)) profile = profile.filter(each => each !== url)
    } else if (!profile.some(each => each === url || each.startsWith(`${url}|`))) profile = [...profile, url]
  }
  if (profile === claimed) return resource
  const { profile: _before, ...meta } = resource.meta ?? {}
  if (profile.length > 0) return { ...resource, meta: { ...meta, profile } }
  if (Object.keys(meta).length > 0) return { ...resource, meta }
  const { meta: _meta, ...rest } = resource
  return rest as unknown as T
}

const NONE: readonly string[] = []
