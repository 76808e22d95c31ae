import type { ResourceKey } from '../../fhir/resource.ts'
import type { MappedEvent } from './adt-event.ts'
import { derivedTypes } from './derived-types.ts'

/** What must be known before a message can be applied. */
export interface Needs {
  /** Facts and registers said about these (Patient ids). */
  readonly subjects: readonly string[]
  readonly keys: readonly ResourceKey[]
  /** Every resource of these types in the compartment of these patients: lists may have lost one that this message doesn't name. */
  readonly compartments: { readonly patients: readonly string[]; readonly types: readonly string[] }
}

export function needs({ patient, visit, directory, message }: MappedEvent): Needs {
  const keys: ResourceKey[] = [
    { type: 'Patient', id: patient.id },
    ...(visit ? [{ type: 'Encounter', id: visit.id }] : []),
    ...directory.map(({ resourceType, id }) => ({ type: resourceType, id })),
  ]
  const types = derivedTypes(message)
  return {
    subjects: [patient.id],
    keys,
    compartments: { patients: types.length > 0 ? [patient.id] : [], types },
  }
}
