import { readHeader } from '../../hl7v2/read-header.ts'
import type { Instant } from '../../lib/clock.ts'
import type { OutboxWrite } from '../ports/outbox.ts'
import { acksOf } from './acks-of.ts'
import { base64, originHeaders, type OutboundRecord } from './dead-letter.ts'
import type { InboundRecord, Verdict } from './inbound.ts'

export interface AckFrame {
  /** Topic of acknowledgements (`ACK_TOPIC`). */
  readonly topic: string
  readonly at: Instant
}

/**
 * The outbox rows of the answers to a message from Kafka, as MSH-15 and MSH-16 ask: written in the flush that makes its
 * effects durable, so that nothing is acknowledged before and nothing stays unanswered. A repeat is answered again. The
 * key is the message's own, else its control id. What is an acknowledgement itself gets no answer.
 */
export function ackRows(record: InboundRecord, verdict: Verdict, frame: AckFrame): readonly OutboxWrite[] {
  const { kafka } = record
  if (!kafka || isAcknowledgement(verdict)) return []
  const texts = acksOf(verdict, { timestamp: frame.at, mode: 'as-asked' })
  const { controlId } = verdict
  const key = kafka.key ?? (controlId === undefined ? null : Buffer.from(controlId))
  return texts.map(text => {
    const answer: OutboundRecord = {
      topic: frame.topic,
      key: key?.toString('base64') ?? null,
      value: base64(text),
      headers: { 'content-type': base64('application/hl7-v2'), ...originHeaders(kafka) },
    }
    const lane = `${kafka.topic}/${kafka.partition}`
    return { target: `kafka:${frame.topic}`, key: lane, payload: { ...answer } }
  })
}

/** Two engines that answer each other's answers would never end. */
function isAcknowledgement({ raw, trigger = '' }: Verdict): boolean {
  const code = (raw && readHeader(raw)?.first('MSH')?.text(9)) ?? trigger.split('^')[0]
  return code === 'ACK' || code === 'MCF'
}
