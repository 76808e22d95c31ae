import { typeRule, type ElementRule, type Holds } from '../type-rules.ts'
import { constraintsOf } from './constraints.ts'
import { elementTree, joined, sliceOf, type ElementNode } from './element-tree.ts'
import { elementsOf, type FindDefinition } from './elements.ts'
import type { Binding, Profile, Property, Rule, TargetRule } from './rule.ts'
import { slicingOf } from './slicing-rule.ts'
import {
  coreType,
  valueOf,
  type ElementDefinition,
  type StructureDefinition,
} from './structure-definition.ts'

interface Frame {
  readonly find: FindDefinition
  readonly gaps: Set<string>
  /** Rules by the id of their element, for contentReference. */
  readonly rules: Map<string, Rule>
  readonly references: { readonly rule: Draft; readonly id: string }[]
}

/** Properties that base R4 has for an element. */
type Base = readonly (readonly [string, ElementRule])[]

type Draft = { -readonly [K in keyof Rule]: Rule[K] }

/** Makes a StructureDefinition ready to be checked; done once a profile. */
export function compileProfile(definition: StructureDefinition, find: FindDefinition): Profile {
  const { url, version, type } = definition
  const { elements, missingBase } = elementsOf(definition, find)
  const frame: Frame = { find, gaps: new Set(), rules: new Map(), references: [] }
  if (missingBase !== undefined) frame.gaps.add(`its base ${missingBase} is not loaded`)
  const root = ruleOf(elementTree(elements, type), undefined, frame)
  for (const { rule, id } of frame.references) {
    const like = frame.rules.get(id)
    if (like) rule.like = like
    else delete rule.like
  }
  return {
    ...{ url, type, root, gaps: [...frame.gaps] },
    name: version === undefined ? url : `${url}|${version}`,
  }
}

function ruleOf(node: ElementNode, parentType: string | undefined, frame: Frame): Rule {
  const { id, name, slice, definition } = node
  const base = parentType === undefined ? [] : basesOf(name, parentType)
  const types = typesOf(node, base)
  const properties = propertiesOf(name, base, types)
  const allowed = slice === undefined ? allowedOf(properties, types) : undefined
  const own = parentType === undefined ? id : (ownType(properties, allowed, types) ?? '')
  const rule: Draft = {
    ...{ id, name, properties, types },
    ...(slice !== undefined && { slice }),
    ...(allowed && { allowed }),
    ...limitsOf(definition, baseCount(node, parentType, base)),
    ...valuesOf(definition),
    ...bindingOf(definition, base),
    ...targetsOf(definition, base, frame),
    // Its own type with a profile would be the question that is being answered.
    profiles: parentType === undefined ? new Map() : profilesOf(definition),
    constraints: constraintsOf(definition, typeRule(own).name, frame.gaps),
    ...slicingOf(node, frame.gaps),
    slices: [],
    children: [],
  }
  frame.rules.set(id, rule)
  noteReference(definition, rule, frame)
  rule.children = childrenOf(node, own)
    .map(child => ruleOf(child, own, frame))
    .filter(asksAnything)
  rule.slices = node.slices.map(each => ruleOf(each, parentType, frame))
  return rule
}

/** The JSON properties that base R4 has for an element of a type. */
function basesOf(name: string, parentType: string): Base {
  return [...typeRule(parentType).elements].filter(
    ([key, rule]) => rule.name === name && !key.startsWith('_'),
  )
}

/** A slice of a choice that names no type means the one in its name: `valueQuantity`. */
function typesOf({ name, slice, definition }: ElementNode, base: Base): ReadonlySet<string> {
  const named = (definition.type ?? []).flatMap(({ code }) => (code === undefined ? [] : [plainType(code)]))
  const short = named.length === 0 ? base.find(([key]) => key === slice && key !== name) : undefined
  return new Set(short ? [suffixType(short[0].slice(name.length), short[1].holds)] : named)
}

const SYSTEM_TYPE = 'http://hl7.org/fhirpath/System.'
const plainType = (code: string): string =>
  code.startsWith(SYSTEM_TYPE) ? code.slice(SYSTEM_TYPE.length).toLowerCase() : code

function propertiesOf(name: string, base: Base, types: ReadonlySet<string>): readonly Property[] {
  const [first = ''] = types
  if (base.length === 0) return [{ key: name, type: first, isPrimitive: /^[a-z]/.test(first) }]
  return base.map(([key, { holds, choice }]) => ({
    key,
    type: choice === undefined ? typeOf(holds, first) : suffixType(key.slice(name.length), holds),
    isPrimitive: holds.kind === 'primitive',
  }))
}

function typeOf(holds: Holds, said: string): string {
  if (holds.kind === 'object') return holds.type === 'SimpleQuantity' ? 'Quantity' : holds.type
  if (holds.kind === 'resource') return 'Resource'
  return said === '' ? 'string' : said
}

const suffixType = (suffix: string, holds: Holds): string =>
  holds.kind === 'primitive' ? suffix.charAt(0).toLowerCase() + suffix.slice(1) : suffix

/** Of an element that may hold one of several types, the properties of those that the profile names. */
function allowedOf(
  properties: readonly Property[],
  types: ReadonlySet<string>,
): ReadonlySet<string> | undefined {
  if (types.size === 0 || properties.length < 2) return undefined
  const keys = properties.filter(({ type }) => types.has(type)).map(({ key }) => key)
  return keys.length < properties.length ? new Set(keys) : undefined
}

/** The type of the element where there is only one, so that its children are known. */
function ownType(
  properties: readonly Property[],
  allowed: ReadonlySet<string> | undefined,
  types: ReadonlySet<string>,
): string | undefined {
  const left = properties.filter(({ key, type }) =>
    allowed ? allowed.has(key) : properties.length === 1 || types.has(type),
  )
  const [only, other] = left
  if (!only || other) return undefined
  return only.type === 'Resource' && types.size === 1 ? [...types][0] : only.type
}

