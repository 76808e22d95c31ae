/**
 * The words of the invariants, after FHIRPath: they take whatever stands in the JSON (a fault of shape is reported
 * elsewhere) and never throw.
 */
import { isRawNumber } from '../../../lib/json.ts'
import type { InvariantScope, Node } from '../scope.ts'
import { isNode } from '../scope.ts'

/** True when the invariant holds for the element. */
export type Check = (element: Node, scope: InvariantScope) => boolean

/** Type or backbone path -> invariant key -> check. */
export type Checks = Readonly<Record<string, Readonly<Record<string, Check>>>>

/** `exists()`: the element has a value, or at least an extension in place of one. */
export const has = (node: Node, name: string): boolean =>
  node[name] !== undefined || node[`_${name}`] !== undefined

export const hasAny = (node: Node, ...names: readonly string[]): boolean =>
  names.some(name => has(node, name))

/** How many of the elements are there, each counted once. */
export const countOf = (node: Node, ...names: readonly string[]): number =>
  names.filter(name => has(node, name)).length

/** `exists()` of an element with several types, `value[x]`. */
export function hasChoice(node: Node, name: string): boolean {
  for (const key of Object.keys(node)) {
    const at = key.charCodeAt(0) === 95 ? 1 : 0
    if (!key.startsWith(name, at)) continue
    const next = key.charCodeAt(at + name.length)
    if (next >= 65 && next <= 90) return true
  }
  return false
}

/** The objects of an element, one or many. */
export function each(node: Node | undefined, name: string): readonly Node[] {
  const value = node?.[name]
  if (Array.isArray(value)) return value.filter(isNode)
  return isNode(value) ? [value] : []
}

/** The objects at the end of a path. */
export const eachAt = (node: Node, ...path: readonly string[]): readonly Node[] =>
  path.reduce<readonly Node[]>((nodes, name) => nodes.flatMap(item => each(item, name)), [node])

/** The texts of an element, one or many. */
export function texts(node: Node | undefined, name: string): readonly string[] {
  const value = node?.[name]
  if (typeof value === 'string') return [value]
  return Array.isArray(value) ? value.filter(item => typeof item === 'string') : []
}

export const textOf = (node: Node | undefined, name: string): string | undefined => texts(node, name)[0]

export const numberOf = (node: Node | undefined, name: string): number | undefined => {
  const value = node?.[name]
  if (typeof value === 'number') return value
  return isRawNumber(value) ? Number(value.rawJSON) : undefined
}

export const isOneOf = (node: Node | undefined, name: string, ...codes: readonly string[]): boolean =>
  texts(node, name).some(text => codes.includes(text))

/** True when a CodeableConcept has one of the codes of a system. */
export const isCoded = (node: Node, name: string, system: string, ...codes: readonly string[]): boolean =>
  eachAt(node, name, 'coding').some(
    coding => coding['system'] === system && isOneOf(coding, 'code', ...codes),
  )

export const areDistinct = (values: readonly unknown[]): boolean => new Set(values).size === values.length

export const exactlyOne = (...conditions: readonly boolean[]): boolean =>
  conditions.filter(Boolean).length === 1

/** What stands in an element and below it, for elements that repeat in themselves (concept.concept, item.item). */
export function nested(node: Node, name: string, depth = 0): readonly Node[] {
  if (depth > 128) return []
  return each(node, name).flatMap(item => [item, ...nested(item, name, depth + 1)])
}
