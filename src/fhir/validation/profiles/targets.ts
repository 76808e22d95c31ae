import { literalType } from '../references.ts'
import { isNode, type Node } from '../scope.ts'
import type { ProfileScope } from './profile-scope.ts'

/** The resource that a Reference points to, where it is at hand: contained, the resource itself (`#`), or an entry of the Bundle around it. */
export function resolved(value: unknown, scope: ProfileScope): Node | undefined {
  const reference = isNode(value) ? value['reference'] : value
  if (typeof reference !== 'string') return undefined
  if (reference === '#') return scope.root
  if (!reference.startsWith('#')) return scope.entries.get(reference.replace(/\/_history\/.*$/, ''))
  const contained = scope.root['contained']
  if (!Array.isArray(contained)) return undefined
  return contained.find((item): item is Node => isNode(item) && item['id'] === reference.slice(1))
}

/** The resource type that a Reference points to, undefined when it can't be told. */
export function targetTypeOf(value: unknown, scope: ProfileScope): string | undefined {
  const found = resolved(value, scope)?.['resourceType']
  if (typeof found === 'string') return found
  if (!isNode(value)) return undefined
  const { reference, type } = value
  const literal = typeof reference === 'string' ? literalType(reference) : undefined
  return literal ?? (typeof type === 'string' ? type : undefined)
}

/** fullUrl and `Type/id` -> resource of a Bundle's entries. */
export function entriesOf(bundle: Node): ReadonlyMap<string, Node> {
  const found = new Map<string, Node>()
  const entries = Array.isArray(bundle['entry']) ? bundle['entry'].filter(isNode) : []
  for (const { fullUrl, resource } of entries) {
    if (!isNode(resource)) continue
    if (typeof fullUrl === 'string') found.set(fullUrl, resource)
    const { resourceType, id } = resource
    if (typeof resourceType === 'string' && typeof id === 'string')
      found.set(`${resourceType}/${id}`, resource)
  }
  return found
}
