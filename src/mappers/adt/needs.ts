import type { ResourceKey } from '../../fhir/resource.ts'
import type { MappedEvent } from './adt-event.ts'

/** What must be known before a message can be applied. */
export interface Needs {
  /** Facts and registers said about these (Patient ids). */
  readonly subjects: readonly string[]
  readonly keys: readonly ResourceKey[]
  /** Every resource of these types in the compartment of these patients: lists may have lost one that this message doesn't name. */
  readonly compartments: { readonly patients: readonly string[]; readonly types: readonly string[] }
}

const groups = { NK1: 'RelatedPerson', DG1: 'Condition', IN1: 'Coverage' } as const

export function needs({ patient, visit, directory, message }: MappedEvent): Needs {
  const keys: ResourceKey[] = [
    { type: 'Patient', id: patient.id },
    ...(visit ? [{ type: 'Encounter', id: visit.id }] : []),
    ...directory.map(({ resourceType, id }) => ({ type: resourceType, id })),
  ]
  const types = Object.entries(groups).flatMap(([segment, type]) => (message.first(segment) ? [type] : []))
  return {
    subjects: [patient.id],
    keys,
    compartments: { patients: types.length > 0 ? [patient.id] : [], types },
  }
}
