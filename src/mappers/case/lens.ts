import { canonicalJson } from '../../lib/json.ts'
import type { Resource } from '../../fhir/resource.ts'

/** One domain value inside a resource. `get(set(resource, value))` equals `value`; `set` leaves all else as it is. */
export interface Slot<V> {
  readonly get: (resource: Resource) => V
  readonly set: (resource: Resource, value: V) => Resource
}

/** A pair of pure functions between a resource and a domain value (architecture D1). */
export interface Lens<S> {
  readonly read: (resource: Resource) => S
  /** Touches only what differs: writing what was read gives back the very same object. */
  readonly write: (resource: Resource, state: S) => Resource
}

/** A lens of slots that don't overlap. Get-put holds by construction, for a slot is set only where its value differs. */
export function lensOf<S extends object>(slots: { readonly [K in keyof S]-?: Slot<S[K]> }): Lens<S> {
  const names = Object.keys(slots) as (keyof S)[]
  return {
    read: resource => Object.fromEntries(names.map(name => [name, slots[name].get(resource)])) as S,
    write: (resource, state) =>
      names.reduce<Resource>(
        (written, name) => setWhereDifferent(slots[name], written, state[name]),
        resource,
      ),
  }
}

function setWhereDifferent<V>(slot: Slot<V>, resource: Resource, value: V): Resource {
  return sameValue(slot.get(resource), value) ? resource : slot.set(resource, value)
}

/** Equal as JSON: absent and undefined are the same, order of lists counts. */
export const sameValue = (a: unknown, b: unknown): boolean =>
  a === b || canonicalJson({ value: a }) === canonicalJson({ value: b })
