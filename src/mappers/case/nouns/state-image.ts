import type { Resource } from '../../../fhir/resource.ts'
import { objectOf, textOf, withElement } from '../lenses/json-edit.ts'
import type { Slot } from '../lenses/lens.ts'
import { extensionAt } from '../lenses/slots.ts'

export interface StateImages<S extends string> {
  /** `{cm}/StructureDefinition/state`. */
  readonly url: string
  /** Exact state -> native status (architecture D1). */
  readonly images: Readonly<Record<S, string>>
  /** What a native status means when no exact state agrees with it. */
  readonly meanings: Readonly<Record<string, NoInfer<S>>>
  /** For a native status that is in neither. */
  readonly otherwise: NoInfer<S>
  /** Element of the native status: a code (`status`) by default. */
  readonly native?: NativeStatus
}

export interface NativeStatus {
  readonly get: (resource: Resource) => string
  readonly set: (resource: Resource, status: string) => Resource
}

const statusElement: NativeStatus = {
  get: resource => textOf(resource['status']) ?? '',
  set: (resource, status) => withElement(resource, 'status', status),
}

/** A native status that is another plain code element, e.g. Goal.lifecycleStatus. */
export const nativeElement = (name: string): NativeStatus => ({
  get: resource => textOf(resource[name]) ?? '',
  set: (resource, status) => withElement(resource, name, status),
})

/** A native status that is a CodeableConcept with one system, e.g. Condition.clinicalStatus. */
export const nativeConcept = (name: string, system: string): NativeStatus => ({
  get: resource => {
    const codings = objectOf(resource[name])['coding']
    const found = Array.isArray(codings)
      ? codings.map(objectOf).find(coding => coding['system'] === system)
      : undefined
    return textOf(found?.['code']) ?? ''
  },
  set: (resource, status) => {
    const concept = objectOf(resource[name])
    const codings = Array.isArray(concept['coding']) ? (concept['coding'] as readonly unknown[]) : []
    const others = codings.filter(coding => objectOf(coding)['system'] !== system)
    const own = status === '' ? [] : [{ system, code: status }]
    return withElement(resource, name, withElement(concept, 'coding', [...own, ...others]))
  },
})

/**
 * The exact state in its extension, the native status as its image. A client that changes only the native status leaves
 * an extension that no longer agrees: then the native status counts.
 */
export function stateSlot<S extends string>(options: StateImages<S>): Slot<S> {
  const { images, meanings, otherwise, native = statusElement } = options
  const exact = extensionAt(options.url, 'valueCode')
  const isState = (code: string | undefined): code is S => code !== undefined && Object.hasOwn(images, code)
  return {
    get: resource => {
      const status = native.get(resource)
      const stated = exact.get(resource)
      return isState(stated) && images[stated] === status ? stated : (meanings[status] ?? otherwise)
    },
    set: (resource, state) => exact.set(native.set(resource, images[state]), state),
  }
}
