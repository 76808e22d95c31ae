import { isRawNumber } from '../../lib/json.ts'
import { find, findingOf } from '../../lib/unchanging.ts'
import { isResourceType } from '../resource-types.ts'
import { narrativeFault } from './narrative.ts'
import { containedTypes, entryTypesOf, reportUnreferenced, walkReference } from './references.ts'
import { isNode, report, reportAt } from './scope.ts'
import type { Node, Scope } from './scope.ts'
import { typeRule } from './type-rules.ts'
import type { BoundCodes, ElementRule, Holds, TypeRule } from './type-rules.ts'

/** Names and list positions from the resource down. Real resources stay under 40; JSON of 10,000 levels is an attack. */
const STEPS_MAX = 128

interface Place {
  readonly isContained?: boolean
  /** What the resource was made of. */
  readonly standing?: Node | undefined
}

/** Validates a resource wherever it stands: outermost, in a Bundle entry, in a Parameters parameter or contained. */
export function walkResource(value: unknown, scope: Scope, { isContained, standing }: Place = {}): void {
  if (!isPlainObject(value)) return report(scope, 'structure', 'A resource must be a JSON object')
  const type = value['resourceType']
  if (typeof type !== 'string' || !isResourceType(type)) {
    return report(scope, 'structure', 'resourceType must be there and name an R4 resource type')
  }
  if (scope.path.length === 0) scope.path.push(type)
  if (isContained) return walkObject(typeRule(type), value, { ...scope, resource: value })
  const rule = typeRule(type)
  if (findingOf(value, rule) === VALID) return
  const entryTypes = type === 'Bundle' ? entryTypesOf(value, scope.entryTypes) : scope.entryTypes
  const { path, issues } = scope
  const within = {
    path,
    issues,
    resource: value,
    contained: containedTypes(value),
    fragments: [],
    entryTypes,
  }
  const before = issues.length
  // What is contained is referred to from anywhere: then all is looked at.
  const known = standing?.['contained'] === undefined && within.contained.size === 0 ? standing : undefined
  walkObject(rule, value, within, known)
  if (within.contained.size > 0) reportUnreferenced(value, within)
  if (issues.length === before && within.fragments.length === 0 && !known) find(value, rule, VALID)
}

/** Taken down about what can't change and is valid wherever it stands: nothing in it refers to what is around it. */
const VALID = 'valid'

function walkObject(rule: TypeRule, value: Node, scope: Scope, standing?: Node): void {
  if (scope.path.length > STEPS_MAX) {
    return report(scope, 'too-long', `Nested too deeply: more than ${STEPS_MAX} steps below the resource`)
  }
  const there = walkProperties(rule, value, scope, standing)
  if (there !== rule.requiredBits)
    for (const [i, { name }] of rule.required.entries())
      if ((there & (1 << i)) === 0) reportAt(scope, name, 'required', `${name} is required`)
  for (const { key, text, holds } of rule.invariants) {
    if (!holds(value, scope)) report(scope, 'invariant', `${key}: ${text}`)
  }
}

/**
 * Which of what is required is there, by `TypeRule.requiredBits`.
 * NOTE: for-in is the fastest way through an object's properties in V8, and plain JSON inherits none.
 */
function walkProperties(rule: TypeRule, value: Node, scope: Scope, standing?: Node): number {
  let chosen: (string | undefined)[] | undefined
  let [isEmpty, there] = [true, 0]
  for (const key in value) {
    const item = value[key]
    if (item === undefined) continue
    isEmpty = false
    const element = rule.elements.get(key)
    if (element === undefined) {
      reportUnknown(key, rule, scope)
      continue
    }
    there |= element.required
    if (element.choice !== undefined) {
      chosen ??= []
      const property = element.holds.kind === 'sibling' ? element.holds.of : key
      if ((chosen[element.choice] ?? property) !== property) {
        reportAt(scope, element.name, 'structure', `Only one type of ${element.name}[x] may be there`)
      }
      chosen[element.choice] = property
    }
    if (element.holds.kind === 'object' && standing !== undefined && item === standing[key]) continue
    scope.path.push(element.name)
    walkProperty(element, key, value, scope)
    scope.path.pop()
  }
  if (isEmpty) report(scope, 'structure', 'ele-1: An object must not be empty')
  return there
}

/** Names of elements are no patient data, but a property can have any name: only what looks like an element is repeated. */
function reportUnknown(key: string, rule: TypeRule, scope: Scope): void {
  const isName = /^_?[A-Za-z][A-Za-z0-9]{0,63}$/.test(key)
  if (isName) reportAt(scope, key, 'structure', `${key} is not an element of ${rule.name}`)
  else report(scope, 'structure', `A property is not an element of ${rule.name}`)
}

