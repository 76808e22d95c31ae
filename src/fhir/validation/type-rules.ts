import { assert } from '../../lib/assert.ts'
import structures from '../definitions/structures.json' with { type: 'json' }
import valueSets from '../definitions/value-sets.json' with { type: 'json' }
import { invariants } from './invariants/invariants.ts'
import type { Invariant } from './invariants/invariants.ts'
import { primitives } from './primitives.ts'
import type { PrimitiveCheck } from './primitives.ts'

/** What one JSON property of a type may hold. */
export interface ElementRule {
  /** The element's name in FHIRPath: `value` for the property `valueQuantity`, `given` for `_given`. */
  readonly name: string
  readonly many: boolean
  readonly holds: Holds
  /** Where the element may hold one of several types: the index in `TypeRule.choices`. */
  readonly choice?: number
  /** Its bit in `TypeRule.requiredBits`, 0 where it need not be there. */
  readonly required: number
}

export type Holds =
  | {
      readonly kind: 'primitive'
      readonly check: PrimitiveCheck
      readonly isUri: boolean
      readonly codes?: BoundCodes
    }
  /** A property such as `_status`: id and extensions of the primitive beside it. */
  | { readonly kind: 'sibling'; readonly of: string }
  | {
      readonly kind: 'object'
      readonly type: string
      /** The rule of the type: looked up when it is first asked for, as types hold one another. */
      readonly rule: () => TypeRule
      readonly targets?: Targets
      readonly codes?: BoundCodes
    }
  | { readonly kind: 'resource' }
  | { readonly kind: 'narrative' }
  | { readonly kind: 'resource-type' }

export type Targets = ReadonlySet<string>

export interface BoundCodes {
  readonly url: string
  /** Every code of the value set, whatever its system: what a `code` element may hold. */
  readonly all: ReadonlySet<string>
  readonly bySystem: ReadonlyMap<string, readonly string[]>
}

/** An element that must be there: at least one of these properties. */
export interface Requirement {
  readonly name: string
  readonly properties: readonly string[]
}

export interface TypeRule {
  readonly name: string
  readonly elements: ReadonlyMap<string, ElementRule>
  readonly required: readonly Requirement[]
  /** A bit for each of those, in their order. */
  readonly requiredBits: number
  /** Names of the elements that may hold one of several types, by index. */
  readonly choices: readonly string[]
  readonly invariants: readonly Invariant[]
}

type Row = readonly [base: string, elements: Readonly<Record<string, string>>]
const tables = structures as unknown as Readonly<Record<string, Row>>

/** The url of an extension is absolute, that of an extension within may be relative (http://hl7.org/fhir/R4/extensibility.html). */
const NESTED_EXTENSION = 'Extension.extension'
const rows: Readonly<Record<string, Row>> = {
  ...tables,
  Extension: ['Element', { ...tables['Extension']?.[1], extension: `0..* #${NESTED_EXTENSION}` }],
  [NESTED_EXTENSION]: ['Extension', { url: '1..1 @uri' }],
}

/** Elements of type uri whose definition asks for an absolute one. */
const ABSOLUTE = new Set([
  'Extension.url',
  'Identifier.system',
  'Bundle.entry.fullUrl',
  'ValueSet.compose.include.system',
])
const sets = valueSets as Readonly<
  Record<string, { url: string; codes: Readonly<Record<string, readonly string[]>> }>
>

const rules = new Map<string, TypeRule>()
const bound = new Map<string, BoundCodes>()

/** The rule of a type (`Patient`, `HumanName`) or backbone element (`Patient.contact`), made at its first use. */
export function typeRule(name: string): TypeRule {
  const known = rules.get(name)
  if (known) return known
  const rule = makeTypeRule(name)
  rules.set(name, rule)
  return rule
}

/** A type with those it is derived from, most general first: `Resource`, `DomainResource`, `Patient`. */
export function lineageOf(name: string): readonly string[] {
  const row = rows[name]
  return row ? [...lineageOf(row[0]), name] : []
}

/** Of an integer on which bits are counted. */
const INT_BITS = 31

interface Draft {
  readonly elements: Map<string, Omit<ElementRule, 'required'>>
  readonly required: Map<string, Requirement>
  readonly choices: string[]
}

