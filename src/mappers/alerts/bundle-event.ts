import { listAt, textAt } from '../../lib/json-view.ts'
import type { Places } from './visit-segments.ts'

/** Classes of a visit that a patient comes to, rather than is admitted for. */
const COMES = new Set(['E', 'O', 'R'])

/**
 * The event of a Da Vinci notification (http://hl7.org/fhir/us/davinci-alerts/CodeSystem/notification-event), or of any
 * other FHIR message by its code; what the Encounter's own status says of a plan, a leave or an error goes before it. A
 * transfer between beds of one ward is none: where the patient is, is updated. Without an Encounter only the person is.
 */
export function notificationEvent(
  code: string,
  encounter: unknown,
  patientClass: string | undefined,
  places: Places,
): string {
  const status =
    encounter === undefined ? undefined : (exceptions[textAt(encounter, 'status') ?? ''] ?? undefined)
  if (status !== undefined) return status
  switch (code) {
    case 'notification-admit':
    case 'notification-outpatient-visit':
      return encounter === undefined ? 'A31' : arrival(patientClass)
    case 'notification-transfer':
      return isBedChange(places) ? 'A08' : 'A02'
    case 'notification-discharge':
      return 'A03'
    case 'notification-coverage-change':
    case 'notification-care-team-change':
    case 'notification-new-condition':
    case 'notification-social-determinants-change':
    case 'notification-vitals':
      return encounter === undefined ? 'A31' : 'A08'
    default:
      return code
  }
}

/** The event that leads to where a visit stands, for a Bundle that says only that (transaction, collection, history). */
export function snapshotEvent(encounter: unknown, patientClass: string | undefined): string {
  const status = textAt(encounter, 'status') ?? ''
  if (status === 'finished') return 'A03'
  const isHere = status === 'arrived' || status === 'triaged' || status === 'in-progress'
  return exceptions[status] ?? (isHere ? arrival(patientClass) : 'A08')
}

const exceptions: Readonly<Record<string, string>> = {
  planned: 'A05',
  onleave: 'A21',
  cancelled: 'A11',
  'entered-in-error': 'A23',
}

const arrival = (patientClass: string | undefined): string => (COMES.has(patientClass ?? '') ? 'A04' : 'A01')

/** Room and bed are the second and third component of a place. */
function isBedChange({ current, prior }: Places): boolean {
  if (current === undefined || prior === undefined) return false
  const ward = (place: readonly unknown[]): string =>
    JSON.stringify(place.map((part, at) => (at === 1 || at === 2 ? null : (part ?? null))))
  const length = Math.max(current.length, prior.length)
  const padded = (place: readonly unknown[]): readonly unknown[] =>
    Array.from({ length }, (_none, at) => place[at])
  return ward(padded(current)) === ward(padded(prior))
}

/** A test message says so in a tag: HTEST (http://terminology.hl7.org/CodeSystem/v3-ActReason), or T or D of HL7 table 0103. */
export const processingId = (...resources: readonly unknown[]): 'P' | 'T' | 'D' => {
  const tags = resources.flatMap(resource => [
    ...listAt(resource, 'meta', 'tag'),
    ...listAt(resource, 'meta', 'security'),
  ])
  const isTagged = (code: string, system: string): boolean =>
    tags.some(tag => textAt(tag, 'code') === code && (textAt(tag, 'system') ?? system).endsWith(system))
  if (isTagged('HTEST', '/v3-ActReason') || isTagged('T', '/v2-0103')) return 'T'
  return isTagged('D', '/v2-0103') ? 'D' : 'P'
}
