import type { Resource } from '../resource.ts'
import { matches } from '../search/matching/match.ts'
import type { Access, Permission } from './access.ts'
import { accessCriterion, type AccessContext } from './limit-search.ts'
import { mayDo } from './may-do.ts'

/**
 * Whether a resource, as it is given, is within what an access reaches with a permission: in the Patient compartment by R4's
 * inclusion parameters, and what a granular scope selects. What can't be decided from the resource alone is not within.
 */
export function maySee(
  access: Access | undefined,
  resource: Resource,
  permission: Permission,
  context: AccessContext,
): boolean {
  const { resourceType: type } = resource
  const reach = mayDo(access, type, permission)
  if (!access || reach !== 'some') return reach === 'all'
  return matches(resource, accessCriterion(type, access, [permission], context), context.base) === true
}
