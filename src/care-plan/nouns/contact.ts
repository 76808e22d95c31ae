import { withdrawal, type Machine } from '../machines/machine.ts'
import type { DateTime, PartyRef } from './people.ts'

const contactStates = ['planned', 'made', 'attempted', 'refused', 'entered-in-error'] as const

export const contactMachine = {
  noun: 'contact',
  states: contactStates,
  moves: [
    { command: 'PlanContact', event: 'ContactPlanned', from: [], to: 'planned' },
    { command: 'RecordContact', event: 'ContactMade', from: [], to: 'made' },
    { command: 'RecordContact', event: 'ContactMade', from: ['planned'], to: 'made' },
    { command: 'RecordAttempt', event: 'ContactAttempted', from: [], to: 'attempted' },
    { command: 'RecordAttempt', event: 'ContactAttempted', from: ['planned'], to: 'attempted' },
    { command: 'RecordRefusal', event: 'ContactRefused', from: [], to: 'refused' },
    { command: 'RecordRefusal', event: 'ContactRefused', from: ['planned'], to: 'refused' },
    withdrawal('ContactEnteredInError', contactStates),
  ],
} as const satisfies Machine

export const contactKinds = ['phone', 'home', 'office', 'video', 'accompanied', 'portal'] as const
export type ContactKind = (typeof contactKinds)[number]

/** domain.md 4.9 `contact-outcome`. */
export const contactOutcomes = [
  'reached',
  'voicemail',
  'no-answer',
  'wrong-number',
  'refused',
  'third-party',
] as const

/** The five topics of the AHRQ RED call. */
export const checkInTopics = [
  'health-status',
  'medicines',
  'appointments',
  'home-services',
  'what-to-do',
] as const

/** A two-way contact (Encounter: VR, HH, AMB, FLD) or, not reached, an attempt (Communication not-done). */
export interface Contact {
  readonly id: string
  readonly state: (typeof contactMachine.states)[number]
  readonly kind: ContactKind
  readonly at: DateTime
  readonly minutes?: number
  readonly by?: PartyRef
  readonly with?: PartyRef
  readonly outcome: (typeof contactOutcomes)[number] | undefined
  readonly topics: readonly string[]
  /** Codes of red flags found; each stands as a red flag of its own too. */
  readonly redFlags: readonly string[]
  /** Answers to the questions of the check-in script (care-plan/instruments/check-in.ts). */
  readonly answers?: readonly { readonly question: string; readonly answer: string }[]
  /** Appointment that the manager came along to. */
  readonly appointment?: string
  readonly note?: string
  readonly reason?: string
}

const appointmentStates = [
  'proposed',
  'pending',
  'booked',
  'arrived',
  'fulfilled',
  'noshow',
  'cancelled',
  'waitlist',
  'entered-in-error',
] as const

export const appointmentMachine = {
  noun: 'appointment',
  states: appointmentStates,
  moves: [
    { command: 'ProposeAppointment', event: 'AppointmentProposed', from: [], to: 'proposed' },
    { command: 'RequestAppointment', event: 'AppointmentRequested', from: ['proposed'], to: 'pending' },
    { command: 'BookAppointment', event: 'AppointmentBooked', from: [], to: 'booked' },
    {
      command: 'BookAppointment',
      event: 'AppointmentBooked',
      from: ['proposed', 'pending', 'waitlist'],
      to: 'booked',
    },
    {
      command: 'RescheduleAppointment',
      event: 'AppointmentRescheduled',
      from: ['booked', 'pending'],
      to: 'booked',
    },
    {
      command: 'WaitlistAppointment',
      event: 'AppointmentWaitlisted',
      from: ['proposed', 'pending', 'booked'],
      to: 'waitlist',
    },
    { command: 'RecordArrival', event: 'PatientArrived', from: ['booked'], to: 'arrived' },
    {
      command: 'FulfilAppointment',
      event: 'AppointmentFulfilled',
      from: ['booked', 'arrived'],
      to: 'fulfilled',
    },
    { command: 'RecordNoShow', event: 'AppointmentMissed', from: ['booked'], to: 'noshow' },
    {
      command: 'CancelAppointment',
      event: 'AppointmentCancelled',
      from: ['proposed', 'pending', 'booked', 'waitlist'],
      to: 'cancelled',
    },
    { command: 'AttachCompanion', event: 'CompanionAttached', from: ['booked'], to: 'booked' },
    withdrawal('AppointmentEnteredInError', appointmentStates),
  ],
} as const satisfies Machine

export const appointmentPurposes = ['service', 'follow-up-visit', 'med-rec', 'other'] as const

/** domain.md 4.9 `miss-reason`. */
export const missReasons = [
  'transport',
  'cost',
  'symptoms',
  'forgot',
  'work',
  'caregiver',
  'provider',
  'weather',
  'disagrees',
] as const
export type MissReason = (typeof missReasons)[number]

