/** A stay as case management sees it: one visit (Encounter) with its movements, dead ones included. */
export interface Stay {
  /** Id of the Encounter. */
  readonly encounter: string
  /** The class it has now; each movement says the class it led to. */
  readonly class: StayClass
  readonly status:
    | 'planned'
    | 'in-progress'
    | 'onleave'
    | 'finished'
    | 'cancelled'
    | 'entered-in-error'
    | 'unknown'
  readonly movements: readonly StayMovement[]
  /** Id of the Organization where it takes place (MSH-4, PV1-39). */
  readonly facility?: string
  /** IANA zone of who tells of it: days end there. Absent = that of the service. */
  readonly timeZone?: string
  /** PV1-4 says elective or newborn, or the disposition announced it: never counted as a readmission. */
  readonly planned: boolean
  /** PV1-4, as far as scores and follow-up differ by it; absent when it says nothing known. */
  readonly admissionType?: AdmissionType
  /** PV1-14 says that the patient came from another hospital or facility. */
  readonly isTransferIn?: boolean
  /** When it is to begin, by the last A05, A14 or PV2-8 that holds: FHIR date or dateTime. Gone once the plan is cancelled. */
  readonly expectedStart?: string
  /** When it is to end, by the last A16 or PV2-9 that holds; an A25 brings back what was said before. Absent once it ended. */
  readonly expectedEnd?: string
  /** Leaves of absence (A21 to A22) that stand, in effective order; absent when there is none. */
  readonly leaves?: readonly Leave[]
  /** Who attends (PV1-7, A54), in effective order, one entry a time span; absent when nobody said. */
  readonly attending?: readonly Attendance[]
}

/** A leave of absence that no A52 took back. */
export interface Leave {
  /** Id of the `leave` movement (A21); absent when only the return (A22) is known. */
  readonly id?: string
  /** When the patient went. */
  readonly out?: string
  /** PV2-47: when the patient is to be back, as last said by A21 or A22. */
  readonly expectedReturn?: string
  /** When the patient came back (A22), or the stay ended meanwhile; absent while on leave. */
  readonly back?: string
}

/** A time during which the same people attended. */
export interface Attendance {
  /** `Practitioner/<id>`, as PV1-7 numbers them; empty when it was deleted (`""`) or numbers nobody. */
  readonly who: readonly string[]
  /** Absent for who was first named by a message that is no movement. */
  readonly from?: string
  /** Absent for who attends now. */
  readonly until?: string
}

export type AdmissionType = 'emergency' | 'urgent' | 'elective' | 'routine' | 'newborn' | 'labour'

export type StayClass = 'inpatient' | 'emergency' | 'observation' | 'outpatient' | 'pre-admission' | 'other'

/** One movement of a stay, after corrections: a repeated A03 without an A13 between is one movement that keeps its id. */
export interface StayMovement {
  /** Stable trigger key: ZBE-1, else hash of source, visit, event and effective minute (domain.md 0.3). */
  readonly id: string
  readonly kind: StayMovementKind
  /** Effective time: FHIR dateTime with the facility's offset; of a `pre-admission` the expected start when there is one. */
  readonly at: string
  /** When its source recorded it (EVN-2, else MSH-7): FHIR dateTime. */
  readonly recorded: string
  /** When it was first recorded, where what is said of it now was recorded later: it has been known since. */
  readonly knownSince?: string
  /**
   * Set when a cancel took it back: effective time of the A11 (admission, registration), A12 (transfer), A13 (discharge),
   * A25, A26, A27, A32, A33, A38, A52, A53, A55, A62 or ZBE CANCEL, or of the A23 that deleted the whole stay.
   */
  readonly cancelledAt?: string
  readonly classAfter: StayClass
  /** Discharge only: the NUBC code that PV1-36 stands for, e.g. `01`, `62`, `20`; undefined when empty or unmapped. */
  readonly disposition?: string
  /** What it announces: the start (PV2-8) of a `pre-admission`, the end (PV2-9) of a `pending-discharge`, the return (PV2-47) of a `leave`. */
  readonly expected?: string
  /** Where it led to (PV1-3, or the place of ZBE-7); for a `pending-transfer` PV1-42, for tracking the temporary place. */
  readonly place?: StayPlace
  /** ZBE-5 = Y or PV1-51 = H: it mends the history and must alert nobody. Whether it is late follows from `at` and `recorded`. */
  readonly isHistoric?: true
  /** `meta.source` of the message that said it, for Provenance and explanations. */
  readonly message: string
}

/**
 * | kind | events |
 * | --- | --- |
 * | `pre-admission` | A05, A14 |
 * | `registration` | A04 |
 * | `admission` | A01; A06, from which the inpatient clock runs |
 * | `class-change` | A07: no inpatient any more |
 * | `transfer` | A02 |
 * | `pending-transfer` | A15 |
 * | `pending-discharge` | A16 |
 * | `departure`, `arrival` | A09, A10 (tracking) |
 * | `leave`, `return` | A21, A22 |
 * | `attending`, `consulting` | A54, A61 |
 * | `discharge` | A03, or PV1-45 of an update |
 */
export type StayMovementKind =
  | 'pre-admission'
  | 'registration'
  | 'admission'
  | 'class-change'
  | 'transfer'
  | 'pending-transfer'
  | 'pending-discharge'
  | 'departure'
  | 'arrival'
  | 'leave'
  | 'return'
  | 'attending'
  | 'consulting'
  | 'discharge'

/** A place as the sender names it (PL), for telling a change of bed from one of unit or facility. */
export interface StayPlace {
  /** PL.4 */
  readonly facility?: string
  /** PL.1: ward, clinic, emergency department. */
  readonly unit?: string
  /** PL.2 */
  readonly room?: string
  /** PL.3 */
  readonly bed?: string
}
