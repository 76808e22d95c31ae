import type { Instant } from '../../lib/clock.ts'
import type { Json } from '../../fhir/resource.ts'

/**
 * Something that was said to have happened; append-only. It keeps the identifier it was sent under: whose it is now
 * follows from merge facts.
 */
export interface Fact {
  /** Deterministic (source, message, kind), so that a repeat is the same fact. */
  readonly id: string
  /** Patient id that the identifier in the message stands for. */
  readonly subject: string
  /** `movement`, `cancel`, ... */
  readonly kind: string
  /** Visit (Encounter id) it is about, or empty. */
  readonly scope: string
  /** Valid time. */
  readonly at: Instant
  /** Recorded by its source. */
  readonly recorded: Instant
  /** Who is answerable for it, e.g. `Device/local-development`. */
  readonly actor: string
  /** Sending application and facility (`MSH-3|MSH-4`), or another origin. */
  readonly source: string
  readonly body: Json
}

/** What one message said about a visit: the body of a `movement` or `cancel` fact. Texts are as sent, times are FHIR. */
export type VisitFactBody = {
  readonly event: VisitEvent
  /** FHIR dateTime of `at`, with the precision and offset of the sender. */
  readonly at: string
  readonly recorded: string
  /** Total order of all messages of a patient: recorded instant, control id, content hash. */
  readonly stamp: string
  /** `meta.source` of the message. */
  readonly message: string
  /** PV1-2.1 */
  readonly class?: string
  /** PV1-3, delimiters made standard. */
  readonly place?: string
  /** PV1-6 */
  readonly prior?: string
  /** PV1-44 */
  readonly admitted?: Moment
  /** PV1-45 */
  readonly discharged?: Moment
  /** PV1-36 */
  readonly disposition?: string
  /** ZBE-1: names the movement, or the one that a cancel means. */
  readonly movement?: string
}

export type MovementEvent = 'A01' | 'A02' | 'A03' | 'A04'
export type CancelEvent = 'A11' | 'A13'
export type VisitEvent = MovementEvent | CancelEvent

/** A time as it is compared and as it is written: UTC instant of its first moment, and FHIR date or dateTime. */
export type Moment = {
  readonly instant: Instant
  readonly text: string
}
