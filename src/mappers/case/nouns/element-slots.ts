import type { Resource } from '../../../fhir/resource.ts'
import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionAt, extensionOf, withExtension } from '../lenses/slots.ts'

/** A slot whose field must be there: what is absent reads as an empty text. */
export const orEmpty = ({ get, set }: Slot<string | undefined>): Slot<string> => ({
  get: resource => get(resource) ?? '',
  set: (resource, value) => set(resource, value === '' ? undefined : value),
})

/** `reference` of an extension of type Reference. */
export const referenceExtension = (url: string): Slot<string | undefined> => ({
  get: resource => textOf(objectOf(extensionOf(resource, url)?.['valueReference'])['reference']),
  set: (resource, reference) =>
    withExtension(
      resource,
      url,
      reference === undefined ? undefined : { url, valueReference: { reference } },
    ),
})

/** Value of an extension of type integer. */
export const integerExtension = (url: string): Slot<number | undefined> => ({
  get: resource => {
    const value = extensionOf(resource, url)?.['valueInteger']
    return typeof value === 'number' ? value : undefined
  },
  set: (resource, value) =>
    withExtension(resource, url, value === undefined ? undefined : { url, valueInteger: value }),
})

/** Shape of an extension that is there once for each value. */
export interface ExtensionShape<V> {
  readonly url: string
  readonly read: (extension: JsonObject) => V
  /** Without its url. */
  readonly write: (value: V) => JsonObject
}

/** The values of the extensions with one URL, in their order. */
export function extensionRows<V>({ url, read, write }: ExtensionShape<V>): Slot<readonly V[]> {
  const isOurs = (item: unknown): item is JsonObject => isObject(item) && item['url'] === url
  return {
    get: resource => listOf(resource['extension']).filter(isOurs).map(read),
    set: (resource, values) => {
      const others = listOf(resource['extension']).filter(item => !isOurs(item))
      return withElement(resource, 'extension', [
        ...others,
        ...values.map(value => ({ url, ...write(value) })),
      ])
    },
  }
}

/** Texts, one extension each. */
export const textExtensions = (url: string, valueName = 'valueString'): Slot<readonly string[]> =>
  extensionRows({
    url,
    read: extension => textOf(extension[valueName]) ?? '',
    write: value => ({ [valueName]: value }),
  })

/** A list that is left out when it is empty. */
export const someOf = ({ get, set }: Slot<readonly string[]>): Slot<readonly string[] | undefined> => ({
  get: resource => {
    const list = get(resource)
    return list.length > 0 ? list : undefined
  },
  set: (resource, list) => set(resource, list ?? []),
})

/** Inputs of a figure: name and value. */
export const inputExtensions = (
  url: string,
): Slot<readonly { readonly name: string; readonly value: string }[]> =>
  extensionRows({
    url,
    read: extension => ({ name: partOf(extension, 'name'), value: partOf(extension, 'value') }),
    write: ({ name, value }) => ({
      extension: [
        { url: 'name', valueString: name },
        { url: 'value', valueString: value },
      ],
    }),
  })

const partOf = (extension: JsonObject, url: string): string =>
  textOf(extensionOf(extension, url)?.['valueString']) ?? ''

/** `reference` of a single Reference. Another one takes the place of all that described the old one. */
export const referenceAt = (name: string): Slot<string | undefined> => ({
  get: resource => textOf(objectOf(resource[name])['reference']),
  set: (resource, reference) =>
    withElement(resource, name, reference === undefined ? undefined : { reference }),
})

/** The id in a single Reference to a resource of this type. */
export const idAt = (name: string, type: string): Slot<string | undefined> => {
  const whole = referenceAt(name)
  return {
    get: resource => idIn(whole.get(resource), type),
    set: (resource, id) => whole.set(resource, id === undefined ? undefined : `${type}/${id}`),
  }
}

/** The id in a reference of this type, relative to the own server. */
export const idIn = (reference: string | undefined, type: string): string | undefined =>
  reference?.startsWith(`${type}/`) === true ? reference.slice(type.length + 1) : undefined

const referenceOf = (row: unknown): string | undefined => textOf(objectOf(row)['reference'])

