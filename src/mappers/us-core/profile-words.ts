import { literalType } from '../../fhir/validation/references.ts'

/** An object of a resource as JSON has it. */
export type Node = Readonly<Record<string, unknown>>

const NOTHING: readonly Node[] = []

/** The objects of an element, one or many. */
export function each(node: Node | undefined, name: string): readonly Node[] {
  const value = node?.[name]
  if (value === undefined || value === null) return NOTHING
  return (Array.isArray(value) ? value : [value]) as readonly Node[]
}

/** A value, or an extension in its place. */
export const has = (node: Node, name: string): boolean =>
  node[name] !== undefined || node[`_${name}`] !== undefined

export const hasAll = (node: Node, ...names: readonly string[]): boolean =>
  names.every(name => has(node, name))

/** Every item of an element has these. */
export const everyHas = (node: Node, name: string, ...names: readonly string[]): boolean =>
  each(node, name).every(item => hasAll(item, ...names))

export const isCoded = (concept: Node | undefined, system: string, ...codes: readonly string[]): boolean =>
  each(concept, 'coding').some(
    coding => coding['system'] === system && codes.includes(String(coding['code'])),
  )

export const countOf = (items: readonly Node[], test: (item: Node) => boolean): number =>
  items.filter(test).length

/** Every reference of an element points to one of the types, or doesn't tell to what. */
export const pointsTo = (node: Node, name: string, ...types: readonly string[]): boolean =>
  each(node, name).every(({ reference, type }) => {
    const target = typeof reference === 'string' ? (literalType(reference) ?? type) : type
    return typeof target !== 'string' || types.includes(target)
  })
