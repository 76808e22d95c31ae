import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from './json-edit.ts'
import type { Slot } from './lens.ts'

/** A text at a path of single elements, e.g. `['restriction', 'period', 'end']`. */
export function textAt(...path: readonly string[]): Slot<string | undefined> {
  return {
    get: resource => {
      let value: unknown = resource
      for (const name of path) {
        if (!isObject(value)) return undefined
        value = value[name]
      }
      return textOf(value)
    },
    set: (resource, value) => setAt(resource, path, value),
  }
}

function setAt<T extends object>(parent: T, path: readonly string[], value: unknown): T {
  const [name, ...rest] = path
  if (name === undefined) return parent
  if (rest.length === 0) return withElement(parent, name, value)
  return withElement(parent, name, setAt(objectOf((parent as JsonObject)[name]), rest, value))
}

/** Value of the first extension with this URL, by the name of its value element. */
export function extensionAt(url: string, valueName: string): Slot<string | undefined> {
  return {
    get: resource => textOf(extensionOf(resource, url)?.[valueName]),
    set: (resource, value) =>
      withExtension(resource, url, value === undefined ? undefined : { url, [valueName]: value }),
  }
}

/** NOTE: asked of every row of every resource of a case: nothing is made on the way. */
export function extensionOf(element: object, url: string): JsonObject | undefined {
  const list = (element as JsonObject)['extension']
  if (!Array.isArray(list)) return undefined
  for (const extension of list as readonly unknown[])
    if (isObject(extension) && extension['url'] === url) return extension
  return undefined
}

/** Puts, replaces or takes out the extensions with this URL; the others stay as and where they are. */
export function withExtension<T extends object>(
  element: T,
  url: string,
  extension: JsonObject | undefined,
): T {
  const list = listOf((element as JsonObject)['extension'])
  const at = list.findIndex(item => isObject(item) && item['url'] === url)
  const others = list.filter((item, i) => i === at || !isObject(item) || item['url'] !== url)
  const next =
    at < 0
      ? [...list, ...(extension ? [extension] : [])]
      : others.flatMap(item =>
          isObject(item) && item['url'] === url ? (extension ? [extension] : []) : [item],
        )
  return withElement(element, 'extension', next)
}

/** Value of the identifier with this system, in the resource's list of identifiers. */
export function identifierOf(system: string): Slot<string | undefined> {
  const isOurs = (item: unknown): boolean => isObject(item) && item['system'] === system
  return {
    get: resource => textOf(objectOf(listOf(resource['identifier']).find(isOurs))['value']),
    set: (resource, value) => {
      const list = listOf(resource['identifier'])
      const found = list.findIndex(isOurs)
      const ours = value === undefined ? [] : [{ ...objectOf(list[found]), system, value }]
      const next =
        found < 0
          ? [...list, ...ours]
          : list.flatMap((item, i) => (i === found ? ours : isOurs(item) ? [] : [item]))
      return withElement(resource, 'identifier', next)
    },
  }
}

/** Whether meta.tag holds a code. */
export function tagOf(system: string, code: string): Slot<boolean> {
  const isOurs = (tag: unknown): boolean => isObject(tag) && tag['system'] === system && tag['code'] === code
  return {
    get: resource => listOf(objectOf(resource.meta)['tag']).some(isOurs),
    set: (resource, value) => {
      const others = listOf(objectOf(resource.meta)['tag']).filter(tag => !isOurs(tag))
      const tags = value ? [...others, { system, code }] : others
      return withElement(resource, 'meta', withElement(objectOf(resource.meta), 'tag', tags))
    },
  }
}

/** How a derived row of a list is read, made and changed; rows that are not derived are pins and stay as they came. */
export interface RowShape<V> {
  /** Same key = same row. */
  readonly keyOf: (value: V) => string
  readonly read: (row: JsonObject) => V
  /** Writes the value into a row, `{}` for a new one, and keeps what else the row holds. */
  readonly write: (row: JsonObject, value: V) => JsonObject
}

/**
 * The rows of a list that carry the `derived` extension, as values sorted by key. They stand together in that order,
 * where the first of them stood: whatever order the facts came in, the list is the same. The other rows stay as they are.
 */
export function derivedRows<V>(element: string, derivedUrl: string, shape: RowShape<V>): Slot<readonly V[]> {
  const isDerived = (row: unknown): row is JsonObject =>
    isObject(row) && extensionOf(row, derivedUrl) !== undefined
  return {
    get: resource => {
      const rows = resource[element]
      return Array.isArray(rows) ? sortedRows(rows.filter(isDerived).map(shape.read), shape) : NOTHING
    },
    set: (resource, values) => {
      const list = listOf(resource[element])
      const left = list.filter(isDerived)
      const rows = sortedRows(values, shape).map(value => {
        const key = shape.keyOf(value)
        const at = left.findIndex(row => shape.keyOf(shape.read(row)) === key)
        return shape.write(at < 0 ? {} : (left.splice(at, 1)[0] ?? {}), value)
      })
      const first = list.findIndex(isDerived)
      const others = list.filter(row => !isDerived(row))
      const before = first < 0 ? others : list.slice(0, first)
      return withElement(resource, element, [...before, ...rows, ...others.slice(before.length)])
    },
  }
}

const NOTHING: readonly never[] = []

/** The canonical order of derived rows. */
export const sortedRows = <V>(values: readonly V[], shape: Pick<RowShape<V>, 'keyOf'>): readonly V[] =>
  values.length < 2
    ? values
    : values.toSorted((a, b) => {
        const [left, right] = [shape.keyOf(a), shape.keyOf(b)]
        return left < right ? -1 : left > right ? 1 : 0
      })

/** A row's derived extension, with the reason why the row is there. */
const derivedBecause = (url: string, reason: string): JsonObject => ({ url, valueString: reason })

export const withReason = (row: JsonObject, url: string, reason: string): JsonObject =>
  withExtension(row, url, derivedBecause(url, reason))

export const reasonOf = (row: JsonObject, url: string): string =>
  textOf(extensionOf(row, url)?.['valueString']) ?? ''

/** A resource as the lenses see it. */
export const asResource = (resource: object): Resource & { readonly id: string } =>
  resource as Resource & { readonly id: string }
