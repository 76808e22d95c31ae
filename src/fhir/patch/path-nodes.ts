import { listOf } from '../../lib/list-of.ts'
import { typeRule, type ElementRule } from '../validation/type-rules.ts'
import { isFields, valueAt, type JsonFields, type Place } from './json-tree.ts'

/** A value that a path leads to. */
export interface PathNode {
  /** undefined: a primitive that has only an id or extensions. */
  readonly value: unknown
  /** Type of the element (`HumanName`, `Patient.contact`); undefined for what isn't an element. */
  readonly type?: string
  /** Where it stands in the resource; undefined for literals and results of functions. */
  readonly place?: Place
  /** Where the id and extensions of a primitive stand, or would. */
  readonly shadow?: Place
}

export const rootNode = (resource: JsonFields): PathNode => ({
  value: resource,
  type: String(resource['resourceType']),
  place: [],
})

/** What stands at the place where children of an element are: its own, or of a primitive the one beside it. */
export const fieldsPlaceOf = ({ place, shadow }: PathNode): Place | undefined => shadow ?? place

/** The children of an element by their FHIRPath name: `value` finds valueQuantity, `given` every one of a list. */
export function childrenOf(node: PathNode, name: string, resource: JsonFields): readonly PathNode[] {
  const place = fieldsPlaceOf(node)
  if (!place || node.type === undefined) return []
  const fields = valueAt(resource, place)
  if (!isFields(fields)) return []
  return propertiesOf(node.type, name).flatMap(property => nodesAt({ fields, place, ...property }))
}

interface Property {
  readonly property: string
  readonly rule: ElementRule
}

/** The JSON properties that an element of a type may stand in, those of primitives without their shadow. */
export function propertiesOf(type: string, name: string): readonly Property[] {
  return [...typeRule(type).elements].flatMap(([property, rule]) =>
    rule.holds.kind !== 'sibling' && (property === name || rule.name === name) ? [{ property, rule }] : [],
  )
}

function nodesAt({
  fields,
  place,
  property,
  rule,
}: Property & { readonly fields: JsonFields; readonly place: Place }): readonly PathNode[] {
  const value = Object.hasOwn(fields, property) ? fields[property] : undefined
  const shadow = `_${property}`
  const isPrimitive = rule.holds.kind === 'primitive'
  const beside = isPrimitive && Object.hasOwn(fields, shadow) ? fields[shadow] : undefined
  if (value === undefined && beside === undefined) return []
  const nodeOf = (item: unknown, rest: Place): PathNode => ({
    value: item ?? undefined,
    type: typeOf(rule, item),
    place: [...place, property, ...rest],
    ...(isPrimitive && { shadow: [...place, shadow, ...rest] }),
  })
  if (!rule.many) return [nodeOf(value, [])]
  const [items, others] = [listOf(value), listOf(beside)]
  return Array.from({ length: Math.max(items.length, others.length) }, (_, i) => nodeOf(items[i], [i]))
}

/** Of a primitive: `Element`, for its id and extensions are what it has. */
function typeOf({ holds }: ElementRule, value: unknown): string {
  if (holds.kind === 'object') return holds.type
  if (holds.kind === 'resource') return isFields(value) ? String(value['resourceType']) : 'Resource'
  return 'Element'
}
