import { listOf } from '../../lib/list-of.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { ElementRule } from '../validation/type-rules.ts'
import type { FhirPatchChange, FhirPatchOperation, PatchValue } from './fhir-patch-operations.ts'
import { inapplicable } from './inapplicable.ts'
import { edited, isFields, valueAt, type JsonFields, type Place } from './json-tree.ts'
import { evaluatePath } from './path-evaluate.ts'
import type { PathExpression } from './path-grammar.ts'
import { strangeName } from './path-names.ts'
import { fieldsPlaceOf, propertiesOf, type PathNode } from './path-nodes.ts'
import { padded, standingAs } from './patch-value.ts'

type Change<Type> = Extract<FhirPatchChange, { readonly type: Type }>

/**
 * A resource with all operations done, or a failure and nothing done; the resource itself is never altered. Whether the
 * result is a sound resource is for the validator to say. Failures: `patch-not-applicable`, `patch-path-not-supported`,
 * `patch-path-ambiguous`.
 */
export function applyFhirPatch(
  resource: JsonFields,
  operations: readonly FhirPatchOperation[],
): Result<JsonFields> {
  let value = resource
  for (const { place, path, change } of operations) {
    const done = applied(value, path, change)
    if (!done.ok) return fail(saidOf(place, change.type, done.failure))
    value = done.value
  }
  return ok(value)
}

function saidOf(place: string, type: string, failure: Failure): Failure {
  const message = `${place} (${type}): ${failure.message}`
  const issue = { severity: 'error', code: 'processing', diagnostics: message, expression: place } as const
  return { ...failure, message, expression: place, issues: [issue] }
}

function applied(resource: JsonFields, path: PathExpression, change: FhirPatchChange): Result<JsonFields> {
  switch (change.type) {
    case 'add':
      return added(resource, path, change)
    case 'insert':
      return inserted(resource, path, change)
    case 'delete':
      return deleted(resource, path)
    case 'replace':
      return replaced(resource, path, change)
    case 'move':
      return moved(resource, path, change)
  }
}

/**
 * The only element that a path leads to; undefined when there is none: an error for all but delete
 * (http://hl7.org/fhir/R4/fhirpatch.html#concept). Failures: `patch-path-ambiguous`, `patch-not-applicable` (a name that no
 * such resource has).
 */
function only(resource: JsonFields, path: PathExpression): Result<PathNode | undefined> {
  const strange = strangeName(path, String(resource['resourceType']))
  if (strange !== undefined)
    return inapplicable(`the path names ${strange}, and R4 has no such element there.`)
  const found = evaluatePath(path, resource)
  if (!found.ok) return found
  const [node, second] = found.value
  if (second) {
    const message = 'the path leads to several elements; choose one by its position or with where().'
    return fail({ kind: 'unprocessable', code: 'patch-path-ambiguous', message })
  }
  if (node && !node.place) return inapplicable('the path leads to no element of the resource.')
  return ok(node)
}

const nothing = inapplicable('the path leads to nothing; read the resource again, or add what is missing.')

/** A copy with the properties of the element at a place changed; what becomes empty is no element, and goes. */
function withFields(
  resource: JsonFields,
  place: Place,
  changes: Readonly<Record<string, unknown>>,
): JsonFields {
  const next = edited(resource, place, value => {
    const fields: JsonFields = { ...(isFields(value) ? value : {}), ...changes }
    const kept = Object.entries(fields).filter(([, item]) => !isEmpty(item))
    return kept.length === 0 && place.length > 0 ? undefined : Object.fromEntries(kept)
  })
  return pruned(isFields(next) ? next : {}, place)
}

/** Takes out the parents that have nothing left. */
function pruned(resource: JsonFields, place: Place): JsonFields {
  for (let length = place.length - 1; length > 0; length -= 1) {
    const parent = place.slice(0, length)
    if (!isEmpty(valueAt(resource, parent))) return resource
    const next = edited(resource, parent, () => undefined)
    if (isFields(next)) return pruned(next, parent)
  }
  return resource
}

