import type { ResourceKey } from '../../../fhir/resource.ts'
import type { MappedEvent } from './adt-event.ts'
import { derivedTypes } from '../resources/derived-types.ts'
import { otherPatients } from '../identity/other-numbers.ts'
import { visitKeyOf } from '../identity/visit-key.ts'

/** What must be known before a message can be applied. */
export interface Needs {
  /** Facts and registers said about these (Patient ids, and ids that stand for visit numbers). */
  readonly subjects: readonly string[]
  readonly keys: readonly ResourceKey[]
  readonly patients: readonly string[]
  /** Every resource of these types in the compartment of the patients: lists may have lost one that this message doesn't name. */
  readonly types: readonly string[]
  /** Patients whose record changes hands: everything of theirs, and everything that refers to them. */
  readonly wholes: readonly string[]
}

/** What the events of one message need, one after the other. */
export function needs(events: readonly MappedEvent[]): Needs {
  const patients = distinct(events.flatMap(patientsIn))
  const keys = new Map(events.flatMap(keysOf).map(key => [`${key.type}/${key.id}`, key]))
  return {
    subjects: [...patients, ...distinct(events.flatMap(event => visitKeyOf(event) ?? []))],
    keys: [...keys.values()],
    patients,
    types: distinct(events.flatMap(({ message }) => derivedTypes(message))),
    wholes: distinct(events.flatMap(event => (event.identity.length > 0 ? patientsIn(event) : []))),
  }
}

const distinct = (texts: readonly string[]): readonly string[] =>
  texts.length < 2 ? texts : [...new Set(texts)]

/** Whom a message names, by lesser numbers too. */
const patientsIn = (event: MappedEvent): readonly string[] => [
  event.patient.id,
  ...event.identity.map(({ subject }) => subject),
  ...otherPatients(event),
]

const keysOf = (event: MappedEvent): readonly ResourceKey[] => [
  ...patientsIn(event).map(id => ({ type: 'Patient', id })),
  ...(event.visit ? [{ type: 'Encounter', id: event.visit.id }] : []),
  ...event.directory.map(({ resourceType, id }) => ({ type: resourceType, id })),
]
