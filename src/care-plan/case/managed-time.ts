import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { CaseRoot } from '../nouns/case-root.ts'
import type { Assignment } from '../nouns/people.ts'

/** Whether a case needs an accountable manager: from open to its end, not while it waits for capacity unopened. */
export const isManaged = ({ state, openedAt }: CaseRoot): boolean =>
  state === 'open' ||
  state === 'active' ||
  (openedAt !== undefined && (state === 'on-hold' || state === 'closing'))

/** Who is accountable now; more than one only in a file that breaks I1. */
export const acceptedAssignments = ({ assignments }: CaseFile): readonly Assignment[] =>
  assignments.filter(({ state }) => state === 'accepted')

const began: ReadonlySet<string> = new Set(['accepted', 'handed-over', 'ended'])

/** A time in which nobody was accountable, in ms; without an end it lasts. */
export interface ManagementGap {
  readonly fromMs: number
  readonly untilMs?: number
}

/** When nobody was accountable since the case was opened, or reopened (I1), in order. */
export function managementGaps({ case: root, assignments }: CaseFile): readonly ManagementGap[] {
  const from = root.reopenedAt ?? root.openedAt ?? root.since ?? root.start
  const spans = assignments
    .filter(({ state, start }) => began.has(state) && start !== undefined)
    .map(({ start = '', end }) => ({
      startMs: startMsOf(start, 'UTC'),
      endMs: end === undefined ? Number.POSITIVE_INFINITY : startMsOf(end, 'UTC'),
    }))
    .toSorted((a, b) => a.startMs - b.startMs)
  const gaps: ManagementGap[] = []
  let coveredMs = from === undefined ? (spans[0]?.startMs ?? 0) : startMsOf(from, 'UTC')
  for (const { startMs, endMs } of spans) {
    if (startMs > coveredMs) gaps.push({ fromMs: coveredMs, untilMs: startMs })
    coveredMs = Math.max(coveredMs, endMs)
  }
  return coveredMs === Number.POSITIVE_INFINITY ? gaps : [...gaps, { fromMs: coveredMs }]
}
