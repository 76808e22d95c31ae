import { sameValue } from '../../lib/same-value.ts'
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

/**
 * A lens of slots that don't overlap. Get-put holds by construction, for a slot is set only where its value differs.
 * What was read of a resource is remembered as long as the resource lives: resources never change.
 */
export function lensOf<S extends object>(slots: { readonly [K in keyof S]-?: Slot<S[K]> }): Lens<S> {
  const names = Object.keys(slots) as (keyof S)[]
  const known = new WeakMap<Resource, S>()
  const read = (resource: Resource): S => {
    const remembered = known.get(resource)
    if (remembered) return remembered
    const state = Object.fromEntries(names.map(name => [name, slots[name].get(resource)])) as S
    known.set(resource, state)
    return state
  }
  return {
    read,
    write: (resource, state) => {
      const before = read(resource)
      return names
        .filter(name => !sameValue(before[name], state[name]))
        .reduce<Resource>((written, name) => slots[name].set(written, state[name]), resource)
    },
  }
}
