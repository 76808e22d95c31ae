import type { CalendarDate } from '../../lib/calendar-date.ts'
import { withdrawal, type Machine, type Move } from '../machines/machine.ts'
import type { DateTime, PartyRef } from './people.ts'
import type { Coded } from './assessment.ts'

/** What may be done in a state without leaving it. */
const within = <S extends string>(command: string, event: string, states: readonly S[]): readonly Move<S>[] =>
  states.map(state => ({ command, event, from: [state], to: state }))

const planStates = [
  'draft',
  'in-review',
  'agreed',
  'active',
  'on-hold',
  'superseded',
  'completed',
  'revoked',
  'entered-in-error',
] as const

export type PlanState = (typeof planStates)[number]

export const planMachine: Machine<PlanState> = {
  noun: 'plan',
  states: planStates,
  moves: [
    { command: 'DraftPlan', event: 'PlanDrafted', from: [], to: 'draft' },
    { command: 'ProposeChange', event: 'PlanProposed', from: ['draft'], to: 'in-review' },
    { command: 'ReturnPlan', event: 'PlanReturned', from: ['in-review', 'agreed'], to: 'draft' },
    { command: 'ObtainAgreement', event: 'PlanAgreed', from: ['draft', 'in-review', 'agreed'], to: 'agreed' },
    { command: 'ActivatePlan', event: 'PlanActivated', from: ['agreed'], to: 'active' },
    { command: 'RevisePlan', event: 'PlanRevised', from: ['active'], to: 'active' },
    // ReplacePlan gives birth to the next plan; the old one is superseded once that one is activated.
    { command: 'ReplacePlan', event: 'PlanDrafted', from: [], to: 'draft' },
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
    ...within('EditPlan', 'PlanEdited', ['draft']),
    ...within('ObtainAgreement', 'AgreementRecorded', ['draft', 'in-review', 'agreed', 'active', 'on-hold']),
    withdrawal('PlanEnteredInError', planStates),
  ],
}

/** A case plan (CarePlan of category case-plan). A minor revision raises `minor`, a replacement is a new plan. */
export interface Plan {
  readonly id: string
  readonly state: PlanState
  /** 1 for the first plan of the case, one more for each replacement. */
  readonly major: number
  readonly minor: number
  /** When it was looked over and revised (RevisePlan), oldest first: each is a review. */
  readonly revisions?: readonly DateTime[]
  readonly title?: string
  readonly author?: PartyRef
  readonly created?: DateTime
  readonly start?: DateTime
  readonly end?: DateTime
  readonly replaces?: string
  /** Id and version of the model it was drawn up under: `clinical|1.0.0`. */
  readonly model?: string
  readonly goals: readonly string[]
  readonly activities: readonly string[]
  readonly needs: readonly string[]
  readonly strengths: readonly string[]
  readonly agreements: readonly Agreement[]
  readonly reason?: string
  /** Somebody else's, without the category of case plans: I2 and I3 don't bind it. */
  readonly isPlain?: boolean
}

export interface Agreement {
  readonly party: 'patient' | 'guardian' | 'provider'
  readonly by: PartyRef
  readonly at: DateTime
  readonly decision: 'agreed' | 'refused'
  readonly reason?: string
  /** Who recorded it and vouches for it, when that is another than who said it. */
  readonly attestedBy?: PartyRef
  /** How it was said to them. */
  readonly how?: (typeof agreementWays)[number]
}

export const agreementWays = ['verbal', 'written'] as const

const goalStates = [
  'proposed',
  'planned',
  'accepted',
  'rejected',
  'active',
  'on-hold',
  'completed',
  'cancelled',
  'entered-in-error',
] as const

export type GoalState = (typeof goalStates)[number]

/** A goal in one of these is being worked on or about to be. */
export const openGoalStates = ['proposed', 'planned', 'accepted', 'active', 'on-hold'] as const