const isEmpty = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) && value.every(item => item === null)) ||
  (isFields(value) && Object.keys(value).length === 0)

function added(resource: JsonFields, path: PathExpression, change: Change<'add'>): Result<JsonFields> {
  const { name, value } = change
  const target = only(resource, path)
  if (!target.ok) return target
  const place = target.value && fieldsPlaceOf(target.value)
  if (!target.value || !place) return nothing
  const { type = '' } = target.value
  const standing = standingAs(type, name, value)
  if (!standing) return wrongType(type, name)
  const present = propertiesOf(type, standing.rule.name).some(({ property }) =>
    [property, `_${property}`].some(one => valueAt(resource, [...place, one]) !== undefined),
  )
  const { property, rule } = standing
  if (!rule.many) {
    if (present) return inapplicable(`${name} is there already; use replace.`)
    return ok(withFields(resource, place, { [property]: standing.value, [`_${property}`]: standing.beside }))
  }
  const list = listIn(resource, place, property)
  return ok(withItems(resource, list, { at: list.length, value: standing.value, beside: standing.beside }))
}

function wrongType(type: string, name: string): Result<never> {
  const names = propertiesOf(type, name).map(({ property }) => property)
  return names.length === 0
    ? inapplicable(`${type} has no element of the name given.`)
    : inapplicable(`the value has a type that can not stand there; legal: ${names.join(', ')}.`)
}

/** A list and what stands beside its primitives. */
interface List {
  /** The element that has it. */
  readonly place: Place
  readonly property: string
  readonly items: readonly unknown[]
  readonly besides: readonly unknown[]
  readonly length: number
}

function listIn(resource: JsonFields, place: Place, property: string): List {
  const items = listOf(valueAt(resource, [...place, property]))
  const besides = listOf(valueAt(resource, [...place, `_${property}`]))
  return { place, property, items, besides, length: Math.max(items.length, besides.length) }
}

function withItems(
  resource: JsonFields,
  { place, property, items, besides, length }: List,
  { at, value, beside }: { readonly at: number; readonly value: unknown; readonly beside: unknown },
): JsonFields {
  const hasBeside = besides.length > 0 || beside !== undefined
  return withFields(resource, place, {
    [property]: padded(items, length).toSpliced(at, 0, value ?? null),
    [`_${property}`]: hasBeside ? padded(besides, length).toSpliced(at, 0, beside ?? null) : undefined,
  })
}

/** The list that a path names: the repeating element of exactly one parent. */
function listAt(
  resource: JsonFields,
  path: PathExpression,
): Result<List & { readonly type: string; readonly rule: ElementRule }> {
  if (path.kind !== 'member') return inapplicable('the path must end with the name of a list.')
  const parent = only(resource, path.of ?? { kind: 'resource' })
  if (!parent.ok) return parent
  const place = parent.value && fieldsPlaceOf(parent.value)
  if (!parent.value || !place) return nothing
  const { type = '' } = parent.value
  const named = propertiesOf(type, path.name).find(({ rule }) => rule.many)
  if (!named) return inapplicable('the path must end with the name of an element that repeats.')
  return ok({ ...listIn(resource, place, named.property), type, rule: named.rule })
}

function inserted(resource: JsonFields, path: PathExpression, change: Change<'insert'>): Result<JsonFields> {
  const list = listAt(resource, path)
  if (!list.ok) return list
  const { type, property, length } = list.value
  const standing = standingAs(type, property, change.value)
  if (!standing) return wrongType(type, property)
  if (change.index > length) return inapplicable(`the list has ${length} items; index may be up to that.`)
  const { value, beside } = standing
  return ok(withItems(resource, list.value, { at: change.index, value, beside }))
}

