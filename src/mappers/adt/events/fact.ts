import type { Instant } from '../../../lib/clock.ts'
import type { Json } from '../../../fhir/resource.ts'

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
  /** What happened, or what takes it back; `Z99` leaves that to the movement that ZBE-1 names. */
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
  /** PV1-3, delimiters made standard; else the responsible ward (ZBE-7) as a point of care. */
  readonly place?: string
  /** PV1-6 */
  readonly prior?: string
  /** PV1-11, of A09 and A10. */
  readonly temporary?: string
  /** PV1-43, of A09 and A10. */
  readonly priorTemporary?: string
  /** PV1-42, of A05, A14, A15 and A16. */
  readonly pending?: string
  /** PV1-44 */
  readonly admitted?: Moment
  /** PV1-45 */
  readonly discharged?: Moment
  /** PV1-36 */
  readonly disposition?: string
  /** PV1-37, of A16. */
  readonly destination?: string
  /** What it announces, as DTM with its offset: PV2-8 of A05 and A14, PV2-9 of A16, PV2-47 of A21 and A22. */
  readonly expected?: string
  /** PV1-7 of a movement, `""` included. */
  readonly attending?: string
  /** PV1-9 of a movement, `""` included. */
  readonly consulting?: string
  /** ZBE-1: names the movement, or the one that a cancel means. */
  readonly movement?: string
  /** Further ids in ZBE-1. */
  readonly alsoNamed?: readonly string[]
  /** ZBE-4, unless it inserts. */
  readonly action?: 'UPDATE' | 'CANCEL'
  /** ZBE-5 = Y or PV1-51 = H: it mends the history and leaves the present as it is. */
  readonly isHistoric?: true
  /** ZBE-7: ward that is responsible. */
  readonly ward?: string
  /** ZBE-8: ward that nurses. */
  readonly nursingWard?: string
  /** ZBE-9: what the movement changes. */
  readonly movementScope?: string
  /** IANA zone of the place, where a field of the message says it (`timeZoneBy`) and it isn't its sender's. */
  readonly zone?: string
  /** MRG-5 of A06 and A07: the number that the visit had. */
  readonly formerVisit?: string
  /** MRG-3 of A06 and A07: the account that it was on. */
  readonly formerAccount?: string
}

export type MovementEvent =
  | 'A01'
  | 'A02'
  | 'A03'
  | 'A04'
  | 'A05'
  | 'A06'
  | 'A07'
  | 'A09'
  | 'A10'
  | 'A14'
  | 'A15'
  | 'A16'
  | 'A21'
  | 'A22'
  | 'A54'
  | 'A61'

export type CancelEvent =
  | 'A11'
  | 'A12'
  | 'A13'
  | 'A23'
  | 'A25'
  | 'A26'
  | 'A27'
  | 'A32'
  | 'A33'
  | 'A38'
  | 'A52'
  | 'A53'
  | 'A55'
  | 'A62'

export type VisitEvent = MovementEvent | CancelEvent | 'Z99'

/** A time as it is compared and as it is written: UTC instant of its first moment, and FHIR date or dateTime. */
export type Moment = {
  readonly instant: Instant
  readonly text: string
}