function walkProperty(element: ElementRule, key: string, parent: Node, scope: Scope): void {
  const value = parent[key]
  const { holds, many } = element
  if (holds.kind === 'sibling') return walkSibling(parent[holds.of], value, many, scope)
  if (!many) return walkValue(holds, value, scope)
  if (!Array.isArray(value)) return report(scope, 'structure', 'Must be a list, as the element may repeat')
  if (value.length === 0) return report(scope, 'structure', 'A list must not be empty')
  const siblings = holds.kind === 'primitive' ? parent[`_${key}`] : undefined
  for (let i = 0; i < value.length; i++) {
    if (value[i] === null && Array.isArray(siblings) && isNode(siblings[i])) continue
    scope.path.push(i)
    walkValue(holds, value[i], scope, element.name)
    scope.path.pop()
  }
}

function walkValue(holds: Holds, value: unknown, scope: Scope, name?: string): void {
  if (holds.kind === 'primitive') return walkPrimitive(holds, value, scope)
  if (holds.kind === 'resource') return walkResource(value, scope, { isContained: name === 'contained' })
  if (holds.kind === 'object') {
    if (!isPlainObject(value)) return report(scope, 'structure', `Must be a JSON object: ${holds.type}`)
    if (findingOf(value, holds) === VALID) return
    const [issues, fragments] = [scope.issues.length, scope.fragments.length]
    walkObject(holds.rule(), value, scope)
    if (holds.type === 'Reference') walkReference(value, holds.targets, scope)
    if (holds.codes) checkConcept(value, holds.codes, scope)
    if (scope.issues.length === issues && scope.fragments.length === fragments) find(value, holds, VALID)
  } else if (holds.kind === 'narrative') {
    const fault =
      typeof value === 'string' ? narrativeFault(value) : (['txt-1', 'must be a JSON string'] as const)
    if (fault) report(scope, 'invariant', `${fault[0]}: The narrative ${fault[1]}`)
  }
}

function walkPrimitive(holds: Extract<Holds, { kind: 'primitive' }>, value: unknown, scope: Scope): void {
  const fault = holds.check(value)
  if (fault !== undefined) {
    const isShape = typeof value === 'object' && !isRawNumber(value)
    return report(scope, isShape ? 'structure' : 'value', `The value ${fault}`)
  }
  if (holds.codes && !holds.codes.all.has(value as string)) {
    report(scope, 'code-invalid', `The code must be ${codesText(holds.codes)}`)
  }
  if (holds.isUri && (value as string).startsWith('#')) scope.fragments.push(value as string)
}

/** `_birthDate`: an object, or a list aligned with the values by nulls. */
function walkSibling(values: unknown, siblings: unknown, many: boolean, scope: Scope): void {
  if (!many) return walkElement(siblings, scope)
  if (!Array.isArray(siblings)) return report(scope, 'structure', 'Must be a list, as the element may repeat')
  if (siblings.length === 0) return report(scope, 'structure', 'A list must not be empty')
  for (let i = 0; i < siblings.length; i++) {
    scope.path.push(i)
    if (siblings[i] !== null) walkElement(siblings[i], scope)
    else if (!Array.isArray(values) || values[i] === undefined) {
      report(scope, 'structure', 'null stands only beside a value in the list without "_"')
    }
    scope.path.pop()
  }
}

function walkElement(value: unknown, scope: Scope): void {
  if (isPlainObject(value)) walkObject(typeRule('Element'), value, scope)
  else report(scope, 'structure', 'Must be a JSON object with id or extension')
}

/** Required binding of a CodeableConcept: one of its codings is in the value set. */
function checkConcept(concept: Node, codes: BoundCodes, scope: Scope): void {
  const codings = Array.isArray(concept['coding']) ? concept['coding'].filter(isNode) : []
  const isBound = codings.some(({ system, code }) => {
    return (
      typeof system === 'string' && typeof code === 'string' && codes.bySystem.get(system)?.includes(code)
    )
  })
  if (!isBound) report(scope, 'code-invalid', `A coding must be ${codesText(codes)}`)
}

const CODES_LISTED_MAX = 30

const codesText = ({ url, all }: BoundCodes): string =>
  all.size > CODES_LISTED_MAX ? `in the value set ${url}` : `one of ${[...all].join(', ')} (${url})`

const isPlainObject = (value: unknown): value is Node => isNode(value) && !isRawNumber(value)