function moved(resource: JsonFields, path: PathExpression, change: Change<'move'>): Result<JsonFields> {
  const list = listAt(resource, path)
  if (!list.ok) return list
  const { source, destination } = change
  const { place, property, items, besides, length } = list.value
  if (source >= length || destination >= length)
    return inapplicable(`the list has ${length} items; source and destination must be below that.`)
  const shifted = (rows: readonly unknown[]): readonly unknown[] =>
    rows.toSpliced(source, 1).toSpliced(destination, 0, rows[source])
  return ok(
    withFields(resource, place, {
      [property]: shifted(padded(items, length)),
      [`_${property}`]: besides.length > 0 ? shifted(padded(besides, length)) : undefined,
    }),
  )
}

/** Where an element stands: the place of its parent, its property, and its position in a list. */
function spotOf({ place = [] }: PathNode) {
  const last = place.at(-1)
  const [parent, property, at] =
    typeof last === 'number'
      ? [place.slice(0, -2), String(place.at(-2)), last]
      : [place.slice(0, -1), String(last), undefined]
  return { parent, property, at }
}

function deleted(resource: JsonFields, path: PathExpression): Result<JsonFields> {
  const target = only(resource, path)
  if (!target.ok) return target
  if (!target.value) return ok(resource)
  if (target.value.place?.length === 0)
    return inapplicable('the resource itself can not be deleted by a patch; send DELETE.')
  const { parent, property, at } = spotOf(target.value)
  if (at === undefined)
    return ok(withFields(resource, parent, { [property]: undefined, [`_${property}`]: undefined }))
  const { items, besides, length } = listIn(resource, parent, property)
  return ok(
    withFields(resource, parent, {
      [property]: padded(items, length).toSpliced(at, 1),
      [`_${property}`]: besides.length > 0 ? padded(besides, length).toSpliced(at, 1) : undefined,
    }),
  )
}

function replaced(resource: JsonFields, path: PathExpression, change: Change<'replace'>): Result<JsonFields> {
  const target = only(resource, path)
  if (!target.ok) return target
  if (!target.value) return nothing
  if (target.value.place?.length === 0)
    return inapplicable('the resource itself can not be replaced by a patch; send PUT.')
  const { parent, property, at } = spotOf(target.value)
  const standing = standingOf(resource, { parent, property, value: change.value })
  if (!standing.ok) return standing
  const { value, beside } = standing.value
  if (at === undefined) {
    const gone = { [property]: undefined, [`_${property}`]: undefined }
    const put = { [standing.value.property]: value, [`_${standing.value.property}`]: beside }
    return ok(withFields(resource, parent, { ...gone, ...put }))
  }
  const { items, besides, length } = listIn(resource, parent, property)
  const hasBeside = besides.length > 0 || beside !== undefined
  return ok(
    withFields(resource, parent, {
      [property]: padded(items, length).toSpliced(at, 1, value ?? null),
      [`_${property}`]: hasBeside ? padded(besides, length).toSpliced(at, 1, beside ?? null) : undefined,
    }),
  )
}

interface Spot {
  readonly parent: Place
  readonly property: string
  readonly value: PatchValue
}

/** How a value stands in place of another; of a choice it may bring another type. */
function standingOf(resource: JsonFields, { parent, property, value }: Spot) {
  const type = typeAt(resource, parent)
  const named = propertiesOf(type, property)[0]
  const standing = standingAs(type, named?.rule.name ?? property, value)
  return standing ? ok(standing) : wrongType(type, named?.rule.name ?? property)
}

/** The type of the element at a place, by the definitions on the way to it. */
function typeAt(resource: JsonFields, place: Place): string {
  let type = String(resource['resourceType'])
  for (const [i, step] of place.entries()) {
    if (typeof step === 'number') continue
    const holds = propertiesOf(type, step)[0]?.rule.holds
    if (holds?.kind === 'object') type = holds.type
    else if (holds?.kind === 'resource') {
      const held = valueAt(resource, place.slice(0, typeof place[i + 1] === 'number' ? i + 2 : i + 1))
      type = isFields(held) ? String(held['resourceType']) : 'Resource'
    } else type = 'Element'
  }
  return type
}