/** An appointment (Appointment), with the companion when the case manager comes along. */
export interface Appointment {
  readonly id: string
  readonly state: (typeof appointmentMachine.states)[number]
  readonly purpose: (typeof appointmentPurposes)[number]
  readonly text?: string
  readonly start?: DateTime
  readonly end?: DateTime
  readonly provider?: PartyRef
  readonly location?: PartyRef
  readonly companion?: PartyRef
  /** Activity it carries out. */
  readonly activity?: string
  readonly missReason?: MissReason
  /** Why it was moved or cancelled, in words. */
  readonly reason?: string
}

const flagStates = ['open', 'resolved', 'entered-in-error'] as const

export const flagMachine = {
  noun: 'red flag',
  states: flagStates,
  moves: [
    { command: 'RaiseRedFlag', event: 'RedFlagRaised', from: [], to: 'open' },
    { command: 'ResolveRedFlag', event: 'RedFlagResolved', from: ['open'], to: 'resolved' },
    withdrawal('RedFlagEnteredInError', flagStates),
  ],
} as const satisfies Machine

/** What a red flag led to: early symptom to ambulatory visit instead of emergency room is an outcome. */
export const flagConsequences = ['ambulatory-visit', 'emergency-room', 'none'] as const

/** An early symptom or danger that somebody must act on the same day (Flag). */
export interface RedFlag {
  readonly id: string
  readonly state: (typeof flagMachine.states)[number]
  readonly code: string
  readonly text?: string
  readonly at: DateTime
  readonly by?: PartyRef
  readonly contact?: string
  readonly end?: DateTime
  readonly ledTo?: (typeof flagConsequences)[number]
  /** What was done about it, in words. */
  readonly note?: string
}

/** A step of people that leaves the state of a transition as the facts have it. */
const inPlace = <C extends string, E extends string>(command: C, event: E) =>
  (['discharged-community', 'discharged-facility'] as const).map(
    state => ({ command, event, from: [state], to: state }) as const,
  )

export const transitionMachine = {
  noun: 'transition',
  states: [
    'anticipated',
    'in-facility',
    'discharged-facility',
    'discharged-community',
    'stabilised',
    'readmitted',
    'died',
    'voided',
  ],
  moves: [
    {
      command: 'OpenTransition',
      event: 'TransitionOpened',
      from: [],
      to: 'discharged-community',
      by: 'facts',
    },
    {
      command: 'AnticipateTransition',
      event: 'TransitionAnticipated',
      from: [],
      to: 'anticipated',
      by: 'facts',
    },
    {
      command: 'RecordAdmission',
      event: 'TransitionInFacility',
      from: ['anticipated'],
      to: 'in-facility',
      by: 'facts',
    },
    {
      command: 'RecordFacilityDischarge',
      event: 'DischargedToFacility',
      from: ['in-facility'],
      to: 'discharged-facility',
      by: 'facts',
    },
    {
      command: 'RecordDischarge',
      event: 'DischargedToCommunity',
      from: ['in-facility', 'discharged-facility'],
      to: 'discharged-community',
      by: 'facts',
    },
    ...inPlace('RecordDischargeInfo', 'DischargeInfoRecorded'),
    ...inPlace('ReconcileMedication', 'MedicationReconciled'),
    {
      command: 'CompleteTransition',
      event: 'TransitionCompleted',
      from: ['discharged-community', 'discharged-facility'],
      to: 'stabilised',
    },
    {
      command: 'RecordReadmission',
      event: 'TransitionReadmitted',
      from: ['discharged-community', 'discharged-facility'],
      to: 'readmitted',
      by: 'facts',
    },
    {
      command: 'RecordDeath',
      event: 'TransitionEndedByDeath',
      from: ['anticipated', 'in-facility', 'discharged-community', 'discharged-facility'],
      to: 'died',
      by: 'facts',
    },
    {
      command: 'VoidTransition',
      event: 'TransitionVoided',
      from: ['anticipated', 'in-facility', 'discharged-community', 'discharged-facility'],
      to: 'voided',
      by: 'facts',
    },
    {
      command: 'RestoreTransition',
      event: 'TransitionOpened',
      from: ['voided', 'readmitted', 'died'],
      to: 'discharged-community',
      by: 'facts',
    },
  ],
} as const satisfies Machine

/** A move between settings (CarePlan of category transition); derived from the stays, completed by people. */
export interface Transition {
  readonly id: string
  readonly state: (typeof transitionMachine.states)[number]
  readonly start?: DateTime
  readonly end?: DateTime
  readonly encounter?: string
  /** When the receiving side got the discharge summary (TRC: by the day of discharge + 2). */
  readonly dischargeInfoAt?: DateTime
  /** When a prescriber, pharmacist or nurse reconciled the medicines, and who (TRC: by the day of discharge + 30). */
  readonly medRecAt?: DateTime
  readonly medRecBy?: PartyRef
}
