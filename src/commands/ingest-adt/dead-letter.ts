import type { OutboxWrite } from '../ports/outbox.ts'
import type { Verdict } from './inbound.ts'
import type { InboundRecord, KafkaOrigin } from './inbound.ts'

/** What the publisher needs to send a record: JSON in the outbox, bytes as base64. */
export interface OutboundRecord {
  readonly topic: string
  readonly key: string | null
  readonly value: string
  readonly headers: Readonly<Record<string, string>>
}

/**
 * The outbox row of a record that could not be applied: written in the flush that moves its offset, so that no crash
 * loses it. The value goes out byte for byte (interface.md 4). Undefined for a record that isn't from Kafka.
 */
export function deadLetterRow(record: InboundRecord, verdict: Verdict): OutboxWrite | undefined {
  const { kafka } = record
  if (!kafka) return undefined
  const [code = 'message-not-processable', location] = (verdict.reason ?? '').split(':')
  const letter: OutboundRecord = {
    topic: `${kafka.topic}.dlq`,
    key: kafka.key?.toString('base64') ?? null,
    value: record.value.toString('base64'),
    headers: {
      ...kept(kafka.headers),
      ...originHeaders(kafka),
      'x-error-code': base64(code),
      ...(location !== undefined && { 'x-error-location': base64(location) }),
    },
  }
  return { target: `kafka:${letter.topic}`, key: `${kafka.topic}/${kafka.partition}`, payload: { ...letter } }
}

/** Where a record came from. */
export const originHeaders = ({
  topic,
  partition,
  offset,
}: Pick<KafkaOrigin, 'topic' | 'partition' | 'offset'>): Record<string, string> => ({
  'x-original-topic': base64(topic),
  'x-original-partition': base64(String(partition)),
  'x-original-offset': base64(String(offset)),
})

export const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64')

const kept = (headers: Readonly<Record<string, Buffer>>): Record<string, string> =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, value.toString('base64')]))
