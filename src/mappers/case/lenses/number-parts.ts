import { isRawNumber } from '../../../lib/json.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, withElement, type JsonObject } from './json-edit.ts'
import type { Slot } from './lens.ts'
import { extensionOf, withExtension } from './slots.ts'

/** Type of a part that an extension of ours is written with; it is read with any. */
export type ValueType = 'valueInteger' | 'valueDecimal' | 'valueBoolean' | 'valueCode' | 'valueString'

type Plain = string | number | boolean

/** What an extension carries, by whatever name; decimals lose their digits, for they are compared as numbers. */
function plainOf(extension: JsonObject | undefined): Plain | undefined {
  const value = Object.entries(extension ?? {}).find(([name]) => name.startsWith('value'))?.[1]
  if (isRawNumber(value)) return Number(value.rawJSON)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean'
    ? value
    : undefined
}

/** A single number, code or boolean in an extension of its own. */
export function plainExtension<V extends Plain>(url: string, type: ValueType): Slot<V | undefined> {
  return {
    get: resource => plainOf(extensionOf(resource, url)) as V | undefined,
    set: (resource, value) =>
      withExtension(resource, url, value === undefined ? undefined : { url, [type]: value }),
  }
}

/** Codes, an extension each. */
export function codeExtensions(url: string): Slot<readonly string[]> {
  const isOurs = (item: unknown): item is JsonObject => isObject(item) && item['url'] === url
  return {
    get: resource =>
      listOf(resource['extension'])
        .filter(isOurs)
        .map(extension => String(plainOf(extension) ?? '')),
    set: (resource, values) =>
      withRows(
        resource,
        url,
        values.map(valueCode => ({ url, valueCode })),
      ),
  }
}

/** The parts of a complex extension, in the order in which they are written. */
export type PlainParts<V> = { readonly [K in keyof V]-?: ValueType }

/** A record of numbers, codes and booleans as the parts of an extension. */
export const readPlainParts = <V extends object>(extension: object, parts: PlainParts<V>): V =>
  Object.fromEntries(
    Object.keys(parts).flatMap(name => {
      const value = plainOf(extensionOf(extension, name))
      return value === undefined ? [] : [[name, value]]
    }),
  ) as V

export const writePlainParts = <V extends object>(value: V, parts: PlainParts<V>): readonly JsonObject[] =>
  Object.entries(parts).flatMap(([url, type]) => {
    const part = (value as JsonObject)[url]
    return part === undefined ? [] : [{ url, [type as string]: part }]
  })

/** Puts the extensions with this URL in the place of those that are there. */
export function withRows(resource: Resource, url: string, rows: readonly JsonObject[]): Resource {
  const others = listOf(resource['extension']).filter(item => !isObject(item) || item['url'] !== url)
  return withElement(resource, 'extension', [...others, ...rows])
}
