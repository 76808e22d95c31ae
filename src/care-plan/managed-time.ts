import { startMsOf } from '../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { CaseRoot } from './nouns/case-root.ts'
import type { Assignment } from './nouns/people.ts'

/** Whether a case needs an accountable manager: from open to its end, not while it waits for capacity unopened. */
export const isManaged = ({ state, openedAt }: CaseRoot): boolean =>
  state === 'open' ||
  state === 'active' ||
  (openedAt !== undefined && (state === 'on-hold' || state === 'closing'))

/** Who is accountable now; more than one only in a file that breaks I1. */
export const acceptedAssignments = ({ assignments }: CaseFile): readonly Assignment[] =>
  assignments.filter(({ state }) => state === 'accepted')

const began: ReadonlySet<string> = new Set(['accepted', 'handed-over', 'ended'])

/** Whether somebody was accountable at every instant since the case was opened, or reopened (I1). */
export function isManagedThroughout({ case: root, assignments }: CaseFile): boolean {
  const from = root.reopenedAt ?? root.openedAt
  if (from === undefined) return true
  const spans = assignments
    .filter(({ state, start }) => began.has(state) && start !== undefined)
    .map(({ start, end }) => ({
      startMs: startMsOf(start ?? '', 'UTC'),
      endMs: end === undefined ? Number.POSITIVE_INFINITY : startMsOf(end, 'UTC'),
    }))
    .toSorted((a, b) => a.startMs - b.startMs)
  const covered = spans.reduce(
    (untilMs, { startMs, endMs }) => (startMs <= untilMs ? Math.max(untilMs, endMs) : untilMs),
    startMsOf(from, 'UTC'),
  )
  return covered === Number.POSITIVE_INFINITY
}
