import type { CaseFile } from '../case/case-file.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { notBefore } from '../case/hand-over.ts'
import { acceptedAssignments } from '../case/managed-time.ts'

/** A case that ends takes its assignments with it: the manager's ends, offers lapse. */
export const endedAssignments = (file: CaseFile, at: string): readonly DomainEvent[] => [
  ...acceptedAssignments(file).map(({ id, start }): DomainEvent => ({
    type: 'AssignmentEnded',
    noun: 'assignment',
    id,
    changes: { state: 'ended', end: notBefore(start, at), reason },
    reason,
  })),
  ...file.assignments
    .filter(({ state }) => state === 'offered')
    .map(({ id }): DomainEvent => ({
      type: 'AssignmentExpired',
      noun: 'assignment',
      id,
      changes: { state: 'expired', reason },
      reason,
    })),
]

const reason = 'The case has ended.'
