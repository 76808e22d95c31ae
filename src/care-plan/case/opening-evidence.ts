import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import { managementConsents } from './consent-cover.ts'
import { isInpatientOn } from '../stays/inpatient-day.ts'

/** What OpenCase must show: consent, and from `identified` that an inpatient gave it on the day of the opening. */
export function openingEvidence(
  file: CaseFile,
  { at, stays, timeZone }: Pick<CommandContext, 'at' | 'stays' | 'timeZone'>,
): { readonly hasConsent: boolean; readonly isInpatient: boolean } {
  const consents = managementConsents(file, at)
  const dayOf = (time: string): string => localDate(startMsOf(time, timeZone), timeZone)
  const isSameDay = consents.some(consent => dayOf(consent.at ?? at) === dayOf(at))
  return {
    hasConsent: consents.length > 0,
    isInpatient: isSameDay && isInpatientOn(stays, at, timeZone),
  }
}
