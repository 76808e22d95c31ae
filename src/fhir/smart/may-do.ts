import type { Access, Permission } from './access.ts'

/**
 * Whether an access reaches resources of a type: `all` of them, `some` (a patient's record, what a granular scope selects:
 * each resource is to be looked at) or `none`. No access at all (no authentication, the service itself) is `all`.
 */
export function mayDo(
  access: Access | undefined,
  type: string,
  permission: Permission,
): 'all' | 'some' | 'none' {
  if (!access) return 'all'
  const rules = access.rules.filter(
    rule => (rule.type === '*' || rule.type === type) && rule.permissions.has(permission),
  )
  if (rules.length === 0) return 'none'
  return rules.some(rule => rule.patient === undefined && rule.query === undefined) ? 'all' : 'some'
}
