import type { Failure } from '../../lib/result.ts'
import type { OffsetFence, Outcome } from '../ports/store.ts'

/** One record as a door received it: a Kafka value, an HTTP body, a file. It may hold several messages. */
export interface InboundRecord {
  readonly value: Buffer
  readonly contentType?: string
  /** `kafka:topic/partition@offset`, `http`, or a file name. */
  readonly origin: string
  /** When the door received it, where the record itself says (Kafka). */
  readonly timestampMs?: number
  /** Set for a record from Kafka: a dead letter goes to `<topic>.dlq` with the value byte for byte. */
  readonly kafka?: KafkaOrigin
}

export interface KafkaOrigin {
  readonly topic: string
  readonly partition: number
  readonly offset: number
  readonly key: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
}

export interface IngestBatch {
  /** Writer lane of the store; batches on one lane are taken one after the other. */
  readonly lane: number
  readonly door: 'kafka' | 'mllp' | 'http' | 'replay'
  readonly records: readonly InboundRecord[]
  /** Moved on in the same transaction as the effects. */
  readonly offset?: OffsetFence
  readonly requestId?: string
  /** Who is answerable, where the door knows better than the message's own sender. */
  readonly actor?: string
}

/** `verdicts[i]` are those of `records[i]`, in the order of the messages in it. */
export type IngestResult =
  | { readonly kind: 'done'; readonly verdicts: readonly (readonly Verdict[])[] }
  /** By HTTP or replay: a record with no HL7 in it, or too large. Nothing was recorded. */
  | { readonly kind: 'refused'; readonly failure: Failure }
  | { readonly kind: 'fenced' }

/** The one handler behind Kafka, `POST /adt` and replay. Throws when the effects could not be made durable. */
export type IngestAdt = (batch: IngestBatch) => Promise<IngestResult>

/** What became of one message (interface.md 3). */
export interface Verdict {
  readonly outcome: Outcome
  /** MSH-10, or the payload's hash when it has none. */
  readonly controlId?: string
  /** Trigger event, e.g. `A01`. */
  readonly trigger?: string
  /** Failure code, and after a colon its place (`PID-3`): never a value. */
  readonly reason?: string
  /** References of what it changed. */
  readonly resources?: readonly string[]
  /** Id of its inbox entry, for `/admin/messages`. */
  readonly inboxId?: string
  /** Message bytes, for an HL7 ACK; not for logs. */
  readonly raw?: Buffer
}
