import { sameValue } from '../../../lib/same-value.ts'
import type { Resource } from '../../../fhir/resource.ts'

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

type Slots<S> = { readonly [K in keyof S]-?: Slot<S[K]> }

/** What was read of a resource is remembered as long as the resource lives: resources never change. */
export function lensOf<S extends object>(slots: Slots<S>): Lens<S> {
  const known = new WeakMap<Resource, S>()
  const { readAnew, writeOver } = slotLens(slots)
  const read = (resource: Resource): S => {
    const remembered = known.get(resource)
    if (remembered) return remembered
    const state = readAnew(resource)
    known.set(resource, state)
    return state
  }
  return { read, write: (resource, state) => writeOver(resource, read(resource), state) }
}

/**
 * A lens of slots that don't overlap, which remembers nothing. Get-put holds by construction, for a slot is set only where its
 * value differs.
 */
export function plainLensOf<S extends object>(slots: Slots<S>): Lens<S> {
  const { readAnew, writeOver } = slotLens(slots)
  return {
    read: readAnew,
    write: (resource, state) => writeOver(resource, readAnew(resource), state),
  }
}

function slotLens<S extends object>(slots: Slots<S>) {
  const names = Object.keys(slots) as (keyof S)[]
  // All states are copies of one, so that V8 gives them one shape.
  const blank = Object.fromEntries(names.map(name => [name, undefined])) as S
  return {
    readAnew: (resource: Resource): S => {
      const state = { ...blank }
      for (const name of names) state[name] = slots[name].get(resource)
      return state
    },
    writeOver: (resource: Resource, before: S, state: S): Resource => {
      let written = resource
      for (const name of names)
        if (!sameValue(before[name], state[name])) written = slots[name].set(written, state[name])
      return written
    },
  }
}