/** Children, with `valueQuantity` (a short form that differentials may take) as the slice of `value` that it is. */
function childrenOf(node: ElementNode, type: string): readonly ElementNode[] {
  const { elements } = typeRule(type)
  const short = node.children.filter(({ name }) => {
    const rule = elements.get(name)
    return rule?.choice !== undefined && rule.name !== name
  })
  const children = node.children.filter(child => !short.includes(child))
  for (const child of short) {
    const name = elements.get(child.name)?.name ?? ''
    let choice = children.find(each => each.name === name)
    if (!choice) {
      const id = `${node.id}.${name}[x]`
      children.push((choice = { id, name, definition: { path: id }, children: [], slices: [] }))
    }
    const slice = sliceOf(choice, child.name)
    const code = suffixType(
      child.name.slice(name.length),
      elements.get(child.name)?.holds ?? { kind: 'resource' },
    )
    slice.definition = joined(
      { path: slice.id, type: [{ code }] },
      joined(slice.definition, child.definition),
    )
    slice.children.push(...child.children)
    slice.slices.push(...child.slices)
  }
  return children
}

interface Count {
  readonly isRequired: boolean
  readonly isOne: boolean
}

/** Base R4 counts elements, not slices. */
const baseCount = ({ name, slice }: ElementNode, parentType: string | undefined, base: Base): Count => ({
  isRequired:
    slice === undefined &&
    (parentType === undefined || typeRule(parentType).required.some(each => each.name === name)),
  isOne: base.length > 0 && base.every(([, { many }]) => !many),
})

function limitsOf({ min, max }: ElementDefinition, { isRequired, isOne }: Count): Partial<Draft> {
  const most = max === undefined || max === '*' ? undefined : Number(max)
  return {
    ...(min !== undefined && min > (isRequired ? 1 : 0) && { min }),
    ...(most !== undefined && !(isOne && most === 1) && { max: most }),
  }
}

function valuesOf(definition: ElementDefinition): Partial<Draft> {
  const named = (name: string): object => {
    const value = valueOf(definition, name)
    return value === undefined ? {} : { [name]: value }
  }
  const { maxLength } = definition
  return {
    ...named('fixed'),
    ...named('pattern'),
    ...named('minValue'),
    ...named('maxValue'),
    ...(maxLength !== undefined && { maxLength }),
  }
}

const strengths: ReadonlySet<string> = new Set(['required', 'extensible', 'preferred'])

function bindingOf({ binding }: ElementDefinition, base: Base): { readonly binding?: Binding } {
  const { strength = '', valueSet } = binding ?? {}
  if (valueSet === undefined || !strengths.has(strength)) return {}
  const isBase = base.some(
    ([, { holds }]) => 'codes' in holds && holds.codes?.url === valueSet.replace(/\|.*/, ''),
  )
  return isBase && strength === 'required'
    ? {}
    : { binding: { strength: strength as Binding['strength'], valueSet } }
}

function targetsOf(
  { type = [] }: ElementDefinition,
  base: Base,
  { find }: Frame,
): { readonly targets?: TargetRule } {
  const urls = type.flatMap(({ targetProfile = [], code }) => (code === 'Reference' ? targetProfile : []))
  if (urls.length === 0) return {}
  const named = urls.map(url => coreType(url) ?? find(url)?.type)
  const isAny = named.some(each => each === undefined || each === 'Resource')
  const types = new Set(named.filter(each => each !== undefined))
  const asked = base.flatMap(([, { holds }]) =>
    holds.kind === 'object' && holds.targets ? [holds.targets] : [],
  )
  const isBase =
    asked.some(({ size }) => size === types.size) &&
    asked.some(each => [...types].every(name => each.has(name)))
  const profiles = urls.some(url => coreType(url) === undefined) ? urls : []
  if (profiles.length === 0 && (isAny || isBase)) return {}
  return { targets: { ...(!isAny && { types }), profiles } }
}

function profilesOf({ type = [] }: ElementDefinition): ReadonlyMap<string, readonly string[]> {
  return new Map(
    type.flatMap(({ code = '', profile = [] }) => {
      const asked = profile.filter(url => coreType(url) === undefined)
      return asked.length > 0 && asked.length === profile.length ? [[plainType(code), asked] as const] : []
    }),
  )
}

/** `#Questionnaire.item` is this profile's own element; an absolute one is that of R4, which asks nothing more. */
function noteReference({ contentReference }: ElementDefinition, rule: Draft, { references }: Frame): void {
  if (!contentReference?.startsWith('#')) return
  // Itself until all rules are there, so that it isn't left out for asking nothing.
  rule.like = rule
  references.push({ rule, id: contentReference.slice(1) })
}

const isKnownResource = ({ properties, types }: Rule): boolean =>
  properties.some(({ type }) => type === 'Resource') && types.size > 0 && !types.has('Resource')

/** True when base R4 doesn't ask all of it already. */
function asksAnything(rule: Rule): boolean {
  const { min, max, allowed, fixed, pattern, minValue, maxValue, maxLength, binding, targets } = rule
  const own = [min, max, allowed, fixed, pattern, minValue, maxValue, maxLength, binding, targets]
  return (
    own.some(each => each !== undefined) ||
    rule.profiles.size > 0 ||
    rule.constraints.length > 0 ||
    rule.slices.length > 0 ||
    rule.children.length > 0 ||
    rule.slicing?.rules === 'closed' ||
    rule.like !== undefined ||
    isKnownResource(rule)
  )
}
