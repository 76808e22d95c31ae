import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionOf, withExtension } from '../lenses/slots.ts'
import { extensionRows } from './element-slots.ts'

/** FHIR type of a part of a complex extension; all of them are texts in the domain. */
type PartType = 'valueCode' | 'valueId' | 'valueString' | 'valueDate' | 'valueDateTime' | 'valueReference'

/** The parts of a complex extension, in the order in which they are written. */
export type Parts<V extends object> = { readonly [K in keyof V]-?: PartType }

/** A record of texts in one complex extension; undefined when there is none. */
export function recordExtension<V extends object>(url: string, parts: Parts<V>): Slot<V | undefined> {
  return {
    get: resource => {
      const extension = extensionOf(resource, url)
      return extension && readParts(extension, parts)
    },
    set: (resource, value) =>
      withExtension(resource, url, value && { url, extension: writeParts(value, parts) }),
  }
}

/** Records of texts, a complex extension each, in their order. */
export const recordExtensions = <V extends object>(url: string, parts: Parts<V>): Slot<readonly V[]> =>
  extensionRows({
    url,
    read: extension => readParts(extension, parts),
    write: value => ({ extension: writeParts(value, parts) }),
  })

const rowsOf = (parts: object): readonly (readonly [name: string, type: PartType])[] =>
  Object.entries(parts) as (readonly [string, PartType])[]

const readParts = <V extends object>(extension: JsonObject, parts: Parts<V>): V =>
  Object.fromEntries(
    rowsOf(parts).flatMap(([name, type]) => {
      const part = listOf(extension['extension'])
        .filter(isObject)
        .find(({ url }) => url === name)
      const value = part?.[type]
      const text = textOf(type === 'valueReference' ? objectOf(value)['reference'] : value)
      return text === undefined ? [] : [[name, text]]
    }),
  ) as V

const writeParts = <V extends object>(value: V, parts: Parts<V>): readonly JsonObject[] =>
  rowsOf(parts).flatMap(([name, type]) => {
    const text = textOf((value as JsonObject)[name])
    if (text === undefined || text === '') return []
    return [{ url: name, [type]: type === 'valueReference' ? { reference: text } : text }]
  })
