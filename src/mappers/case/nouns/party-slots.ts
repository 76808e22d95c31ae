import { isObject, listOf, objectOf, textOf, withElement, type JsonObject } from '../json-edit.ts'
import type { Slot } from '../lens.ts'
import { extensionAt } from '../slots.ts'

/** Where a party stands: in an element that takes some types only, any other actor in an extension of its own. */
export interface PartyPlace {
  readonly element: string
  /** Resource types that the element may refer to. */
  readonly types: readonly string[]
  /** URL of the extension (valueString) for who fits none of them. */
  readonly extension: string
}

const fitting = ({ types }: PartyPlace, party: string): boolean =>
  types.some(type => party.startsWith(`${type}/`))

/** A party in a single Reference. */
export function partyAt(place: PartyPlace): Slot<string | undefined> {
  const other = extensionAt(place.extension, 'valueString')
  const { element } = place
  return {
    get: resource => textOf(objectOf(resource[element])['reference']) ?? other.get(resource),
    set: (resource, party) => {
      const isNative = party !== undefined && fitting(place, party)
      const written = withElement(resource, element, isNative ? { reference: party } : undefined)
      return other.set(written, isNative ? undefined : party)
    },
  }
}

/** Which rows of a list of participants stand for the party, and where a row refers to it. */
export interface PartyRow extends PartyPlace {
  readonly isOwn: (row: JsonObject) => boolean
  /** `individual` or `actor`. */
  readonly actor: string
  /** A new row without its actor. */
  readonly blank: JsonObject
}

/** A party in the first row of its kind; none = all rows of its kind are taken out. The other rows stay. */
export function partyIn(place: PartyRow): Slot<string | undefined> {
  const { element, actor, isOwn, blank } = place
  const other = extensionAt(place.extension, 'valueString')
  const refersTo = (row: unknown): string | undefined => textOf(objectOf(objectOf(row)[actor])['reference'])
  const isOurs = (row: unknown): row is JsonObject =>
    isObject(row) && refersTo(row) !== undefined && isOwn(row)
  return {
    get: resource => refersTo(listOf(resource[element]).find(isOurs)) ?? other.get(resource),
    set: (resource, party) => {
      const list = listOf(resource[element])
      if (party === undefined || !fitting(place, party)) {
        const others = list.filter(row => !isOurs(row))
        return other.set(withElement(resource, element, others), party)
      }
      const at = list.findIndex(isOurs)
      const row = { ...(at < 0 ? blank : objectOf(list[at])), [actor]: { reference: party } }
      const rows = at < 0 ? [...list, row] : list.with(at, row)
      return other.set(withElement(resource, element, rows), undefined)
    },
  }
}
