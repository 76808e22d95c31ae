import type { CaseState, OutreachAttempt } from '../case/case.ts'
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

export type ClosureReason = (typeof closureReasons)[number]

export const acuities = ['low', 'moderate', 'high'] as const

export type Acuity = (typeof acuities)[number]

/** domain.md 4.9 `assigner`. */
export const assignerKinds = ['insurer', 'hospital', 'ambulatory', 'agency'] as const

/** The case itself (EpisodeOfCare). */
export interface CaseRoot {
  readonly id: string
  readonly patient: string
  readonly state: CaseState
  readonly isWaitlisted: boolean
  /** When it came to the state that it is in. */
  readonly since?: DateTime
  /** Why it is in that state, in the words of who brought it there. */
  readonly reason?: string
  readonly caseType: string
  readonly start?: DateTime
  readonly end?: DateTime
  readonly acuity?: Acuity
  readonly targetGroup?: string
  /** The insurer, hospital or ambulatory provider that assigned it. */
  readonly assigner?: PartyRef
  readonly assignerKind?: (typeof assignerKinds)[number]
  /** The accountable manager, image of the accepted assignment. */
  readonly manager?: PartyRef
  /** Screened in: NCQA's clock starts here. */
  readonly eligibleAt?: DateTime
  readonly openedAt?: DateTime
  readonly reopenedAt?: DateTime
  /** When it went on after each hold, oldest first: its rhythms count from there. */
  readonly resumptions?: readonly DateTime[]
  /** Who goes on with it after TransferOut. */
  readonly transferredTo?: PartyRef
  /** Models of the case, oldest first; the last one holds. */
  readonly models: readonly ModelPeriod[]
  readonly outreach: readonly OutreachAttempt[]
  readonly hold?: { readonly reason: string; readonly reviewBy?: string }
  /** Shares that somebody answers for although no consent covers them (I8). */
  readonly overrides: readonly ConsentOverride[]
  readonly closure?: Closure
  /** The patient must not be contacted (I9). */
  readonly isContactProhibited: boolean
  readonly contactProhibition?: { readonly since: DateTime; readonly reason: string }
  /** The case that goes on in its place, and where it stood when it was joined to that one (I25). */
  readonly mergedInto?: MergedInto
  /** Ids of the cases that were joined to this one. */
  readonly mergedFrom?: readonly string[]
}

export interface MergedInto {
  /** Id of the case that goes on. */
  readonly case: string
  readonly state: CaseState
  /** It waited for capacity. */
  readonly waited?: 'yes'
  readonly since?: DateTime
  readonly reason?: string
}

export interface ConsentOverride {
  readonly recipient: PartyRef
  readonly reason: string
  readonly by: PartyRef
  readonly at: DateTime
}

export interface ModelPeriod {
  /** Code of the model, e.g. `clinical`. */
  readonly model: string
  readonly version?: string
  readonly since?: DateTime
  readonly reason?: string
}

export interface Closure {
  readonly reason?: ClosureReason
  readonly proposedBy?: PartyRef
  readonly proposedAt?: DateTime
  readonly approvedBy?: PartyRef
  /** Primary care or next provider that was told (I23), by reference to the Communication or in words. */
  readonly communicatedTo?: PartyRef
  readonly outcomes?: string
}
