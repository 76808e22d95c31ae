import { derivedId } from '../../lib/ids.ts'
import type { Message } from '../../hl7v2/message.ts'
import type { NamedEvent } from './adt-event.ts'
import { element } from './element.ts'
import type { Fact, Moment, VisitEvent, VisitFactBody } from './fact.ts'
import { fieldText } from './field-text.ts'
import { momentOf, type MapContext } from './map-context.ts'
import { triggers, type Trigger } from './triggers.ts'
import { facilityId } from './types/xon-organization.ts'

/** ZBE-2, else EVN-6, else the event's own time in PV1 (adt.md 3.2.4); undefined leaves it to the recorded time. */
export function effectiveOf(message: Message, trigger: Trigger, context: MapContext): Moment | undefined {
  const [evn, pv1] = [message.first('EVN'), message.first('PV1')]
  const own = { A01: 44, A04: 44, A03: 45, A02: undefined, A08: undefined, A11: undefined, A13: undefined }[
    trigger
  ]
  return (
    momentOf(message.first('ZBE')?.text(2) ?? undefined, context, 'ZBE-2') ??
    momentOf(evn?.text(6) ?? undefined, context, 'EVN-6') ??
    (own === undefined ? undefined : momentOf(pv1?.text(own) ?? undefined, context, `PV1-${own}`))
  )
}

/** The movement or cancel that a message tells of its visit; undefined when it tells none. */
export function factOf(event: NamedEvent): Fact | undefined {
  const { trigger, patient, visit, context, effective, recorded } = event
  const { does } = triggers[trigger]
  if (does === 'update' || !visit) return undefined
  const { tenant } = context.settings
  const name = `${event.source}|${event.controlId}|${event.hash}`
  return {
    id: derivedId(patient.shard, tenant, 'Fact', `${name}|${does}`),
    subject: patient.id,
    kind: does,
    scope: visit.id,
    at: effective.instant,
    recorded: recorded.instant,
    actor: `Organization/${facilityId(context.facility, context)}`,
    source: event.source,
    body: factBody(event, trigger as VisitEvent),
  }
}

function factBody(
  { message, context, effective, recorded, stamp, ...named }: NamedEvent,
  event: VisitEvent,
): VisitFactBody {
  const pv1 = message.first('PV1')
  const said = (field: number): string | undefined => pv1?.text(field) ?? undefined
  const sent = (field: number): string | undefined => {
    const text = pv1 ? fieldText(pv1, field, message, context) : ''
    return text === '' || text === '""' ? undefined : text
  }
  return {
    event,
    at: effective.text,
    recorded: recorded.text,
    stamp,
    message: named.messageUri,
    ...element<VisitFactBody>({
      class: said(2),
      place: sent(3),
      prior: sent(6),
      admitted: momentOf(said(44), context, 'PV1-44'),
      discharged: momentOf(said(45), context, 'PV1-45'),
      disposition: said(36),
      movement: message.first('ZBE')?.text(1) ?? undefined,
    }),
  }
}
