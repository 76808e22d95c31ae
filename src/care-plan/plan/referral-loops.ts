import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { Stretch } from '../load/contact-hours.ts'
import { endedActivityStates, type Activity } from '../nouns/plan.ts'

const DAY_MS = 86_400_000

const ended: ReadonlySet<string> = new Set(endedActivityStates)

/**
 * Referrals whose loop was closed in time, among those that are closed or late: from the request until somebody said how
 * it ended. One under way in time isn't counted. Without a number of days every closed one is in time, and so is one of
 * which nobody knows when it began.
 */
export function loopsOf(
  file: CaseFile,
  stretch: Stretch,
  withinDays = Number.POSITIVE_INFINITY,
): { readonly closed: number; readonly counted: number } {
  const counted = file.activities
    .filter(({ kind, state }) => kind === 'referral' && state !== 'entered-in-error')
    .map(activity => ({
      isClosed: ended.has(activity.state),
      isLate: (closedMs(activity, stretch) - openedMs(activity, stretch)) / DAY_MS > withinDays,
    }))
    .filter(({ isClosed, isLate }) => isClosed || isLate)
  return {
    closed: counted.filter(({ isClosed, isLate }) => isClosed && !isLate).length,
    counted: counted.length,
  }
}

/** NaN, which is late for nothing, when nobody said when it began. */
function openedMs({ requestedAt, start }: Activity, { timeZone }: Stretch): number {
  const at = requestedAt ?? start
  return at === undefined ? Number.NaN : startMsOf(at, timeZone)
}

/** Foreign resources need not say when it ended: then the end that was planned counts, or the last session. */
function closedMs({ state, endedAt, end, performances }: Activity, { untilMs, timeZone }: Stretch): number {
  const at = endedAt ?? end ?? performances.at(-1)?.at
  return ended.has(state) && at !== undefined ? startMsOf(at, timeZone) : untilMs
}
