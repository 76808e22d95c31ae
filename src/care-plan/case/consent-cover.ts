import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from './case-file.ts'
import type { Consent, PartyRef } from '../nouns/people.ts'

/** Whether a consent permits something at an instant. */
export const isInForce = (consent: Consent, at: string): boolean =>
  consent.decision !== 'deny' && isRunning(consent, at)

const denies = (consent: Consent, at: string): boolean =>
  consent.decision === 'deny' && isRunning(consent, at)

function isRunning({ state, start, end }: Consent, at: string): boolean {
  const atMs = startMsOf(at, 'UTC')
  const isBefore = start !== undefined && atMs < startMsOf(start, 'UTC')
  const isAfter = end !== undefined && atMs >= startMsOf(end, 'UTC')
  return state === 'active' && !isBefore && !isAfter
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

/**
 * Whether a consent in force, or an override that somebody answers for, lets a recipient have a class of data (I8). What the
 * patient denied is denied whatever else permits it, also in another of their cases (`denials`): records that are merged
 * follow the stricter one (domain.md 5).
 */
export const isCovered = (file: CaseFile, share: Share, denials: readonly Consent[] = []): boolean =>
  file.case.overrides.some(override => override.recipient === share.recipient) ||
  (!isDenied([...file.consents, ...denials], share) &&
    file.consents.some(consent => isInForce(consent, share.at) && isAbout(consent, share)))

const isDenied = (consents: readonly Consent[], share: Share): boolean =>
  consents.some(consent => denies(consent, share.at) && isAbout(consent, share))

const isAbout = ({ scope, recipients, classes }: Consent, { recipient, dataClass }: Share): boolean =>
  scope === 'sharing' && isNoneOr(recipients, recipient) && isNoneOr(classes, dataClass)

const isNoneOr = (list: readonly string[], item: string): boolean => list.length === 0 || list.includes(item)

/** Whoever goes on with a case may be told: a consent to share the case that names nobody is in force, and nothing denies it to everybody. */
export const sharesWithAnybody = (
  { consents }: Pick<CaseFile, 'consents'>,
  at: string,
  denials: readonly Consent[] = [],
): boolean =>
  consents.some(one => isOfAnybody(one) && isInForce(one, at)) &&
  ![...consents, ...denials].some(one => isOfAnybody(one) && denies(one, at))

const isOfAnybody = ({ scope, recipients, classes }: Consent): boolean =>
  scope === 'sharing' && recipients.length === 0 && isNoneOr(classes, 'EpisodeOfCare')
