import { derivedId } from '../../../lib/ids.ts'
import type { Message } from '../../../hl7v2/message.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import type { NamedEvent } from './adt-event.ts'
import { element } from '../resources/element.ts'
import type { Fact, Moment, VisitEvent, VisitFactBody } from './fact.ts'
import { fieldText } from '../registers/field-text.ts'
import { momentOf, type MapContext } from '../map-context.ts'
import { isMovement, movementSegment, ownMovement, visitEventOf, type MovementSegment } from './zbe.ts'
import { isOnDay } from '../visits/spans.ts'
import { facilityId } from '../types/xon-organization.ts'

/** The field that is the event's own time (adt.md 3.2.4); a cancel has none: what it repeats is that of its target. */
const OWN_TIMES: Readonly<Record<string, readonly [segment: 'PV1' | 'PV2', field: number]>> = {
  A01: ['PV1', 44],
  A03: ['PV1', 45],
  A04: ['PV1', 44],
  A05: ['PV2', 8],
  A14: ['PV2', 8],
}

/**
 * ZBE-2, else EVN-6, else the event's own time in PV1 or PV2, else the recorded time; so too for a discharge of which the day
 * alone is told, on that day: midnight would be before all that went on then.
 */
export function effectiveOf(
  message: Message,
  trigger: string,
  { context, recorded }: { readonly context: MapContext; readonly recorded: Moment },
): Moment {
  const own = OWN_TIMES[trigger]
  const said =
    momentOf(ownMovement(message)?.text(2) ?? undefined, context, 'ZBE-2') ??
    momentOf(message.first('EVN')?.text(6) ?? undefined, context, 'EVN-6') ??
    (own && momentOf(message.first(own[0])?.text(own[1]) ?? undefined, context, `${own[0]}-${own[1]}`))
  return said === undefined || (trigger === 'A03' && isOnDay(recorded, said)) ? recorded : said
}

/** Whether a message mends the history of its visit only (ZBE-5, PV1-51). */
export const isHistoric = (message: Message): boolean =>
  message.first('ZBE')?.text(5)?.toUpperCase() === 'Y' ||
  message.first('PV1')?.text(51)?.toUpperCase() === 'H'

/** The movement or cancel that a message tells of its visit; undefined when it tells none. */
export function factOf(event: NamedEvent): Fact | undefined {
  const { patient, visit, context, effective, recorded, trigger } = event
  const zbe = movementSegment(event.message)
  const told = visitEventOf(trigger, zbe)
  if (told === undefined || !visit) return undefined
  const kind = isMovement(told) || (told === 'Z99' && zbe?.action === 'UPDATE') ? 'movement' : 'cancel'
  const { tenant } = context.settings
  const name = `${event.source}|${event.controlId}|${event.hash}`
  return {
    id: derivedId(patient.shard, tenant, 'Fact', `${name}|${kind}`),
    subject: patient.id,
    kind,
    scope: visit.id,
    at: effective.instant,
    recorded: recorded.instant,
    actor: `Organization/${facilityId(context.facility, context)}`,
    source: event.source,
    body: { ...factBody(event, told), ...named(zbe), ...(isHistoric(event.message) && { isHistoric: true }) },
  }
}

function factBody(event: NamedEvent, told: VisitEvent): VisitFactBody {
  const { message, context, effective, recorded, stamp, messageUri } = event
  const pv1 = message.first('PV1')
  const said = (field: number): string | undefined => pv1?.text(field) ?? undefined
  const text = (segment: Segment | undefined, field: number): string | undefined =>
    (segment && fieldText(segment, field, message, context)) || undefined
  const sent = (segment: Segment | undefined, field: number): string | undefined =>
    unlessDeleted(text(segment, field))
  const ward = movementSegment(message)?.ward
  const own: { -readonly [K in keyof VisitFactBody]?: VisitFactBody[K] | undefined } = {
    class: said(2),
    place: sent(pv1, 3) ?? ward,
    prior: sent(pv1, 6),
    admitted: momentOf(said(44), context, 'PV1-44'),
    discharged: momentOf(said(45), context, 'PV1-45'),
    disposition: said(36),
    zone: context.zone.timeZone === context.settings.timeZone ? undefined : context.zone.timeZone,
    ...(isMovement(told) && { attending: text(pv1, 7), consulting: text(pv1, 9) }),
  }
  for (const [name, segment, field] of special[told] ?? []) own[name] = sent(message.first(segment), field)
  return {
    event: told,
    at: effective.text,
    recorded: recorded.text,
    stamp,
    message: messageUri,
    ...element<VisitFactBody>(own),
  }
}

const unlessDeleted = (text: string | undefined): string | undefined => (text === '""' ? undefined : text)

type TextName =
  | 'temporary'
  | 'priorTemporary'
  | 'pending'
  | 'destination'
  | 'expected'
  | 'formerVisit'
  | 'formerAccount'

const TRACKING = [
  ['temporary', 'PV1', 11],
  ['priorTemporary', 'PV1', 43],
] as const
const PLANNED = [
  ['pending', 'PV1', 42],
  ['expected', 'PV2', 8],
] as const
const AWAY = [['expected', 'PV2', 47]] as const
const RENUMBERED = [
  ['formerVisit', 'MRG', 5],
  ['formerAccount', 'MRG', 3],
] as const

/** Fields that are facts of some events only. */
const special: Readonly<Partial<Record<VisitEvent, readonly (readonly [TextName, string, number])[]>>> = {
  A05: PLANNED,
  A06: RENUMBERED,
  A07: RENUMBERED,
  A09: TRACKING,
  A10: TRACKING,
  A14: PLANNED,
  A15: [['pending', 'PV1', 42]],
  A16: [
    ['pending', 'PV1', 42],
    ['destination', 'PV1', 37],
    ['expected', 'PV2', 9],
  ],
  A21: AWAY,
  A26: [['pending', 'PV1', 42]],
  A22: AWAY,
}

function named(zbe: MovementSegment | undefined): Partial<VisitFactBody> | undefined {
  if (!zbe) return undefined
  const [movement, ...others] = zbe.ids
  return element<VisitFactBody>({
    movement,
    alsoNamed: others.length > 0 ? others : undefined,
    action: zbe.action === 'INSERT' ? undefined : zbe.action,
    ward: zbe.ward,
    nursingWard: zbe.nursingWard,
    movementScope: zbe.scope,
  })
}
