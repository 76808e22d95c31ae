import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { Failure } from '../../lib/result.ts'
import type { CaseRoot } from '../../care-plan/nouns/case-root.ts'
import type { CaseCommand } from '../../care-plan/case.ts'

interface Evidence {
  readonly was: CaseRoot
  readonly is: CaseRoot
  readonly at: string
  readonly timeZone: string
}

/** A pause of an active case is reviewed on a day: how far off that is; not soon enough when no extension says it. */
export function pauseOf({ was, is, at, timeZone }: Evidence): CaseCommand {
  if (was.state !== 'active') return { kind: 'HoldCase', hold: 'pause' }
  const { reviewBy } = is.hold ?? {}
  const today = localDate(startMsOf(at, timeZone), timeZone)
  const reviewInDays = reviewBy === undefined ? Infinity : daysBetween(today, reviewBy)
  return { kind: 'HoldCase', hold: 'pause', reviewInDays }
}

/** Why a pause lacks what it has to say; the day itself is the matrix's to judge. */
export const unreviewedPause = ({ was, is }: Evidence): Failure | undefined =>
  was.state !== 'active' || (is.hold?.reviewBy !== undefined && is.hold.reason.trim() !== '')
    ? undefined
    : {
        kind: 'business-rule',
        code: 'case-condition',
        message: 'HoldCase needs a reason and a day of review: the extension hold with reason and reviewBy.',
        expression: 'EpisodeOfCare.extension',
      }

/** Why a prohibition of contact can't be taken back like this (I9). */
export const allowedWithoutReason = ({ was, is }: Pick<Evidence, 'was' | 'is'>): Failure | undefined =>
  !was.isContactProhibited || is.isContactProhibited || (is.reason !== undefined && is.reason !== was.reason)
    ? undefined
    : {
        kind: 'business-rule',
        code: 'case-condition',
        message:
          'AllowContact needs a reason: say it in the extension state-reason when contact-prohibited is taken out.',
        expression: 'EpisodeOfCare.extension',
      }