function makeTypeRule(name: string): TypeRule {
  const lineage = lineageOf(name)
  const draft: Draft = { elements: new Map(), required: new Map(), choices: [] }
  for (const ancestor of lineage) {
    for (const [element, rule] of Object.entries(rows[ancestor]?.[1] ?? {}))
      addElement(draft, ancestor, element, rule)
  }
  if (lineage[0] === 'Resource') {
    draft.elements.set('resourceType', {
      name: 'resourceType',
      many: false,
      holds: { kind: 'resource-type' },
    })
  }
  const required = [...draft.required.values()]
  assert(required.length < INT_BITS, 'what a type requires has a bit each')
  const bitOf = (property: string): number =>
    required.reduce((bits, { properties }, i) => (properties.includes(property) ? bits | (1 << i) : bits), 0)
  return {
    name: name === NESTED_EXTENSION ? 'Extension' : name,
    elements: new Map(
      [...draft.elements].map(([property, rule]) => [property, { ...rule, required: bitOf(property) }]),
    ),
    required,
    requiredBits: (1 << required.length) - 1,
    choices: draft.choices,
    invariants: lineage.flatMap(ancestor => invariants.get(ancestor) ?? []),
  }
}

/** `0..1 code !request-status`, `1..1 Reference(Patient,Group)`, `0..1 Quantity|string`, `0..* #Bundle.link`. */
function addElement(
  { elements, required, choices }: Draft,
  owner: string,
  element: string,
  rule: string,
): void {
  const [cardinality = '', types = '', valueSet] = rule.split(' ')
  const isChoice = element.endsWith('[x]')
  const name = isChoice ? element.slice(0, -3) : element
  if (cardinality.endsWith('..0')) {
    elements.delete(name)
    elements.delete(`_${name}`)
    return
  }
  const many = cardinality.endsWith('*')
  const properties: string[] = []
  const choice = isChoice ? { choice: choices.push(name) - 1 } : {}
  for (const type of types.split('|')) {
    const holds = holdsOf(ABSOLUTE.has(`${owner}.${element}`) ? 'absoluteUri' : type, valueSet?.slice(1))
    const property = isChoice ? name + jsonSuffix(type) : name
    elements.set(property, { name, many, holds, ...choice })
    properties.push(property)
    if (holds.kind === 'primitive' && !type.startsWith('@')) {
      elements.set(`_${property}`, { name, many, holds: { kind: 'sibling', of: property }, ...choice })
      properties.push(`_${property}`)
    }
  }
  if (!cardinality.startsWith('0')) required.set(name, { name, properties })
}

function jsonSuffix(type: string): string {
  const name = type === 'SimpleQuantity' ? 'Quantity' : type.replace(/\(.*/, '')
  return name.charAt(0).toUpperCase() + name.slice(1)
}

function holdsOf(type: string, valueSet: string | undefined): Holds {
  const codes = valueSet === undefined ? {} : { codes: boundCodes(valueSet) }
  if (type === 'Resource') return { kind: 'resource' }
  if (type === 'xhtml') return { kind: 'narrative' }
  if (type.startsWith('#')) return object(type.slice(1))
  const check = primitives[type.replace('@', '')]
  if (check)
    return { kind: 'primitive', check, isUri: /^(?:uri|url|canonical|absoluteUri)$/.test(type), ...codes }
  const reference = /^Reference\((.*)\)$/.exec(type)
  if (reference) return { ...object('Reference'), targets: new Set(reference[1]?.split(',')) }
  return { ...object(type), ...codes }
}

function object(type: string): Extract<Holds, { kind: 'object' }> {
  let rule: TypeRule | undefined
  return { kind: 'object', type, rule: () => (rule ??= typeRule(type)) }
}

function boundCodes(valueSet: string): BoundCodes {
  const known = bound.get(valueSet)
  if (known) return known
  const { url, codes } = sets[valueSet] ?? { url: valueSet, codes: {} }
  const made = { url, all: new Set(Object.values(codes).flat()), bySystem: new Map(Object.entries(codes)) }
  bound.set(valueSet, made)
  return made
}
