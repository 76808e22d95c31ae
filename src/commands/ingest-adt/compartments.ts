import { patientOf } from '../../fhir/compartment.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'

/** Which resources belong to a patient, among those loaded and staged. */
export interface Compartments {
  readonly of: (patient: string, types: readonly string[]) => readonly Resource[]
  /** A resource was staged. */
  readonly add: (key: ResourceKey) => void
}

type Get = (key: ResourceKey) => Resource | undefined

/** Sorted by patient type by type, when a type is first asked for: most of what is loaded is never looked at. */
export function compartmentsOf(loaded: Iterable<ResourceKey>, get: Get): Compartments {
  const keys = Map.groupBy(loaded, ({ type }) => type)
  const indexed = new Map<string, Map<string, Map<string, ResourceKey>>>()
  const placedIn = new Map<string, string>()

  const place = (key: ResourceKey, patients: Map<string, Map<string, ResourceKey>>): void => {
    const resource = get(key)
    const patient = resource && patientOf(resource)
    const before = placedIn.get(keyText(key))
    if (before === patient && before !== undefined) return
    if (before !== undefined) patients.get(before)?.delete(keyText(key))
    if (patient === undefined) return
    placedIn.set(keyText(key), patient)
    const own = patients.get(patient) ?? new Map<string, ResourceKey>()
    patients.set(patient, own.set(keyText(key), key))
  }
  const patientsOf = (type: string): Map<string, Map<string, ResourceKey>> => {
    const known = indexed.get(type)
    if (known) return known
    const patients = new Map<string, Map<string, ResourceKey>>()
    for (const key of keys.get(type) ?? []) place(key, patients)
    indexed.set(type, patients)
    return patients
  }
  return {
    of: (patient, types) =>
      types.flatMap(type =>
        [...(patientsOf(type).get(patient)?.values() ?? [])].flatMap(key => get(key) ?? []),
      ),
    add: key => {
      const patients = indexed.get(key.type)
      if (patients) place(key, patients)
      else keys.set(key.type, [...(keys.get(key.type) ?? []), { type: key.type, id: key.id }])
    },
  }
}
