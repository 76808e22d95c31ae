import type { Provenance, ProvenanceAgent } from '@medplum/fhirtypes'
import { derivedId } from '../../lib/ids.ts'
import type { BedEvent, MappedEvent } from './adt-event.ts'
import { derived, type Derived } from './derived.ts'
import { evnProvenance } from './maps/evn-provenance.ts'
import { namesFacility, type MapContext } from './map-context.ts'
import type { Message } from '../../hl7v2/message.ts'
import { applyRows } from './rows.ts'
import { softwareOf } from './software.ts'
import { facilityId } from './types/xon-organization.ts'

const PARTICIPANT = 'http://terminology.hl7.org/CodeSystem/provenance-participant-type'
const EVENT_TYPE = 'http://terminology.hl7.org/CodeSystem/v2-0003'

/** A message that changes something. */
type ProvenanceEvent = MappedEvent | BedEvent

/**
 * Who said what a message changed: one Provenance a message, with an id of its own that a replay finds again. `targets`
 * are references (`Type/id`) of what changed; there must be one at least. Source: IG MSH[Provenance-Source],
 * EVN[Provenance]; `recorded` is when the source recorded it, since a clock's time would differ on a replay.
 */
export function provenanceFor(event: ProvenanceEvent, targets: readonly string[]): Derived {
  const { source, controlId, hash, context, message, recorded, trigger, effective } = event
  const evn = message.first('EVN')
  const said = evn ? (applyRows(evnProvenance, evn, () => context) as Partial<Provenance>) : {}
  const { agent: operator, ...rest } = said
  const name = `${source}|${controlId}|${hash}`
  return derived<Provenance>({
    resourceType: 'Provenance',
    id: derivedId(
      event.kind === 'bed' ? event.bed.shard : event.patient.shard,
      context.settings.tenant,
      'Provenance',
      name,
    ),
    meta: { source: event.messageUri },
    target: targets.map(reference => ({ reference })),
    occurredDateTime: effective.text,
    recorded: recorded.instant,
    ...rest,
    activity: { coding: [{ system: EVENT_TYPE, code: trigger, display: `ADT^${trigger}` }] },
    agent: [sender(context), ...(operator ?? []), ...software(message, context)],
    entity: [
      { role: 'source', what: { identifier: { system: 'urn:ietf:rfc:3986', value: event.messageUri } } },
    ],
  })
}

/** MSH-4, else the application that sent it. */
function sender(context: MapContext): ProvenanceAgent {
  const { facility } = context
  const who = namesFacility(context.source)
    ? { reference: `Organization/${facilityId(facility, context)}`, display: facility }
    : { display: facility }
  return { type: { coding: [{ system: PARTICIPANT, code: 'author', display: 'Author' }] }, who }
}

/** SFT: what the message went through. */
const software = (message: Message, context: MapContext): readonly ProvenanceAgent[] =>
  softwareOf(message, context).map(({ id }) => ({
    type: { coding: [{ system: PARTICIPANT, code: 'assembler', display: 'Assembler' }] },
    who: { reference: `Device/${id}` },
  }))
