import type { Resource } from '../../fhir/resource.ts'
import { usCoreRules } from './us-core-rules.ts'

const BASE = 'http://hl7.org/fhir/us/core/StructureDefinition/'

/**
 * The resource with the profiles of US Core 8 that it meets in `meta.profile`, and without those of them that it meets no
 * more; other claims stay as they are. Of content alone, so that any order of messages claims the same; the same object when
 * nothing changes. Claims name no version, because `_profile` is searched by the whole text; a version that is claimed already is enough.
 */
export function withClaims<T extends Resource>(resource: T): T {
  const rules = usCoreRules[resource.resourceType]
  if (!rules) return resource
  const claimed = resource.meta?.profile ?? NONE
  let profile = claimed
  for (const { name, holds } of rules) {
    const url = BASE + name
    if (!holds(resource)) {
      if (profile.includes(url)) profile = profile.filter(each => each !== url)
    } else if (!profile.some(each => each === url || each.startsWith(`${url}|`))) profile = [...profile, url]
  }
  if (profile === claimed) return resource
  const { profile: _before, ...meta } = resource.meta ?? {}
  const { meta: _meta, ...rest } = resource
  const isEmpty = profile.length === 0 && Object.keys(meta).length === 0
  if (isEmpty) return rest as unknown as T
  return { ...resource, meta: profile.length > 0 ? { ...meta, profile } : meta }
}

const NONE: readonly string[] = []
