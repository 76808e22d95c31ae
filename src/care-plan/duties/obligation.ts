import { fail, ok, type Result } from '../../lib/result.ts'
import type { Machine } from '../machines/machine.ts'

/**
 * A derived duty's state. `voided` = what called for it was withdrawn or overtaken; `waived` = a person decided, with a
 * reason, that it need not be done.
 */
export type ObligationState = 'due' | 'met' | 'missed' | 'late-met' | 'waived' | 'voided'

export type ObligationCommand =
  | { readonly kind: 'Meet' }
  /** The timer's fact: the due time passed. */
  | { readonly kind: 'Miss' }
  | { readonly kind: 'Waive'; readonly reason: string }
  | { readonly kind: 'Void'; readonly reason: string }
  /** What called for it is there again. */
  | { readonly kind: 'Raise' }

export type ObligationEvent =
  | { readonly kind: 'ObligationMet'; readonly isLate: boolean }
  | { readonly kind: 'ObligationMissed' }
  | { readonly kind: 'ObligationWaived'; readonly reason: string }
  | { readonly kind: 'ObligationVoided'; readonly reason: string }
  | { readonly kind: 'ObligationRaised' }

const legal: Readonly<Record<ObligationState, readonly ObligationCommand['kind'][]>> = {
  due: ['Meet', 'Miss', 'Waive', 'Void'],
  missed: ['Meet', 'Waive', 'Void'],
  met: [],
  'late-met': [],
  waived: [],
  voided: ['Raise'],
}

/** The same table as the other machines have it. What leaves a state as it is moves the Task, not the duty. */
export const obligationMachine: Machine<ObligationState> = {
  noun: 'obligation',
  states: ['due', 'met', 'missed', 'late-met', 'waived', 'voided'],
  moves: [
    { command: 'Raise', event: 'ObligationRaised', from: [], to: 'due', by: 'facts' },
    { command: 'Raise', event: 'ObligationRaised', from: ['voided'], to: 'due', by: 'facts' },
    { command: 'Meet', event: 'ObligationMet', from: ['due'], to: 'met', by: 'facts' },
    // From `due` too: its time may have passed before the timer noticed.
    { command: 'Meet', event: 'ObligationMet', from: ['due', 'missed'], to: 'late-met', by: 'facts' },
    { command: 'Miss', event: 'ObligationMissed', from: ['due'], to: 'missed', by: 'timer' },
    { command: 'Escalate', event: 'ObligationEscalated', from: ['missed'], to: 'missed', by: 'timer' },
    { command: 'CompleteObligation', event: 'ObligationMet', from: ['due'], to: 'met' },
    { command: 'CompleteObligation', event: 'ObligationMet', from: ['due', 'missed'], to: 'late-met' },
    { command: 'WaiveObligation', event: 'ObligationWaived', from: ['due', 'missed'], to: 'waived' },
    { command: 'DeclineObligation', event: 'ObligationDeclined', from: ['due', 'missed'], to: 'waived' },
    { command: 'SnoozeObligation', event: 'ObligationSnoozed', from: ['due'], to: 'due' },
    ...(['due', 'missed'] as const).flatMap(state => [
      { command: 'AssignObligation', event: 'ObligationAssigned', from: [state], to: state },
      { command: 'AcceptObligation', event: 'ObligationAccepted', from: [state], to: state },
      { command: 'StartObligation', event: 'ObligationStarted', from: [state], to: state },
    ]),
    {
      command: 'Void',
      event: 'ObligationVoided',
      from: ['due', 'missed', 'met', 'late-met'],
      to: 'voided',
      by: 'facts',
    },
    // The fact that met it was withdrawn.
    { command: 'Reopen', event: 'ObligationReopened', from: ['met'], to: 'due', by: 'facts' },
    { command: 'Reopen', event: 'ObligationReopened', from: ['late-met'], to: 'missed', by: 'facts' },
    // Its due time moved.
    { command: 'Recompute', event: 'ObligationRecomputed', from: ['missed'], to: 'due', by: 'facts' },
  ],
}

/** Decides a command; work done is never undone, and only a voided duty can be raised again. */
export function decideObligation(
  state: ObligationState,
  command: ObligationCommand,
): Result<readonly ObligationEvent[]> {
  if (!legal[state].includes(command.kind)) {
    return fail({
      kind: 'illegal-transition',
      code: 'illegal-transition',
      message: `${command.kind} is not possible while the obligation is ${state}.`,
      legal: legal[state],
    })
  }
  switch (command.kind) {
    case 'Meet':
      return ok([{ kind: 'ObligationMet', isLate: state === 'missed' }])
    case 'Miss':
      return ok([{ kind: 'ObligationMissed' }])
    case 'Waive':
      return ok([{ kind: 'ObligationWaived', reason: command.reason }])
    case 'Void':
      return ok([{ kind: 'ObligationVoided', reason: command.reason }])
    case 'Raise':
      return ok([{ kind: 'ObligationRaised' }])
  }
}

export function evolveObligation(_state: ObligationState, event: ObligationEvent): ObligationState {
  switch (event.kind) {
    case 'ObligationMet':
      return event.isLate ? 'late-met' : 'met'
    case 'ObligationMissed':
      return 'missed'
    case 'ObligationWaived':
      return 'waived'
    case 'ObligationVoided':
      return 'voided'
    case 'ObligationRaised':
      return 'due'
  }
}
