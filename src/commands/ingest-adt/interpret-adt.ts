import { instantOf, type Clock } from '../../lib/clock.ts'
import type { Failure, Result } from '../../lib/result.ts'
import type { AdtEvent, MappedEvent } from '../../mappers/adt/events/adt-event.ts'
import { needs } from '../../mappers/adt/events/needs.ts'
import { readAdtEvents } from '../../mappers/adt/events/read-event.ts'
import { CARE_TYPES, decideEvents, type DecideOptions } from './decide-events.ts'
import { interpretBed } from './interpret-bed.ts'
import type { InboundRecord } from './inbound.ts'
import { noNeeds, type Decision, type Needs, type View } from './prepared.ts'
import type { Interpret } from './read-record.ts'

export interface InterpretOptions extends DecideOptions {
  readonly clock: Clock
}

/** ADT as the engine sees it: what a message needs to know, and what it comes to (mappers/adt, then mappers/case). */
export function interpretAdt(options: InterpretOptions): Interpret {
  return (message, record) => {
    const read = readAdtEvents(message, options.settings, receivedAt(record, options.clock))
    if (!read.ok) return { needs: noNeeds, effect: { kind: 'dead-letter', failure: read.failure } }
    const [first] = read.value
    const name = first && {
      ...{ source: first.source, messageId: first.controlId, trigger: first.trigger },
    }
    if (first?.kind === 'bed' && name) return { name, ...interpretBed(first, options) }
    const events = read.value.filter(isMapped)
    const [event] = events
    if (!event) {
      const reason = first?.kind === 'ignored' ? first.reason : 'event-not-mapped'
      return {
        ...(name && { name }),
        needs: noNeeds,
        effect: { kind: 'ignored', failure: notMapped(reason) },
      }
    }
    const decide = (view: View): Result<Decision> => decideEvents(events, view, options)
    return {
      ...(name && { name }),
      subject: event.patient.id,
      ...(event.visit && { visit: event.visit.id }),
      needs: needsOf(events),
      effect: { kind: 'decide', decide },
    }
  }
}

const isMapped = (event: AdtEvent): event is MappedEvent => event.kind === 'mapped'

const receivedAt = ({ timestampMs }: InboundRecord, clock: Clock): string =>
  instantOf(timestampMs !== undefined && timestampMs > 0 ? timestampMs : clock.nowMs())

const notMapped = (code: string): Failure => ({
  kind: 'unsupported',
  code,
  message: 'The event is not mapped; the message is kept and can be driven again when it is.',
  expression: 'MSH-9',
})

function needsOf(events: readonly MappedEvent[]): Needs {
  const { types, ...needed } = needs(events)
  return { ...needed, types: [...new Set([...types, ...CARE_TYPES])] }
}
