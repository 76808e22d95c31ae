import type { Resource } from '../../../fhir/resource.ts'
import { textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionAt } from '../lenses/slots.ts'

export interface ManyImages<S extends string> {
  /** `{cm}/StructureDefinition/state`. */
  readonly url: string
  /** Exact state -> the native statuses that go with it; the first is the usual one. */
  readonly images: Readonly<Record<S, readonly [string, ...string[]]>>
  /** What a native status means when no exact state agrees with it. */
  readonly meanings: Readonly<Record<string, NoInfer<S>>>
  readonly otherwise: NoInfer<S>
  /** Which of the images a resource needs; without it, the one it has, else the usual one. */
  readonly imageOf?: (resource: Resource, state: S) => string
}

/** As stateSlot, where R4 forbids the usual status to some resources: more than one goes with a state. */
export function manyImagesSlot<S extends string>(options: ManyImages<S>): Slot<S> {
  const { images, meanings, otherwise, imageOf } = options
  const exact = extensionAt(options.url, 'valueCode')
  const isState = (code: string | undefined): code is S => code !== undefined && Object.hasOwn(images, code)
  const statusOf = (resource: Resource): string => textOf(resource['status']) ?? ''
  return {
    get: resource => {
      const status = statusOf(resource)
      const stated = exact.get(resource)
      if (isState(stated) && images[stated].includes(status)) return stated
      return Object.hasOwn(meanings, status) ? (meanings[status] ?? otherwise) : otherwise
    },
    set: (resource, state) => {
      const status = statusOf(resource)
      const kept = images[state].includes(status) ? status : images[state][0]
      const image = imageOf ? imageOf(resource, state) : kept
      return exact.set(withElement(resource, 'status', image), state)
    },
  }
}
