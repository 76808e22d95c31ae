import { isNode, type Node } from '../scope.ts'
import type { Item, Property, Rule } from './rule.ts'

/** The values of an element of an object, those of primitives with the id and extensions beside them. */
export function itemsOf(parent: Node, parentType: string, { properties }: Rule): readonly Item[] {
  let items: Item[] | undefined
  for (const property of properties) {
    const value = parent[property.key]
    const sibling = property.isPrimitive ? parent[`_${property.key}`] : undefined
    if (value === undefined && sibling === undefined) continue
    items ??= []
    const isList = Array.isArray(value) || Array.isArray(sibling)
    const count = isList ? Math.max(lengthOf(value), lengthOf(sibling)) : 1
    for (let index = 0; index < count; index++) {
      items.push({
        value: (isList ? (value as readonly unknown[] | undefined)?.[index] : value) ?? undefined,
        sibling: (isList ? (sibling as readonly unknown[] | undefined)?.[index] : sibling) ?? undefined,
        ...{ property, parent, parentType, index: isList ? index : -1 },
      })
    }
  }
  return items ?? NONE
}

const NONE: readonly Item[] = []

const lengthOf = (value: unknown): number => (Array.isArray(value) ? value.length : 0)

/** The object whose properties are the children of an element: of a primitive, the one beside it. */
export function objectOf({ value, sibling, property }: Item): Node | undefined {
  const found = property.isPrimitive ? sibling : value
  return isNode(found) ? found : undefined
}

/** The type of an element's value: of a resource the one that it says itself. */
export function typeOfItem({ value, property }: Item): string {
  const named = property.type === 'Resource' && isNode(value) ? value['resourceType'] : undefined
  return typeof named === 'string' ? named : property.type
}

/** An item that stands by itself: a resource, or the target of a reference. */
export const rootItem = (resource: Node, type: string): Item => ({
  value: resource,
  property: { key: type, type, isPrimitive: false } satisfies Property,
  ...{ index: -1, parent: resource, parentType: type },
})
