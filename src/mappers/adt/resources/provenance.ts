import type { Provenance, ProvenanceAgent } from '@medplum/fhirtypes'
import { derivedId } from '../../../lib/ids.ts'
import { rememberedByText } from '../../../lib/remembered-texts.ts'
import { unchanging } from '../../../lib/unchanging.ts'
import type { BedEvent, MappedEvent } from '../events/adt-event.ts'
import { derived, type Derived } from './derived.ts'
import { withClaims } from '../../us-core/with-claims.ts'
import { evnProvenance } from '../maps/evn-provenance.ts'
import { namesFacility, type MapContext } from '../map-context.ts'
import type { Message } from '../../../hl7v2/message.ts'
import { applyRows } from '../rows.ts'
import { referenceTo } from './shared-values.ts'
import { softwareOf } from '../events/software.ts'
import { facilityId } from '../types/xon-organization.ts'

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
  const said = evn ? (applyRows(evnProvenance, evn, context) as Partial<Provenance>) : {}
  const { agent: operator, ...rest } = said
  const name = `${source}|${controlId}|${hash}`
  const record = derived<Provenance>({
    resourceType: 'Provenance',
    id: derivedId(
      event.kind === 'bed' ? event.bed.shard : event.patient.shard,
      context.settings.tenant,
      'Provenance',
      name,
    ),
    meta: { source: event.messageUri },
    target: targets.map(referenceTo),
    occurredDateTime: effective.text,
    recorded: recorded.instant,
    ...rest,
    activity: activityOf(trigger),
    agent: [sender(context), ...(operator ?? []), ...software(message, context)],
    entity: [
      { role: 'source', what: { identifier: { system: 'urn:ietf:rfc:3986', value: event.messageUri } } },
    ],
  })
  return withClaims(record)
}

/** What is the same in every Provenance of an event or of a sender. */
const CHARS = 2 ** 16

const activityOf = rememberedByText(CHARS, (trigger): NonNullable<Provenance['activity']> =>
  unchanging({ coding: [{ system: EVENT_TYPE, code: trigger, display: `ADT^${trigger}` }] }),
)

/** MSH-4, else the application that sent it. */
function sender(context: MapContext): ProvenanceAgent {
  const { facility } = context
  return author(
    namesFacility(context.source)
      ? `Organization/${facilityId(facility, context)}\n${facility}`
      : `\n${facility}`,
  )
}

/** The sender by reference, if there is one, and display, on lines of their own. */
const author = rememberedByText(CHARS, (text): ProvenanceAgent => {
  const end = text.indexOf('\n')
  const [reference, display] = [text.slice(0, end), text.slice(end + 1)]
  return unchanging({
    type: { coding: [{ system: PARTICIPANT, code: 'author', display: 'Author' }] },
    who: reference === '' ? { display } : { reference, display },
  })
})

/** SFT: what the message went through. */
const software = (message: Message, context: MapContext): readonly ProvenanceAgent[] =>
  softwareOf(message, context).map(({ id }) => ({
    type: { coding: [{ system: PARTICIPANT, code: 'assembler', display: 'Assembler' }] },
    who: { reference: `Device/${id}` },
  }))