export const goalMachine: Machine<GoalState> = {
  noun: 'goal',
  states: goalStates,
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
    ...within('ReviseGoal', 'GoalRevised', openGoalStates),
    ...within('AcceptGoal', 'GoalAcceptanceRecorded', openGoalStates),
    ...within('RankGoal', 'GoalRanked', openGoalStates),
    ...within('ScaleGoal', 'GoalScaled', openGoalStates),
    ...within('ScoreGoal', 'GoalScored', [...openGoalStates, 'completed']),
    ...within('UpdateAchievement', 'GoalAchievementUpdated', ['active', 'on-hold', 'completed']),
    withdrawal('GoalEnteredInError', goalStates),
  ],
}

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
  /** Calendar dates, as Goal has them. */
  readonly start?: CalendarDate
  readonly target?: CalendarDate
  /** Who set it; a patient's own is never deleted by staff (I20). */
  readonly expressedBy?: PartyRef
  /** Weight for the GAS T score: 1, 2 or 3. */
  readonly weight?: number
  /** 1 = what matters most. */
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
  /** Why it is in its state; of an active goal: why nothing is planned for it (I3). */
  readonly reason?: string
  readonly statusAt?: CalendarDate
}

const activityStates = [
  'planned',
  'requested',
  'scheduled',
  'in-progress',
  'completed',
  'missed',
  'declined',
  'cancelled',
  'entered-in-error',
] as const

export type ActivityState = (typeof activityStates)[number]

/** An activity in one of these is still to be done, in part at least. */
export const openActivityStates = ['planned', 'requested', 'scheduled', 'in-progress', 'missed'] as const

/** An activity in one of these has come to its end. */
export const endedActivityStates = ['completed', 'declined', 'cancelled'] as const

export const activityMachine: Machine<ActivityState> = {
  noun: 'activity',
  states: activityStates,
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
      // A missed session of a series is followed by the next one.
      from: ['scheduled', 'in-progress', 'missed'],
      to: 'in-progress',
    },
    {
      command: 'CompleteActivity',
      event: 'ActivityCompleted',
      from: ['requested', 'scheduled', 'in-progress'],
      to: 'completed',
    },
    {
      command: 'RecordMiss',
      event: 'TherapyMissed',
      from: ['scheduled', 'in-progress', 'missed'],
      to: 'missed',
    },
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
    ...within('AdaptActivity', 'ActivityAdapted', openActivityStates),
    withdrawal('ActivityEnteredInError', activityStates),
  ],
}

export const activityKinds = ['service', 'education', 'referral', 'self', 'other'] as const

/** Where a service may take place; a foreign activity may name others. */
export const activitySettings = [
  'home',
  'office',
  'clinic',
  'inpatient',
  'rehabilitation',
  'community',
  'school',
  'remote',
] as const

export const weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

export interface Performance {
  readonly at: DateTime
  readonly kept: boolean
  /** Not held against anybody: left out of adherence. */
  readonly isExcused?: boolean
  /** Called off too late to be used otherwise: counts as not kept. */
  readonly isLateCancel?: boolean
  /** domain.md 4.9 `miss-reason`. */
  readonly reason?: string
}

/** A planned service (ServiceRequest). "Different services, different times, different providers". */
export interface Activity {
  readonly id: string
  readonly state: ActivityState
  readonly kind: (typeof activityKinds)[number]
  readonly text: string
  readonly code?: Coded
  /** `activitySettings`: the right setting per service. */
  readonly setting?: string
  /** Who sees to it; the performer does it. */
  readonly owner?: PartyRef
  readonly performer?: PartyRef
  /** Times per week, a whole number as text: `3`. */
  readonly perWeek?: string
  /** Days of the week (mon..sun) and time of day (HH:MM) when it is fixed. */
  readonly days: readonly string[]
  readonly timeOfDay?: string
  readonly durationMinutes?: number
  /** `Location/x`. */
  readonly place?: PartyRef
  readonly start?: DateTime
  readonly end?: DateTime
  readonly goals: readonly string[]
  readonly needs: readonly string[]
  /** Ids of activities that must come first. */
  readonly after: readonly string[]
  readonly performances: readonly Performance[]
  /** When the provider was asked. */
  readonly requestedAt?: DateTime
  /** When it was completed, declined or cancelled; `end` is what was planned. */
  readonly endedAt?: DateTime
  readonly reason?: string
}
