import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import { sameValue } from '../../../lib/same-value.ts'
import type { Slot } from '../lenses/lens.ts'
import type { CaseNames } from '../names.ts'
import { extensionOf, textAt, withExtension } from '../lenses/slots.ts'

/** What the rule of a derived Task gives and nobody else may change. A client's own identifiers and codings are free. */
const ruled = (names: CaseNames): readonly (readonly [expression: string, slot: Slot<unknown>])[] => [
  ['Task.identifier', rowsOf(['identifier'], row => row['system'] === names.obligation)],
  ['Task.groupIdentifier', elementOf('groupIdentifier')],
  ['Task.for', erased(textAt('for', 'reference'))],
  ['Task.code', rowsOf(['code', 'coding'], row => row['system'] === names.taskCode)],
  ['Task.basedOn', rowsOf(['basedOn'], row => extensionOf(row, names.derived) !== undefined)],
  ['Task.authoredOn', erased(textAt('authoredOn'))],
  ['Task.restriction.period.end', erased(textAt('restriction', 'period', 'end'))],
  ['Task.extension', markOf(names.derived)],
]

/** Expressions of what was derived and is changed. */
export const changedElements = (before: Resource, after: Resource, names: CaseNames): readonly string[] =>
  ruled(names)
    .filter(([, { get }]) => !sameValue(get(before), get(after)))
    .map(([expression]) => expression)

/** The resource with what was derived as it was before. */
export const withDerivedElements = (before: Resource, after: Resource, names: CaseNames): Resource =>
  ruled(names).reduce(
    (kept, [, { get, set }]) => (sameValue(get(before), get(kept)) ? kept : set(kept, get(before))),
    after,
  )

const erased = (slot: Slot<string | undefined>): Slot<unknown> => ({
  get: slot.get,
  set: (resource, value) => slot.set(resource, value as string | undefined),
})

const elementOf = (name: string): Slot<unknown> => ({
  get: resource => resource[name],
  set: (resource, value) => withElement(resource, name, value),
})

const markOf = (derivedUrl: string): Slot<unknown> => ({
  get: resource => extensionOf(resource, derivedUrl),
  set: (resource, value) => withExtension(resource, derivedUrl, value as JsonObject | undefined),
})

/** The rows of a list that are ours; put back, they stand before those of others. */
function rowsOf(path: readonly [string, string?], isOurs: (row: JsonObject) => boolean): Slot<unknown> {
  const [name, inner] = path
  const isOwn = (row: unknown): boolean => isObject(row) && isOurs(row)
  const listIn = (resource: Resource): readonly unknown[] =>
    listOf(inner === undefined ? resource[name] : objectOf(resource[name])[inner])
  return {
    get: resource => listIn(resource).filter(isOwn),
    set: (resource, value) => {
      const rows = [...listOf(value), ...listIn(resource).filter(row => !isOwn(row))]
      const element = inner === undefined ? rows : withElement(objectOf(resource[name]), inner, rows)
      return withElement(resource, name, element)
    },
  }
}
