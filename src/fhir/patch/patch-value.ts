import { listOf } from '../../lib/list-of.ts'
import type { PatchPart, PatchValue } from './fhir-patch-operations.ts'
import type { JsonFields } from './json-tree.ts'
import { propertiesOf } from './path-nodes.ts'
import type { ElementRule } from '../validation/type-rules.ts'

/** A value as it stands in JSON: the property, its value, and for a primitive what stands beside it. */
export interface Standing {
  readonly property: string
  readonly rule: ElementRule
  readonly value: unknown
  readonly beside: unknown
}

/**
 * How a value stands as an element of a type: `value` with a Quantity is `valueQuantity`. Undefined when the type has no
 * such element, or none that may hold the value's type.
 */
export function standingAs(type: string, name: string, value: PatchValue): Standing | undefined {
  const properties = propertiesOf(type, name)
  const wanted = value.kind === 'typed' ? `${name}${value.suffix}` : name
  const chosen =
    properties.find(({ property }) => property === wanted) ??
    properties.find(({ property }) => property === name)
  if (!chosen) return undefined
  const { property, rule } = chosen
  const isPrimitive = rule.holds.kind === 'primitive'
  return {
    property,
    rule,
    value: contentOf(value, rule),
    beside: isPrimitive && value.kind === 'typed' ? value.beside : undefined,
  }
}

function contentOf(value: PatchValue, { holds }: ElementRule): unknown {
  switch (value.kind) {
    case 'typed':
      return value.value
    case 'resource':
      return value.resource
    case 'parts':
      return holds.kind === 'object' ? fromParts(holds.type, value.parts) : {}
  }
}

/** An element made of named parts; a name that the type doesn't know stays, for the validator to name. */
function fromParts(type: string, parts: readonly PatchPart[]): JsonFields {
  const fields = new Map<string, unknown>()
  for (const { name, value } of parts) {
    const standing = standingAs(type, name, value)
    const { property, content } = standing
      ? { property: standing.property, content: standing.value }
      : { property: name, content: value.kind === 'typed' ? value.value : {} }
    if (!standing?.rule.many) {
      if (content !== undefined) fields.set(property, content)
      if (standing?.beside !== undefined) fields.set(`_${property}`, standing.beside)
      continue
    }
    const before = listOf(fields.get(property))
    fields.set(property, [...before, content ?? null])
    const besides = listOf(fields.get(`_${property}`))
    if (standing.beside !== undefined || besides.length > 0)
      fields.set(`_${property}`, [...padded(besides, before.length), standing.beside ?? null])
  }
  return Object.fromEntries(fields)
}

/** A list with null up to a length: what stands beside primitives has their positions. */
export const padded = (list: readonly unknown[], length: number): readonly unknown[] =>
  list.length >= length ? list : [...list, ...Array.from({ length: length - list.length }, () => null)]
