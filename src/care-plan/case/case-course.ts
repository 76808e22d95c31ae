import { daysBetween } from '../../lib/calendar-date.ts'
import { laterOf, localDate, startMsOf } from '../../lib/fhir-time.ts'
import { ok, type Result } from '../../lib/result.ts'
import {
  caseMatrix,
  decideCase,
  endedStates,
  evolveCase,
  type Case,
  type CaseCommand,
  type CaseCommandKind,
} from './case.ts'
import type { CaseFile } from './case-file.ts'
import { changesBetween, type DomainEvent, type Stamp } from '../machines/domain-event.ts'
import { moveBy } from '../machines/machine.ts'
import { caseMachine } from '../machines/machines.ts'
import type { CaseRoot } from '../nouns/case-root.ts'

/** New values of a case; an explicit undefined takes a field out. */
export type CasePatch = { readonly [K in keyof CaseRoot]?: CaseRoot[K] | undefined }

/**
 * The event of a command of the matrix (domain.md 4.7), with what the move itself means for the case and what else the
 * command says. The one way to move a case, for the commands on other nouns (ActivatePlan) too. Fails with
 * `illegal-transition` and the legal list, or with `case-condition`.
 */
export function caseMoved(
  { case: root }: Pick<CaseFile, 'case'>,
  command: CaseCommand,
  stamp: Pick<Stamp, 'actor' | 'at'>,
  patch: CasePatch = {},
): Result<DomainEvent> {
  const decided = decideCase(root, command)
  if (!decided.ok) return decided
  const { state, isWaitlisted } = decided.value.reduce<Case>(evolveCase, root)
  const type = moveBy(caseMachine, root.state, command.kind)?.event ?? command.kind
  return ok(
    caseChanged(root, type, { state, isWaitlisted, ...moveMarks(root, command.kind, stamp), ...patch }),
  )
}

/** An event on the case itself; its reason is the one that the change gives. */
export function caseChanged(root: CaseRoot, type: string, patch: CasePatch, reason?: string): DomainEvent {
  const why = reason ?? patch.reason
  return {
    type,
    noun: 'case',
    id: root.id,
    changes: changesBetween(root, patchedCase(root, patch)),
    ...(why !== undefined && { reason: why }),
  }
}

/** What a move leaves on the case whoever made it and by whichever door: when it was, who proposed, who approved. */
export function moveMarks(
  root: CaseRoot,
  kind: CaseCommandKind,
  { actor, at }: Pick<Stamp, 'actor' | 'at'>,
): CasePatch {
  const to = caseMatrix[root.state][kind]
  if (to === undefined || to === root.state) return {}
  const over = root.start === undefined ? at : laterOf(root.start, at)
  const end = endedStates.has(to) ? (endedStates.has(root.state) ? (root.end ?? over) : over) : undefined
  const opened = to === 'active' && root.openedAt === undefined ? { openedAt: at } : {}
  return {
    since: at,
    reason: undefined,
    hold: undefined,
    end,
    ...opened,
    ...ownMarks(root, kind, { actor, at }),
  }
}

function ownMarks(
  root: CaseRoot,
  kind: CaseCommandKind,
  { actor, at }: Pick<Stamp, 'actor' | 'at'>,
): CasePatch {
  switch (kind) {
    case 'ScreenCase':
      return { eligibleAt: root.eligibleAt ?? at }
    case 'OpenCase':
      return { openedAt: at }
    case 'ProposeClosure':
      return { closure: { proposedBy: actor, proposedAt: at } }
    case 'RejectClosure':
      return { closure: undefined }
    case 'ApproveClosure':
      return { closure: { ...root.closure, approvedBy: actor } }
    case 'ResumeCase':
      return { resumptions: [...(root.resumptions ?? []), at] }
    case 'ReopenCase':
      return { closure: undefined, reopenedAt: at, mergedInto: undefined }
    default:
      return {}
  }
}

/** How long a case has been closed, in calendar days of its zone. */
export function closedForDays(root: CaseRoot, at: string, timeZone: string): number {
  const [closed, today] = [root.end ?? at, at].map(time => localDate(startMsOf(time, timeZone), timeZone))
  return daysBetween(closed ?? '', today ?? '')
}

/** The case with new values; what is undefined is left out. */
export const patchedCase = (root: CaseRoot, patch: CasePatch): CaseRoot =>
  Object.fromEntries(
    Object.entries({ ...root, ...patch }).filter(([, value]) => value !== undefined),
  ) as unknown as CaseRoot
