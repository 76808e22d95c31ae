import { valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** Hierarchic designator: who assigned something, or where it is (HL7 v2.9, 2A.3.36). */
export interface Hd {
  readonly namespace: string | undefined
  readonly universalId: string | undefined
  readonly universalIdType: string | undefined
}

/** An HD that fills a component, in its subcomponents. */
export const hdIn = (repetition: Repetition, component: number): Hd | undefined =>
  hd(valued(repetition, component, 1), valued(repetition, component, 2), valued(repetition, component, 3))

/** An HD that fills a field, in its components. */
export const hdOf = (repetition: Repetition | undefined): Hd | undefined =>
  repetition && hd(valued(repetition, 1), valued(repetition, 2), valued(repetition, 3))

function hd(
  namespace: string | undefined,
  universalId: string | undefined,
  universalIdType: string | undefined,
): Hd | undefined {
  return namespace === undefined && universalId === undefined
    ? undefined
    : { namespace, universalId, universalIdType }
}

const OID = /^[0-2](?:\.(?:0|[1-9]\d*)){2,}$/
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i
const ABSOLUTE = /^(?:https?|urn):[^\s]+$/

/** The universal id as URI, when it is one of the kinds that have one (HL7 table 0301): OID, UUID, URI. */
export function universalUri({ universalId, universalIdType }: Hd): string | undefined {
  if (universalId === undefined) return undefined
  const type = universalIdType?.toUpperCase()
  if (ABSOLUTE.test(universalId)) return universalId
  if (OID.test(universalId) && (type === 'ISO' || type === 'OID' || type === undefined))
    return `urn:oid:${universalId}`
  return UUID.test(universalId) ? `urn:uuid:${universalId.toLowerCase()}` : undefined
}

/** Words that senders put for an authority and that name a kind of number: taken as such, two hospitals' patients would merge. */
const KINDS = new Set(['MR', 'MRN', 'PI', 'PT', 'PID', 'VN', 'AN', 'FIN', 'CSN', 'VISIT', 'ACCOUNT'])

/**
 * The identifier system of an assigning authority: configured, else OID, UUID or URI, else one of our own made from
 * its namespace; the sending facility's when it has none. Never fails and never depends on the number itself (adt.md 3.2.1).
 */
export function assignerSystem(authority: Hd | undefined, context: MapContext): string {
  const { identifierSystems, canonicalBase } = context.settings
  for (const name of [authority?.universalId, authority?.namespace]) {
    if (name !== undefined && Object.hasOwn(identifierSystems, name)) return identifierSystems[name] as string
  }
  const uri = authority && universalUri(authority)
  if (uri !== undefined) return uri
  const namespace = authority?.namespace
  const named =
    namespace !== undefined && !KINDS.has(namespace.toUpperCase()) ? namespace : authority?.universalId
  return `${canonicalBase}/sid/assigner/${encodeURIComponent(named ?? context.facility)}`
}
