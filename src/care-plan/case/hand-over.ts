import { laterOf, startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { caseChanged, type CasePatch } from './case-course.ts'
import type { CaseFile } from './case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import { overridden } from '../commands/consent-override.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { acceptedAssignments } from './managed-time.ts'
import type { Assignment, PartyRef } from '../nouns/people.ts'

export interface Successor {
  readonly to: PartyRef
  /** Organisation of the new manager, where it is another one. */
  readonly organization?: string | undefined
  /** When the new manager began; not later than the hand-over. */
  readonly start?: string | undefined
  readonly reason?: string | undefined
  readonly consentOverride?: string | undefined
}

/**
 * A case goes from its manager to another: the new assignment begins when, or before, the old one ends, so that they
 * overlap and never leave a gap (I1). `type` names the event on the case. Fails with `illegal-transition` when nobody has
 * the case, with `case-condition` when the new one has it already or would begin later than the hand-over.
 */
export function handOver(
  file: CaseFile,
  successor: Successor,
  context: CommandContext,
  type = 'ManagerAssigned',
): Result<readonly DomainEvent[]> {
  const current = acceptedAssignments(file)
  const { to, organization, start = context.at, reason } = successor
  if (current.length === 0) return fail(nobody)
  if (current.some(({ manager }) => manager === to)) return fail(sameManager)
  if (startMsOf(start, 'UTC') > startMsOf(context.at, 'UTC')) return fail(startsLater)
  const id = context.newId('assignment')
  const born: Omit<Assignment, 'id'> = {
    state: 'accepted',
    manager: to,
    offeredBy: context.actor,
    offeredAt: start,
    start,
    ...(organization !== undefined && { organization }),
  }
  const override =
    organization === undefined
      ? {}
      : overridden(file.case, { recipient: organization, reason: successor.consentOverride }, context)
  return ok([
    {
      type: 'AssignmentAccepted',
      noun: 'assignment',
      id,
      changes: born,
      ...(reason !== undefined && { reason }),
    },
    ...handedOver(file, context.at, reason),
    ...handedDuties(file, to),
    managerChanged(file, { manager: to, ...override }, { type, reason }),
  ])
}

/** An end that is not before its start: clocks of two doors may disagree. */
export const notBefore = (start: string | undefined, at: string): string =>
  start === undefined ? at : laterOf(start, at)

/** Every manager that a case has now hands it over, at an instant. */
export const handedOver = (file: CaseFile, at: string, reason?: string): readonly DomainEvent[] =>
  acceptedAssignments(file).map(({ id, start }) => ({
    type: 'CaseHandedOver',
    noun: 'assignment',
    id,
    changes: {
      state: 'handed-over',
      end: notBefore(start, at),
      ...(reason !== undefined && { reason }),
    },
    ...(reason !== undefined && { reason }),
  }))

/** What the old manager had taken on or was asked to do is the new one's to do (I14). */
export const handedDuties = ({ case: root, obligations }: CaseFile, to: PartyRef): readonly DomainEvent[] =>
  obligations
    .filter(({ state }) => state === 'due' || state === 'missed')
    .filter(({ owner }) => owner !== undefined && owner === root.manager && owner !== to)
    .map(({ id, status }) => ({
      type: 'ObligationAssigned',
      noun: 'obligation',
      id,
      changes: { owner: to, status: status === 'requested' ? 'ready' : status },
    }))

/** The accountable manager as the case shows it. */
export const managerChanged = (
  { case: root }: CaseFile,
  patch: CasePatch,
  { type = 'ManagerAssigned', reason }: { readonly type?: string; readonly reason?: string | undefined } = {},
): DomainEvent => caseChanged(root, type, patch, reason ?? 'A manager accepted the case.')

const nobody: Failure = {
  kind: 'illegal-transition',
  code: 'illegal-transition',
  message: 'HandOver is not possible while nobody has accepted the case.',
  legal: ['OfferAssignment', 'AcceptAssignment'],
}

const sameManager: Failure = {
  kind: 'business-rule',
  code: 'case-condition',
  message: 'The case can only be given to somebody who does not manage it already.',
}

const startsLater: Failure = {
  kind: 'business-rule',
  code: 'case-condition',
  message:
    'HandOver needs a start that is not later than the hand-over itself, so that no gap comes about (I1).',
}

/** A caseload goes from one manager to another. */
export interface Reassignment {
  readonly from: PartyRef
  readonly to: PartyRef
  readonly reason: string
  readonly organization?: string
}

export interface ReassignedCase {
  readonly caseId: string
  readonly events: readonly DomainEvent[]
}

/**
 * BulkReassign: every case of these that `from` manages goes to `to`, all or none; cases of others are left out. The ids
 * of what is born come from each case's own context.
 */
export function bulkReassign(
  files: readonly CaseFile[],
  { from, ...rest }: Reassignment,
  contextOf: (file: CaseFile) => CommandContext,
): Result<readonly ReassignedCase[]> {
  const reassigned: ReassignedCase[] = []
  for (const file of files) {
    if (!acceptedAssignments(file).some(({ manager }) => manager === from)) continue
    const events = handOver(file, rest, contextOf(file), 'CaseloadTransferred')
    if (!events.ok) return events
    reassigned.push({ caseId: file.case.id, events: events.value })
  }
  return ok(reassigned)
}
