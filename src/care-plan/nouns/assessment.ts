import { withdrawal, type Machine } from '../machines/machine.ts'
import type { DateTime, PartyRef } from './people.ts'

const assessmentStates = [
  'planned',
  'in-progress',
  'concluded',
  'amended',
  'refused',
  'not-completed',
  'entered-in-error',
] as const

export const assessmentMachine = {
  noun: 'assessment',
  states: assessmentStates,
  moves: [
    { command: 'PlanAssessment', event: 'AssessmentPlanned', from: [], to: 'planned' },
    { command: 'StartAssessment', event: 'AssessmentStarted', from: [], to: 'in-progress' },
    { command: 'StartAssessment', event: 'AssessmentStarted', from: ['planned'], to: 'in-progress' },
    { command: 'RecordAnswers', event: 'AssessmentRevised', from: ['in-progress'], to: 'in-progress' },
    { command: 'ConcludeDomain', event: 'DomainConcluded', from: ['in-progress'], to: 'in-progress' },
    { command: 'ConcludeAssessment', event: 'AssessmentConcluded', from: ['in-progress'], to: 'concluded' },
    { command: 'AmendAssessment', event: 'AssessmentAmended', from: ['concluded', 'amended'], to: 'amended' },
    {
      command: 'RefuseAssessment',
      event: 'AssessmentRefused',
      from: ['planned', 'in-progress'],
      to: 'refused',
    },
    {
      command: 'AbandonAssessment',
      event: 'AssessmentNotCompleted',
      from: ['planned', 'in-progress'],
      to: 'not-completed',
    },
    withdrawal('AssessmentEnteredInError', assessmentStates),
  ],
} as const satisfies Machine

export type AssessmentState = (typeof assessmentMachine.states)[number]

/** The whole of an assessment (ClinicalImpression). Domains are codes: function, cognition, mood, social-needs, ... */
export interface Assessment {
  readonly id: string
  readonly state: AssessmentState
  readonly assessor?: PartyRef
  readonly start?: DateTime
  readonly end?: DateTime
  readonly requiredDomains: readonly string[]
  /** Written conclusion per domain (I4): raw answers do not count. */
  readonly conclusions: readonly DomainConclusion[]
  /** Ids of the answers (QuestionnaireResponse) and scores (Observation) it rests on. */
  readonly answers: readonly string[]
  readonly scores: readonly string[]
  readonly previous?: string
  readonly summary?: string
  readonly reason?: string
}

export interface DomainConclusion {
  readonly domain: string
  readonly text: string
  readonly by?: PartyRef
  readonly at?: DateTime
}

export const answersStates = ['in-progress', 'completed', 'amended', 'stopped', 'entered-in-error'] as const

/** Answers to one instrument (QuestionnaireResponse). */
export interface Answers {
  readonly id: string
  readonly state: (typeof answersStates)[number]
  /** `phq-9|1.0.0` for an instrument of ours, else the canonical of the Questionnaire. */
  readonly instrument: string
  readonly at?: DateTime
  readonly author?: PartyRef
  /** A code, a text, a number as text or true/false as text; one row for each answer, in the order of the form. */
  readonly items: readonly { readonly linkId: string; readonly answer: string }[]
  /** Mark of the answers from which scores and proposals were read (care-plan/instruments/answers-reading.ts). */
  readonly reading?: string
}

export const scoreStates = ['preliminary', 'final', 'amended', 'entered-in-error'] as const

/**
 * A figure computed from inputs by a versioned table (I22): a survey score (PHQ-9 total), a risk score, a GAS level or T
 * score, an outcome. Append-only (Observation; risk scores RiskAssessment are a noun of their own).
 */
export interface Score {
  readonly id: string
  readonly state: (typeof scoreStates)[number]
  /** Code of the instrument or measure: `phq-9`, `gas-level`, `gas-t`, `er-avoided`, ... */
  readonly measure: string
  readonly tableVersion?: string
  /** Number as text, or `yes`/`no`. */
  readonly value: string
  readonly interpretation?: string
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
  readonly at?: DateTime
  readonly by?: PartyRef
  /** Who rated a goal: `patient`, `practitioner`, `caregiver`, or `baseline` for the rating it started from. */
  readonly rater?: string
  /** What it was computed from: the id of a score, or `answers/` and the id of answers. */
  readonly derivedFrom: readonly string[]
  /** Goal it rates, if any. */
  readonly goal?: string
  /** Why it was amended. */
  readonly reason?: string
}

/** LACE, HOSPITAL: computed risk (RiskAssessment) with what was missing. */
export interface Risk {
  readonly id: string
  readonly state: (typeof scoreStates)[number]
  /** `lace-2010`, `lace-modified`, `hospital-a`, `hospital-b`, `stratification` (people's judgement). */
  readonly method: string
  readonly tableVersion?: string
  readonly value?: string
  readonly band?: string
  readonly inputs: readonly { readonly name: string; readonly value: string }[]
  readonly missing: readonly string[]
  readonly at?: DateTime
  readonly encounter?: string
}

const needStates = [
  'proposed',
  'confirmed',
  'addressed',
  'deferred',
  'declined-by-client',
  'resolved',
  'inactive',
  'entered-in-error',
] as const

