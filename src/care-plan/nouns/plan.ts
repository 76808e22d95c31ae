import type { Machine } from '../machine.ts'
import type { DateTime, PartyRef } from './people.ts'
import type { Coded } from './assessment.ts'

export const planMachine = {
  noun: 'plan',
  states: [
    'draft',
    'in-review',
    'agreed',
    'active',
    'on-hold',
    'superseded',
    'completed',
    'revoked',
    'entered-in-error',
  ],
  moves: [
    { command: 'DraftPlan', event: 'PlanDrafted', from: [], to: 'draft' },
    { command: 'ProposeChange', event: 'PlanProposed', from: ['draft'], to: 'in-review' },
    { command: 'ReturnPlan', event: 'PlanReturned', from: ['in-review', 'agreed'], to: 'draft' },
    { command: 'ObtainAgreement', event: 'PlanAgreed', from: ['draft', 'in-review', 'agreed'], to: 'agreed' },
    { command: 'ActivatePlan', event: 'PlanActivated', from: ['agreed'], to: 'active' },
    { command: 'RevisePlan', event: 'PlanRevised', from: ['active'], to: 'active' },
    { command: 'ReplacePlan', event: 'PlanSuperseded', from: ['active', 'on-hold'], to: 'superseded' },
    { command: 'HoldPlan', event: 'PlanHeld', from: ['active'], to: 'on-hold' },
    { command: 'ResumePlan', event: 'PlanResumed', from: ['on-hold'], to: 'active' },
    { command: 'CompletePlan', event: 'PlanCompleted', from: ['active', 'on-hold'], to: 'completed' },
    {
      command: 'RevokePlan',
      event: 'PlanRevoked',
      from: ['draft', 'in-review', 'agreed', 'active', 'on-hold'],
      to: 'revoked',
    },
  ],
} as const satisfies Machine

export type PlanState = (typeof planMachine.states)[number]

/** A case plan (CarePlan of category case-plan). A minor revision raises `minor`, a replacement is a new plan. */
export interface Plan {
  readonly id: string
  readonly state: PlanState
  /** 1 for the first plan of the case, one more for each replacement. */
  readonly major: number
  readonly minor: number
  readonly title?: string
  readonly author?: PartyRef
  readonly created?: DateTime
  readonly start?: DateTime
  readonly end?: DateTime
  readonly replaces?: string
  /** Canonical|version of the model it was drawn up under. */
  readonly model?: string
  readonly goals: readonly string[]
  readonly activities: readonly string[]
  readonly needs: readonly string[]
  readonly strengths: readonly string[]
  readonly agreements: readonly Agreement[]
  readonly reason?: string
}

export interface Agreement {
  readonly party: 'patient' | 'guardian' | 'provider'
  readonly by: PartyRef
  readonly at: DateTime
  readonly decision: 'agreed' | 'refused'
  readonly reason?: string
}

export const goalMachine = {
  noun: 'goal',
  states: [
    'proposed',
    'planned',
    'accepted',
    'rejected',
    'active',
    'on-hold',
    'completed',
    'cancelled',
    'entered-in-error',
  ],
  moves: [
    { command: 'SetGoal', event: 'GoalSet', from: [], to: 'proposed' },
    { command: 'PlanGoal', event: 'GoalPlanned', from: ['proposed', 'accepted'], to: 'planned' },
    { command: 'AcceptGoal', event: 'GoalAccepted', from: ['proposed', 'planned'], to: 'accepted' },
    { command: 'RejectGoal', event: 'GoalRejected', from: ['proposed', 'planned'], to: 'rejected' },
    { command: 'StartGoal', event: 'GoalStarted', from: ['planned', 'accepted'], to: 'active' },
    { command: 'HoldGoal', event: 'GoalHeld', from: ['active'], to: 'on-hold' },
    { command: 'ResumeGoal', event: 'GoalResumed', from: ['on-hold'], to: 'active' },
    { command: 'AchieveGoal', event: 'GoalAchieved', from: ['active', 'on-hold'], to: 'completed' },
    {
      command: 'RetireGoal',
      event: 'GoalRetired',
      from: ['proposed', 'planned', 'accepted', 'active', 'on-hold'],
      to: 'cancelled',
    },
  ],
} as const satisfies Machine

