import type { Identifier } from '@medplum/fhirtypes'
import type { Message } from '../../../hl7v2/message.ts'
import type { Derived } from '../resources/derived.ts'
import type { Fact, Moment } from './fact.ts'
import type { Prior } from '../identity/read-identity.ts'
import type { MapContext } from '../map-context.ts'
import type { Fields } from '../registers/registers.ts'
import type { Trigger } from './triggers.ts'

/** A message as every shape of payload comes to: what it is about and what it says, mapped to nothing yet. */
export type AdtEvent = MappedEvent | BedEvent | IgnoredEvent

interface EventFrame {
  /** `MSH-3|MSH-4`: the sender, as its settings and its registers are named. */
  readonly source: string
  /** MSH-10, else a hash of the message. */
  readonly controlId: string
  /** SHA-256 of the message's segments, hex. */
  readonly hash: string
  /** Trigger event, e.g. `A01`; another type of message with its code, e.g. `ORU^R01`. */
  readonly trigger: string
}

/** Not mapped: recorded, and driven again when it is. */
export interface IgnoredEvent extends EventFrame {
  readonly kind: 'ignored'
  readonly reason: string
}

export interface MappedEvent extends EventFrame {
  readonly kind: 'mapped'
  readonly trigger: Trigger
  /** `meta.source` of what it changes, and the entity of its Provenance. */
  readonly messageUri: string
  /** When it happened; `at.text` is what the sender said, `at.instant` orders. */
  readonly effective: Moment
  /** When its source recorded it: EVN-2, else MSH-7. */
  readonly recorded: Moment
  /** Total order of all messages about a patient: recorded instant, control id, hash. */
  readonly stamp: string
  /** The same for what PID says: by when that record was last changed (PID-33), where the message says so. */
  readonly pidStamp: string
  readonly isTest: boolean
  readonly patient: PatientName
  readonly visit: VisitName | undefined
  /** The movement or cancel that it tells of the visit. */
  readonly fact: Fact | undefined
  /** What it says of who is who: identity facts, each once under every patient whom it concerns. */
  readonly identity: readonly Fact[]
  /** The patient under the number that MRG says is no longer right, and what it says of that patient. */
  readonly prior: Prior | undefined
  /** Organizations, Locations and Practitioners that it names. */
  readonly directory: readonly Derived[]
  readonly context: MapContext
  readonly message: Message
  /** Groups of the same message that can't be taken and are left out, `code:place` each. */
  readonly leftOut?: readonly string[]
}

/** A20: the state of a bed, of no patient. */
export interface BedEvent extends Omit<
  MappedEvent,
  'kind' | 'patient' | 'pidStamp' | 'visit' | 'fact' | 'identity' | 'prior' | 'directory'
> {
  readonly kind: 'bed'
  /** The Location that the state is of: its register has the Location's id as subject. */
  readonly bed: { readonly id: string; readonly shard: number }
  readonly fields: Fields
  /** The Locations from the site to the bed, and what else it names. */
  readonly directory: readonly Derived[]
}

/** What is known of an event before its fields are read. */
export type NamedEvent = Omit<MappedEvent, 'kind' | 'fact' | 'identity' | 'prior' | 'directory'>

export interface PatientName {
  readonly id: string
  readonly shard: number
  /** The one that made the id first. */
  readonly identifiers: readonly Identifier[]
}

export interface VisitName {
  /** Id of the Encounter. */
  readonly id: string
  /** The identifier that made it: PV1-19, else PID-18, else PV1-50. */
  readonly identifier: Identifier
  /** v2 field where it stood. */
  readonly field: 'PV1-19' | 'PID-18' | 'PV1-50'
}
