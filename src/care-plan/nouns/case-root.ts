import type { CaseState, OutreachAttempt } from '../case.ts'
import type { DateTime, PartyRef } from './people.ts'

export const closureReasons = [
  'goals-met',
  'stabilised',
  'client-declined',
  'lost-contact',
  'moved-out-of-area',
  'coverage-ended',
  'transferred',
  'admitted-long-term',
  'hospice',
  'deceased',
  'duplicate',
  'not-eligible',
] as const

export type Acuity = 'low' | 'moderate' | 'high'

/** The case itself (EpisodeOfCare). */
export interface CaseRoot {
  readonly id: string
  readonly patient: string
  readonly state: CaseState
  readonly isWaitlisted: boolean
  readonly caseType: string
  readonly start?: DateTime
  readonly end?: DateTime
  readonly acuity?: Acuity
  readonly targetGroup?: string
  /** The insurer, hospital or ambulatory provider that assigned it. */
  readonly assigner?: PartyRef
  readonly assignerKind?: 'insurer' | 'hospital' | 'ambulatory' | 'agency'
  /** The accountable manager, image of the accepted assignment. */
  readonly manager?: PartyRef
  /** Screened in: NCQA's clock starts here. */
  readonly eligibleAt?: DateTime
  readonly openedAt?: DateTime
  /** Models of the case, oldest first; the last one holds. */
  readonly models: readonly ModelPeriod[]
  readonly outreach: readonly OutreachAttempt[]
  readonly hold?: { readonly reason: string; readonly reviewBy?: string }
  readonly closure?: Closure
  /** Whoever opened the door must not be contacted (I9). */
  readonly isContactProhibited: boolean
}

export interface ModelPeriod {
  /** Code of the model, e.g. `clinical`. */
  readonly model: string
  readonly version: string
  readonly since: DateTime
  readonly reason?: string
}

export interface Closure {
  readonly reason: (typeof closureReasons)[number]
  readonly proposedBy: PartyRef
  readonly proposedAt: DateTime
  readonly approvedBy?: PartyRef
  /** Primary care or next provider that was told (I23), by reference to the Communication or in words. */
  readonly communicatedTo?: PartyRef
  readonly outcomes?: string
}
