import { startMsOf } from '../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { Consent, PartyRef } from './nouns/people.ts'

/** Whether a consent permits something at an instant. */
export function isInForce({ state, decision, start, end }: Consent, at: string): boolean {
  const atMs = startMsOf(at, 'UTC')
  const isBefore = start !== undefined && atMs < startMsOf(start, 'UTC')
  const isAfter = end !== undefined && atMs >= startMsOf(end, 'UTC')
  return state === 'active' && decision !== 'deny' && !isBefore && !isAfter
}

/** The consents to case management itself that hold at an instant. */
export const managementConsents = ({ consents }: CaseFile, at: string): readonly Consent[] =>
  consents.filter(one => one.scope === 'case-management' && isInForce(one, at))

export interface Share {
  readonly recipient: PartyRef
  /** Type of the resources that are shared, e.g. `ServiceRequest`. */
  readonly dataClass: string
  readonly at: string
}

/** Whether a consent in force, or an override that somebody answers for, lets a recipient have a class of data (I8). */
export const isCovered = (file: CaseFile, { recipient, dataClass, at }: Share): boolean =>
  file.case.overrides.some(override => override.recipient === recipient) ||
  file.consents.some(
    consent =>
      consent.scope === 'sharing' &&
      isInForce(consent, at) &&
      isNoneOr(consent.recipients, recipient) &&
      isNoneOr(consent.classes, dataClass),
  )

const isNoneOr = (list: readonly string[], item: string): boolean => list.length === 0 || list.includes(item)

/** Whoever goes on with a case may be told: a consent to share the case that names nobody is in force. */
export const sharesWithAnybody = ({ consents }: Pick<CaseFile, 'consents'>, at: string): boolean =>
  consents.some(
    one =>
      one.scope === 'sharing' &&
      one.recipients.length === 0 &&
      isNoneOr(one.classes, 'EpisodeOfCare') &&
      isInForce(one, at),
  )
