import { listOf } from '../../../lib/list-of.ts'
import { isObject, objectOf, textOf, withElement, type JsonObject } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionAt } from '../lenses/slots.ts'

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
  /** By its role. */
  readonly isOwn: (row: JsonObject) => boolean
  /** Rows of others that mean the party, as long as none has the role. */
  readonly isImplied?: (row: JsonObject) => boolean
  /** `individual` or `actor`. */
  readonly actor: string
  /** What gives a row its role. */
  readonly role: JsonObject
  /** What else a new row needs. */
  readonly blank?: JsonObject
}

/** A party in the first row of its role; none = all rows that stand for it are taken out. The other rows stay. */
export function partyIn(place: PartyRow): Slot<string | undefined> {
  const { element, actor, isOwn, isImplied = () => false, role, blank = {} } = place
  const other = extensionAt(place.extension, 'valueString')
  const refersTo = (row: unknown): string | undefined => textOf(objectOf(objectOf(row)[actor])['reference'])
  const isOurs = (row: unknown): boolean => isObject(row) && refersTo(row) !== undefined && isOwn(row)
  const isMeant = (row: unknown): boolean => isObject(row) && refersTo(row) !== undefined && isImplied(row)
  const indexIn = (list: readonly unknown[]): number => {
    const own = list.findIndex(isOurs)
    return own < 0 ? list.findIndex(isMeant) : own
  }
  return {
    get: resource => {
      const list = listOf(resource[element])
      return refersTo(list[indexIn(list)]) ?? other.get(resource)
    },
    set: (resource, party) => {
      const list = listOf(resource[element])
      if (party === undefined || !fitting(place, party)) {
        const others = list.filter(row => !isOurs(row) && !isMeant(row))
        return other.set(withElement(resource, element, others), party)
      }
      const at = indexIn(list)
      const standing = at < 0 ? blank : objectOf(list[at])
      const row = { ...(isOwn(standing) ? {} : role), ...standing, [actor]: { reference: party } }
      const rows = at < 0 ? [...list, row] : list.with(at, row)
      return other.set(withElement(resource, element, rows), undefined)
    },
  }
}
