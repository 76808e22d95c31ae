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
  /** PV1-4 says elective or newborn, or the disposition announced it: never counted as a readmission. */
  readonly planned: boolean
  /** PV1-4, as far as scores and follow-up differ by it; absent when it says nothing known. */
  readonly admissionType?: AdmissionType
  /** PV1-14 says that the patient came from another hospital or facility. */
  readonly isTransferIn?: boolean
}

export type AdmissionType = 'emergency' | 'urgent' | 'elective' | 'routine' | 'newborn' | 'labour'

export type StayClass = 'inpatient' | 'emergency' | 'observation' | 'outpatient' | 'pre-admission' | 'other'

/** One movement of a stay, after corrections: a repeated A03 without an A13 between is one movement that keeps its id. */
export interface StayMovement {
  /** Stable trigger key: ZBE-1, else hash of source, visit, event and effective minute (domain.md 0.3). */
  readonly id: string
  readonly kind: 'pre-admission' | 'registration' | 'admission' | 'transfer' | 'discharge'
  /** Effective time: FHIR dateTime with the facility's offset. */
  readonly at: string
  /** When its source recorded it (EVN-2, else MSH-7): FHIR dateTime. */
  readonly recorded: string
  /** Set when a cancel (A11, A12, A13) took it back. */
  readonly cancelledAt?: string
  readonly classAfter: StayClass
  /** Discharge only: the NUBC code that PV1-36 stands for, e.g. `01`, `62`, `20`; undefined when empty or unmapped. */
  readonly disposition?: string
  /** `meta.source` of the message that said it, for Provenance and explanations. */
  readonly message: string
}
