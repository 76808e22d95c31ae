import { isResourceType } from '../resource-types.ts'
import { isNode, report, reportAt } from './scope.ts'
import type { Node, Scope } from './scope.ts'
import type { Targets } from './type-rules.ts'

const RELATIVE = /^[A-Za-z]+\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/
const CONDITIONAL = /^[A-Za-z]+\?/
const REST_URL = /\/([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}(?:\/_history\/[A-Za-z0-9\-.]{1,64})?$/
const ABSOLUTE = /^[A-Za-z][A-Za-z0-9+.-]*:./

/**
 * Checks of a Reference beyond its shape: the literal's form, ref-1, the types that the element may point to, and that
 * `type` says the type that the literal says (http://hl7.org/fhir/R4/references-definitions.html#Reference.type).
 */
export function walkReference(value: Node, targets: Targets | undefined, scope: Scope): void {
  const { reference, type } = value
  const kind = typeof reference === 'string' ? walkLiteral(reference, targets, scope) : undefined
  if (typeof type !== 'string') return
  const said = type.startsWith(STRUCTURES) ? type.slice(STRUCTURES.length) : type
  if (!isResourceType(said)) return
  if (targets && !targets.has(said)) {
    reportAt(scope, 'type', 'value', `May point to ${[...targets].join(', ')} only`)
  } else if (kind !== undefined && kind !== said) {
    reportAt(scope, 'type', 'value', `Must say the type that reference says, ${kind}`)
  }
}

const STRUCTURES = 'http://hl7.org/fhir/StructureDefinition/'

/** The resource type that it points to, where that can be told. */
function walkLiteral(reference: string, targets: Targets | undefined, scope: Scope): string | undefined {
  if (reference.startsWith('#')) {
    scope.fragments.push(reference)
    if (reference !== '#' && !scope.contained.has(reference.slice(1))) {
      report(scope, 'invariant', 'ref-1: SHALL have a contained resource if a local reference is provided')
      return undefined
    }
  }
  const kind = targetType(reference, scope)
  if (kind === 'malformed') {
    reportAt(
      scope,
      'reference',
      'value',
      'Must be Type/id with an R4 type, Type?search, #id or an absolute URL',
    )
    return undefined
  }
  if (targets && kind !== undefined && !targets.has(kind)) {
    reportAt(scope, 'reference', 'value', `May point to ${[...targets].join(', ')} only`)
  }
  return kind
}

/**
 * The resource type that a literal reference points to, `undefined` when it can't be told, `malformed` when the text is no
 * literal reference (http://hl7.org/fhir/R4/references.html#literal).
 */
function targetType(reference: string, scope: Scope): string | undefined {
  if (reference.startsWith('#')) return scope.contained.get(reference.slice(1))
  const type = relativeType(reference)
  if (type !== undefined) return isResourceType(type) ? type : 'malformed'
  if (!ABSOLUTE.test(reference)) return 'malformed'
  scope.fragments.push(reference)
  if (!reference.startsWith('http')) return scope.entryTypes.get(reference)
  const named = REST_URL.exec(reference)?.[1]
  return named !== undefined && isResourceType(named) ? named : scope.entryTypes.get(reference)
}

/** The type that a relative reference or the address of a resource names, undefined when it names none. */
export function literalType(reference: string): string | undefined {
  const type = relativeType(reference) ?? REST_URL.exec(reference)?.[1]
  return type !== undefined && isResourceType(type) ? type : undefined
}

/** NOTE: `test` makes no array of matches; `exec` did for every reference of every resource. */
function relativeType(reference: string): string | undefined {
  if (RELATIVE.test(reference)) return reference.slice(0, reference.indexOf('/'))
  return CONDITIONAL.test(reference) ? reference.slice(0, reference.indexOf('?')) : undefined
}

/** id -> type of the contained resources. */
export function containedTypes(resource: Node): ReadonlyMap<string, string> {
  if (resource['contained'] === undefined) return NONE_CONTAINED
  const types = new Map<string, string>()
  for (const { id, resourceType } of nodesIn(resource['contained'])) {
    if (typeof id === 'string' && typeof resourceType === 'string') types.set(id, resourceType)
  }
  return types
}

const NONE_CONTAINED: ReadonlyMap<string, string> = new Map()

/** fullUrl -> type of a Bundle's entries, so that the target of a urn reference can be told. */
export function entryTypesOf(bundle: Node, outer: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const types = new Map(outer)
  for (const { fullUrl, resource } of nodesIn(bundle['entry'])) {
    if (typeof fullUrl !== 'string' || !isNode(resource)) continue
    if (typeof resource['resourceType'] === 'string') types.set(fullUrl, resource['resourceType'])
  }
  return types
}

/** dom-3: a contained resource is referred to from the resource around it, or refers to that one. */
export function reportUnreferenced(resource: Node, scope: Scope): void {
  const fragments = new Set(scope.fragments)
  for (const item of nodesIn(resource['contained'])) {
    if (typeof item['id'] === 'string' && fragments.has(`#${item['id']}`)) continue
    if (refersToContainer(item)) continue
    reportAt(
      scope,
      'contained',
      'invariant',
      'dom-3: A contained resource SHALL be referred to from elsewhere in the resource or SHALL refer to the containing resource',
    )
    return
  }
}

/** NOTE: recursion is bounded, as what nests too deeply was left out of the walk before and counts as not referring. */
function refersToContainer(value: unknown, depth = 0): boolean {
  if (typeof value !== 'object' || value === null || depth > 128) return false
  if ((value as Node)['reference'] === '#') return true
  return Object.values(value).some(item => refersToContainer(item, depth + 1))
}

const nodesIn = (value: unknown): readonly Node[] => (Array.isArray(value) ? value.filter(isNode) : [])