/** The first row of a list of References that is one of these; none = all of these rows are taken out. */
export function firstReferenceIn(
  name: string,
  isOne: (reference: string) => boolean = () => true,
): Slot<string | undefined> {
  const fits = (row: unknown): boolean => {
    const reference = referenceOf(row)
    return reference !== undefined && isOne(reference)
  }
  return {
    get: resource => referenceOf(listOf(resource[name]).find(fits)),
    set: (resource, reference) => {
      const list = listOf(resource[name])
      if (reference === undefined)
        return withElement(
          resource,
          name,
          list.filter(row => !fits(row)),
        )
      const at = list.findIndex(fits)
      const next = at < 0 ? [...list, { reference }] : list.with(at, { reference })
      return withElement(resource, name, next)
    },
  }
}

/** What Observation.performer may refer to. */
const PERFORMER = /^(?:Practitioner|PractitionerRole|Organization|CareTeam|Patient|RelatedPerson)\//

/** Who did it, in `performer`; an actor that may not stand there (a device) in an extension of its own. */
export function performerSlot(url: string): Slot<string | undefined> {
  const native = firstReferenceIn('performer')
  const other = extensionAt(url, 'valueString')
  return {
    get: resource => native.get(resource) ?? other.get(resource),
    set: (resource, party) => {
      const isNative = party !== undefined && PERFORMER.test(party)
      return other.set(native.set(resource, isNative ? party : undefined), isNative ? undefined : party)
    },
  }
}

/** Id of the first row of a list of References to a type. */
export const firstIdIn = (name: string, type: string): Slot<string | undefined> => {
  const whole = firstReferenceIn(name, reference => reference.startsWith(`${type}/`))
  return {
    get: resource => idIn(whole.get(resource), type),
    set: (resource, id) => whole.set(resource, id === undefined ? undefined : `${type}/${id}`),
  }
}

/** What was computed from what: a score by its id, answers as `answers/` and their id. */
export const evidenceOf = (reference: string | undefined): string | undefined => {
  const answers = idIn(reference, 'QuestionnaireResponse')
  return answers === undefined ? idIn(reference, 'Observation') : `answers/${answers}`
}

export const evidenceReference = (evidence: string): string =>
  evidence.startsWith('answers/')
    ? `QuestionnaireResponse/${evidence.slice('answers/'.length)}`
    : `Observation/${evidence}`

/** The rows of a list of References that are answers or scores; the others stay. */
export const evidenceIn = (name: string): Slot<readonly string[]> => ({
  get: resource => listOf(resource[name]).flatMap(row => evidenceOf(referenceOf(row)) ?? []),
  set: (resource, values) => {
    const list = listOf(resource[name])
    const others = list.filter(row => evidenceOf(referenceOf(row)) === undefined)
    const rows = values.map(
      value =>
        list.find(row => evidenceOf(referenceOf(row)) === value) ?? { reference: evidenceReference(value) },
    )
    return withElement(resource, name, [...others, ...rows])
  },
})

/** A time of several possible types: `effectiveDateTime`, `effectiveInstant`, the start of `effectivePeriod`. Written as dateTime. */
export function timeOf(prefix: string): Slot<string | undefined> {
  const plain = [`${prefix}DateTime`, `${prefix}Instant`]
  const choices = [...plain, `${prefix}Period`, `${prefix}Timing`].flatMap(name => [name, `_${name}`])
  return {
    get: resource =>
      plain.map(name => textOf(resource[name])).find(Boolean) ??
      textOf(objectOf(resource[`${prefix}Period`])['start']),
    set: (resource, value) => withElement(without(resource, choices), `${prefix}DateTime`, value),
  }
}

/** The resource without these elements. */
export const without = (resource: Resource, names: readonly string[]): Resource =>
  names.reduce<Resource>((left, name) => withElement(left, name, undefined), resource)

/** Rows of a list that are ours, in their order; the others stay where they are. */
export interface OwnRows<V> {
  readonly isOwn: (row: JsonObject) => boolean
  /** Same key = same row: what else it holds is kept. */
  readonly keyOf: (value: V) => string
  readonly read: (row: JsonObject) => V
  readonly write: (row: JsonObject, value: V) => JsonObject
}

export function ownRows<V>(name: string, { isOwn, keyOf, read, write }: OwnRows<V>): Slot<readonly V[]> {
  const isOurs = (row: unknown): row is JsonObject => isObject(row) && isOwn(row)
  return {
    get: resource => listOf(resource[name]).filter(isOurs).map(read),
    set: (resource, values) => {
      const list = listOf(resource[name])
      const known = new Map(list.filter(isOurs).map(row => [keyOf(read(row)), row]))
      const left = values.map(value => write(known.get(keyOf(value)) ?? {}, value))
      const kept = list.flatMap(row => (isOurs(row) ? left.splice(0, 1) : [row]))
      return withElement(resource, name, [...kept, ...left])
    },
  }
}
