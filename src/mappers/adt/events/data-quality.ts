import type { Message } from '../../../hl7v2/message.ts'
import { applyAdt, type Before } from '../apply-adt.ts'
import type { MappedEvent } from './adt-event.ts'
import { messageFlags } from './message-flags.ts'
import { readAdtEvent } from './read-event.ts'
import type { SourceSettings } from '../source.ts'

/** What is odd about one message, for those who look after its feed: `code:place`, each once. */
export interface MessageQuality {
  readonly source: string
  readonly trigger: string
  readonly notes: readonly string[]
}

const nothing: Before = { said: new Map(), facts: [], get: () => undefined }

/**
 * Looks a message over as if it were the first about its patient: what it lacks, what can't be mapped, what nobody reads.
 * Codes: those of parsing and mapping, and `visit-number-missing`, `time-without-zone`, `control-id-missing`,
 * `segment-not-read`, `event-not-mapped`, or the failure that makes it a dead letter.
 */
export function qualityOf(message: Message, settings: SourceSettings): MessageQuality {
  const read = readAdtEvent(message, { ...settings, testMessages: 'accept' })
  const msh = message.first('MSH')
  const general = [
    ...message.warnings.map(({ code, expression }) => noted(code, expression)),
    ...(msh?.text(10) === undefined ? ['control-id-missing:MSH-10'] : []),
    ...unread(message),
  ]
  if (!read.ok) {
    const source = `${msh?.text(3) ?? ''}|${msh?.text(4) ?? ''}`
    return { source, trigger: '', notes: [noted(read.failure.code, read.failure.expression), ...general] }
  }
  const { source, trigger } = read.value
  const own =
    read.value.kind === 'ignored'
      ? [noted(read.value.reason, 'MSH-9')]
      : read.value.kind === 'mapped'
        ? eventNotes(read.value)
        : []
  return { source, trigger, notes: [...new Set([...general, ...own])] }
}

function eventNotes(event: MappedEvent): readonly string[] {
  const { message, visit, context } = event
  const pv1 = message.first('PV1')
  const isWithoutVisit = pv1 !== undefined && !visit && pv1.text(2)?.toUpperCase() !== 'N'
  const isZoned = context.zone.messageOffset !== undefined
  return [
    ...(isWithoutVisit ? ['visit-number-missing:PV1-19'] : []),
    ...(isZoned ? [] : ['time-without-zone:MSH-7']),
    ...messageFlags(event),
    ...applyAdt(event, nothing).issues.map(({ code, expression }) => noted(code, expression)),
  ]
}

const unread = (message: Message): readonly string[] =>
  [...new Set(message.segments.map(({ name }) => name))]
    .filter(name => name.startsWith('Z') && name !== 'ZBE')
    .map(name => noted('segment-not-read', name))

const noted = (code: string, place: string | undefined): string =>
  place === undefined ? code : `${code}:${place}`
