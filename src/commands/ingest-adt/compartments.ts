import { patientOf } from '../../fhir/compartment.ts'
import type { Resource, ResourceKey } from '../../fhir/resource.ts'

type Named = Resource & { readonly id: string }

/** Which resources belong to a patient, among those loaded and staged. */
export interface Compartments {
  readonly of: (patient: string, types: readonly string[]) => readonly Resource[]
  /** A resource was staged. */
  readonly add: (resource: Named) => void
}

/** By patient, then by id. */
type Sorted = Map<string, Map<string, Resource>>

/** Sorted by patient type by type, when a type is first asked for: most of what is loaded is never looked at. */
export function compartmentsOf(
  loaded: Iterable<ResourceKey>,
  get: (key: ResourceKey) => Resource | undefined,
): Compartments {
  const unsorted = Map.groupBy(loaded, ({ type }) => type)
  const sorted = new Map<string, Sorted>()
  const placedIn = new Map<string, Map<string, string>>()

  const place = (records: Sorted, id: string, resource: Resource): void => {
    const patient = patientOf(resource)
    const places = placedIn.get(resource.resourceType) ?? new Map<string, string>()
    placedIn.set(resource.resourceType, places)
    const before = places.get(id)
    if (before !== undefined && before !== patient) {
      records.get(before)?.delete(id)
      places.delete(id)
    }
    if (patient === undefined) return
    places.set(id, patient)
    const record = records.get(patient)
    if (record) record.set(id, resource)
    else records.set(patient, new Map([[id, resource]]))
  }
  const recordsOf = (type: string): Sorted => {
    const known = sorted.get(type)
    if (known) return known
    const records: Sorted = new Map()
    sorted.set(type, records)
    for (const key of unsorted.get(type) ?? []) {
      const resource = get(key)
      if (resource) place(records, key.id, resource)
    }
    return records
  }
  return {
    of: (patient, types) => {
      const found: Resource[] = []
      for (const type of types) {
        const record = recordsOf(type).get(patient)
        if (record) for (const resource of record.values()) found.push(resource)
      }
      return found
    },
    add: resource => {
      const { resourceType: type, id } = resource
      const records = sorted.get(type)
      if (records) place(records, id, resource)
      else unsorted.set(type, [...(unsorted.get(type) ?? []), { type, id }])
    },
  }
}