export const needMachine = {
  noun: 'need',
  states: needStates,
  moves: [
    { command: 'IdentifyNeed', event: 'NeedIdentified', from: [], to: 'proposed' },
    { command: 'RecordAnswers', event: 'NeedIdentified', from: [], to: 'proposed' },
    { command: 'ConfirmNeed', event: 'NeedConfirmed', from: ['proposed'], to: 'confirmed' },
    { command: 'AddressNeed', event: 'NeedAddressed', from: ['confirmed', 'deferred'], to: 'addressed' },
    {
      command: 'DeferNeed',
      event: 'NeedDeferred',
      from: ['proposed', 'confirmed', 'addressed'],
      to: 'deferred',
    },
    {
      command: 'DeclineNeed',
      event: 'NeedDeclined',
      from: ['proposed', 'confirmed', 'addressed', 'deferred'],
      to: 'declined-by-client',
    },
    {
      command: 'ResolveNeed',
      event: 'NeedResolved',
      from: ['confirmed', 'addressed', 'deferred'],
      to: 'resolved',
    },
    {
      command: 'DeactivateNeed',
      event: 'NeedDeactivated',
      from: ['proposed', 'confirmed', 'addressed', 'deferred'],
      to: 'inactive',
    },
    {
      command: 'ConfirmNeed',
      event: 'NeedConfirmed',
      from: ['deferred', 'declined-by-client', 'inactive', 'resolved'],
      to: 'confirmed',
    },
    ...(['proposed', 'confirmed', 'addressed', 'deferred'] as const).map(state => ({
      command: 'PrioritiseNeeds' as const,
      event: 'NeedPrioritised' as const,
      from: [state],
      to: state,
    })),
    withdrawal('NeedEnteredInError', needStates),
  ],
} as const satisfies Machine

export type NeedState = (typeof needMachine.states)[number]

/** A need (Condition). A deferred or declined one keeps reason and author (I5). */
export interface Need {
  readonly id: string
  readonly state: NeedState
  readonly domain?: string
  readonly text: string
  readonly code?: Coded
  /** 1 = first. */
  readonly priority?: number
  readonly identifiedBy?: PartyRef
  readonly at?: DateTime
  readonly confirmedBy?: PartyRef
  readonly reason?: string
  readonly reasonBy?: PartyRef
  /** What speaks for it: the id of a score, or `answers/` and the id of answers. */
  readonly evidence: readonly string[]
}

export interface Coded {
  readonly system: string
  readonly code: string
  readonly display?: string
}

const strengthStates = ['proposed', 'active', 'inactive', 'entered-in-error'] as const

export const strengthMachine = {
  noun: 'strength',
  states: strengthStates,
  moves: [
    { command: 'RecordStrength', event: 'StrengthIdentified', from: [], to: 'active' },
    { command: 'RecordAnswers', event: 'StrengthIdentified', from: [], to: 'proposed' },
    { command: 'ConfirmStrength', event: 'StrengthConfirmed', from: ['proposed'], to: 'active' },
    { command: 'LinkStrength', event: 'StrengthLinked', from: ['active'], to: 'active' },
    {
      command: 'DeactivateStrength',
      event: 'StrengthDeactivated',
      from: ['proposed', 'active'],
      to: 'inactive',
    },
    { command: 'ReactivateStrength', event: 'StrengthReactivated', from: ['inactive'], to: 'active' },
    withdrawal('StrengthEnteredInError', strengthStates),
  ],
} as const satisfies Machine

export const strengthKinds = ['community', 'family', 'friend', 'home', 'self'] as const

/** What helps: community, family, friends, home (Observation). */
export interface Strength {
  readonly id: string
  readonly state: (typeof strengthMachine.states)[number]
  readonly kind: (typeof strengthKinds)[number]
  readonly text: string
  /** RelatedPerson or Organization that embodies it. */
  readonly embodiedBy?: PartyRef
  readonly at?: DateTime
  readonly by?: PartyRef
  /** Ids of goals and activities it is linked to. */
  readonly linkedTo: readonly string[]
  /** Why it no longer counts. */
  readonly reason?: string
}

const barrierStates = ['proposed', 'open', 'removed', 'accepted', 'entered-in-error'] as const

export const barrierMachine = {
  noun: 'barrier',
  states: barrierStates,
  moves: [
    { command: 'RaiseBarrier', event: 'BarrierRaised', from: [], to: 'open' },
    { command: 'RecordAnswers', event: 'BarrierRaised', from: [], to: 'proposed' },
    { command: 'ConfirmBarrier', event: 'BarrierConfirmed', from: ['proposed'], to: 'open' },
    {
      command: 'RemoveBarrier',
      event: 'BarrierRemoved',
      from: ['proposed', 'open', 'accepted'],
      to: 'removed',
    },
    { command: 'AcceptBarrier', event: 'BarrierAccepted', from: ['open'], to: 'accepted' },
    withdrawal('BarrierEnteredInError', barrierStates),
  ],
} as const satisfies Machine

/** What stands in the way of a goal (Observation, PCO goal barrier). */
export interface Barrier {
  readonly id: string
  readonly state: (typeof barrierMachine.states)[number]
  readonly text: string
  readonly code?: Coded
  readonly goal?: string
  readonly at?: DateTime
  readonly by?: PartyRef
  readonly reason?: string
}
