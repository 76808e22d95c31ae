import { patientOf } from '../../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'

/** Which resources belong to a patient, among those loaded and staged. */
export interface Compartments {
  readonly of: (patient: string, types: readonly string[]) => readonly Resource[]
  /** A resource was staged. */
  readonly add: (key: ResourceKey) => void
}

type Get = (key: ResourceKey) => Resource | undefined
type Keys = Map<string, ResourceKey>

/** Sorted by patient type by type, when a type is first asked for: most of what is loaded is never looked at. */
export function compartmentsOf(loaded: Iterable<ResourceKey>, get: Get): Compartments {
  const unsorted = Map.groupBy(loaded, ({ type }) => type)
  const sorted = new Set<string>()
  const records = new Map<string, Map<string, Keys>>()
  const placedIn = new Map<string, string>()

  const keysIn = (patient: string, type: string): Keys => {
    const record = records.get(patient) ?? new Map<string, Keys>()
    const keys = record.get(type) ?? new Map<string, ResourceKey>()
    records.set(patient, record.set(type, keys))
    return keys
  }
  const place = (key: ResourceKey): void => {
    const resource = get(key)
    const patient = resource && patientOf(resource)
    const text = keyText(key)
    const before = placedIn.get(text)
    if (before === patient) return
    if (before !== undefined) keysIn(before, key.type).delete(text)
    if (patient === undefined) return
    placedIn.set(text, patient)
    keysIn(patient, key.type).set(text, key)
  }
  const sort = (type: string): void => {
    sorted.add(type)
    for (const key of unsorted.get(type) ?? []) place(key)
  }
  return {
    of: (patient, types) => {
      for (const type of types) if (!sorted.has(type)) sort(type)
      const record = records.get(patient)
      const found: Resource[] = []
      if (!record) return found
      for (const type of types)
        for (const key of record.get(type)?.values() ?? []) {
          const resource = get(key)
          if (resource) found.push(resource)
        }
      return found
    },
    add: ({ type, id }) => {
      if (sorted.has(type)) place({ type, id })
      else unsorted.set(type, [...(unsorted.get(type) ?? []), { type, id }])
    },
  }
}
