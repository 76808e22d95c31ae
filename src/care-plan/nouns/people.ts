import { withdrawal, type Machine } from '../machines/machine.ts'

/** A person, role, organisation or device as a reference (`Practitioner/p1`); the core never looks inside. */
export type PartyRef = string

/** dateTime with offset, as FHIR writes it. */
export type DateTime = string

const assignmentStates = [
  'offered',
  'accepted',
  'declined',
  'expired',
  'handed-over',
  'ended',
  'entered-in-error',
] as const

export const assignmentMachine = {
  noun: 'assignment',
  states: assignmentStates,
  moves: [
    { command: 'OfferAssignment', event: 'AssignmentOffered', from: [], to: 'offered' },
    { command: 'AcceptAssignment', event: 'AssignmentAccepted', from: ['offered'], to: 'accepted' },
    { command: 'DeclineAssignment', event: 'AssignmentDeclined', from: ['offered'], to: 'declined' },
    { command: 'ExpireAssignment', event: 'AssignmentExpired', from: ['offered'], to: 'expired' },
    { command: 'HandOver', event: 'CaseHandedOver', from: ['accepted'], to: 'handed-over' },
    { command: 'EndAssignment', event: 'AssignmentEnded', from: ['accepted'], to: 'ended' },
    withdrawal('AssignmentEnteredInError', assignmentStates),
  ],
} as const satisfies Machine

export type AssignmentState = (typeof assignmentMachine.states)[number]

/** Who manages the case, from when to when. Exactly one is accepted at every instant of an open case (I1). */
export interface Assignment {
  readonly id: string
  readonly state: AssignmentState
  readonly manager: PartyRef
  /** The organisation that the manager works for, where that isn't the one that has the case (I8). */
  readonly organization?: PartyRef
  /** The supervisor who offered it. */
  readonly offeredBy?: PartyRef
  readonly offeredAt?: DateTime
  readonly expires?: DateTime
  readonly start?: DateTime
  readonly end?: DateTime
  readonly reason?: string
}

const consentStates = ['proposed', 'active', 'revoked', 'expired', 'rejected', 'entered-in-error'] as const

export const consentMachine = {
  noun: 'consent',
  states: consentStates,
  moves: [
    { command: 'RequestConsent', event: 'ConsentRequested', from: [], to: 'proposed' },
    { command: 'GrantConsent', event: 'ConsentGranted', from: [], to: 'active' },
    { command: 'GrantConsent', event: 'ConsentGranted', from: ['proposed'], to: 'active' },
    { command: 'RejectConsent', event: 'ConsentRejected', from: ['proposed'], to: 'rejected' },
    { command: 'RevokeConsent', event: 'ConsentRevoked', from: ['active'], to: 'revoked' },
    // Said beside it when somebody was told on the ground of it.
    {
      command: 'RevokeConsent',
      event: 'SharesRecalled',
      from: ['active'],
      to: 'revoked',
      isSaid: true,
    },
    { command: 'ExpireConsent', event: 'ConsentExpired', from: ['active'], to: 'expired' },
    withdrawal('ConsentEnteredInError', consentStates),
  ],
} as const satisfies Machine

export type ConsentState = (typeof consentMachine.states)[number]

export const consentScopes = ['case-management', 'sharing'] as const

/** What the patient or a representative allows: `case-management` itself, or sharing with recipients (I8). */
export interface Consent {
  readonly id: string
  readonly state: ConsentState
  readonly scope: (typeof consentScopes)[number]
  /** Absent = permit. */
  readonly decision?: 'permit' | 'deny'
  /** Who gave or refused it. */
  readonly by?: PartyRef
  readonly at?: DateTime
  /** Who may be told; empty = whoever cares for the patient. */
  readonly recipients: readonly PartyRef[]
  /** Classes of resources it covers; empty = all. */
  readonly classes: readonly string[]
  readonly start?: DateTime
  readonly end?: DateTime
  readonly reason?: string
}
