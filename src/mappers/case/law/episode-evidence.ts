import { daysBetween } from '../../../lib/calendar-date.ts'
import { localDate, startMsOf } from '../../../lib/fhir-time.ts'
import type { Failure } from '../../../lib/result.ts'
import type { CaseCommand, CaseState } from '../../../care-plan/case/case.ts'
import type { CaseFile } from '../../../care-plan/case/case-file.ts'
import { managementConsents } from '../../../care-plan/case/consent-cover.ts'
import type { CaseRoot } from '../../../care-plan/nouns/case-root.ts'
import { openingEvidence } from '../../../care-plan/case/opening-evidence.ts'
import type { Stay } from '../../../care-plan/stays/stay.ts'

/** What is known beside the case itself. */
export interface EvidenceContext {
  /** The case with all that belongs to it, as it is written. */
  readonly fileOf: (caseId: string) => CaseFile | undefined
  /** The patient's visits; left out where nobody looked: then who writes vouches for them. */
  readonly staysOf?: ((patient: string) => readonly Stay[]) | undefined
  /** When it was written. */
  readonly at: string
  readonly timeZone: string
}

/** OpenCase with what it has to show, as the command has it. */
export function openingOf(root: CaseRoot, { fileOf, staysOf, at, timeZone }: EvidenceContext): CaseCommand {
  const file = fileOf(root.id)
  const stays = staysOf?.(root.patient)
  const shown = file && openingEvidence(file, { at, timeZone, stays: stays ?? [] })
  return {
    kind: 'OpenCase',
    hasConsent: shown?.hasConsent ?? false,
    isInpatient: stays === undefined || (shown?.isInpatient ?? false),
  }
}

/** States of a case that OpenCase leads to, or that come after it. */
const past: ReadonlySet<CaseState> = new Set(['open', 'active', 'on-hold', 'closing'])

/** Why a case can't be born open, or go on although nobody ever opened it (RejectClosure): it wants the consent that OpenCase wants. */
export function openedWithoutConsent(
  { openedAt }: Pick<CaseRoot, 'openedAt'>,
  is: CaseRoot,
  { fileOf, at }: EvidenceContext,
): Failure | undefined {
  if (openedAt !== undefined || is.isWaitlisted || !past.has(is.state)) return undefined
  const file = fileOf(is.id)
  return file && managementConsents(file, at).length > 0
    ? undefined
    : {
        kind: 'business-rule',
        code: 'case-condition',
        message:
          'OpenCase needs the consent of the patient or a representative: write a Consent of category consent-scope#case-management that belongs to the case, before or in the same transaction.',
        expression: 'EpisodeOfCare.status',
      }
}

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