export type GoalState = (typeof goalMachine.states)[number]

export const achievements = [
  'in-progress',
  'improving',
  'worsening',
  'no-change',
  'achieved',
  'sustaining',
  'not-achieved',
  'no-progress',
  'not-attainable',
] as const
export type Achievement = (typeof achievements)[number]

export interface Goal {
  readonly id: string
  readonly state: GoalState
  readonly achievement?: Achievement
  readonly text: string
  readonly start?: DateTime
  readonly target?: DateTime
  /** Who set it; a patient's own is never deleted by staff (I20). */
  readonly expressedBy?: PartyRef
  /** Weight for the GAS T score, 1 to 3; also its rank. */
  readonly weight?: number
  readonly rank?: number
  /** Five texts, for -2, -1, 0, +1, +2. Absent = not scaled. */
  readonly scale?: readonly [string, string, string, string, string]
  /** Ids of the needs it addresses. */
  readonly needs: readonly string[]
  readonly acceptances: readonly {
    readonly by: PartyRef
    readonly decision: 'agree' | 'disagree' | 'pending'
    readonly at?: DateTime
  }[]
  readonly reason?: string
  readonly statusAt?: DateTime
}

export const activityMachine = {
  noun: 'activity',
  states: [
    'planned',
    'requested',
    'scheduled',
    'in-progress',
    'completed',
    'missed',
    'declined',
    'cancelled',
    'entered-in-error',
  ],
  moves: [
    { command: 'AddActivity', event: 'ActivityAdded', from: [], to: 'planned' },
    { command: 'RequestService', event: 'ServiceRequested', from: ['planned'], to: 'requested' },
    {
      command: 'ScheduleActivity',
      event: 'ActivityScheduled',
      from: ['planned', 'requested', 'missed'],
      to: 'scheduled',
    },
    {
      command: 'StartActivity',
      event: 'ActivityStarted',
      from: ['planned', 'requested', 'scheduled'],
      to: 'in-progress',
    },
    {
      command: 'RecordPerformance',
      event: 'ActivityPerformed',
      from: ['scheduled', 'in-progress'],
      to: 'in-progress',
    },
    {
      command: 'CompleteActivity',
      event: 'ActivityCompleted',
      from: ['requested', 'scheduled', 'in-progress'],
      to: 'completed',
    },
    { command: 'RecordMiss', event: 'TherapyMissed', from: ['scheduled', 'in-progress'], to: 'missed' },
    {
      command: 'DeclineActivity',
      event: 'ActivityDeclined',
      from: ['planned', 'requested', 'scheduled'],
      to: 'declined',
    },
    {
      command: 'CancelActivity',
      event: 'ActivityCancelled',
      from: ['planned', 'requested', 'scheduled', 'in-progress', 'missed'],
      to: 'cancelled',
    },
  ],
} as const satisfies Machine

export type ActivityState = (typeof activityMachine.states)[number]

/** A planned service (ServiceRequest). "Different services, different times, different providers". */
export interface Activity {
  readonly id: string
  readonly state: ActivityState
  readonly kind: 'service' | 'education' | 'referral' | 'self' | 'other'
  readonly text: string
  readonly code?: Coded
  /** home, office, inpatient, community, remote, ... ; the right setting per service. */
  readonly setting?: string
  readonly owner?: PartyRef
  readonly performer?: PartyRef
  /** Times per week, as text; e.g. `3`. */
  readonly perWeek?: string
  /** Days of the week (mon..sun) and time of day (HH:MM) when it is fixed. */
  readonly days: readonly string[]
  readonly timeOfDay?: string
  readonly durationMinutes?: number
  readonly place?: string
  readonly start?: DateTime
  readonly end?: DateTime
  readonly goals: readonly string[]
  readonly needs: readonly string[]
  /** Ids of activities that must come first. */
  readonly after: readonly string[]
  readonly performances: readonly {
    readonly at: DateTime
    readonly kept: boolean
    readonly isExcused?: boolean
    readonly reason?: string
  }[]
  readonly reason?: string
}
