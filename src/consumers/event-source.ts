/**
 * The seam between this service and a log of records (stack.md B4): no type of a Kafka client stands outside
 * `consumers/kafka`. Offsets belong to the database; what the broker keeps is only a hint.
 */
export interface EventSource {
  start(handlers: SourceHandlers): Promise<void>
  /** Stops fetching a partition until `resume`; nothing of it is lost. */
  pause(partition: TopicPartition): void
  resume(partition: TopicPartition): void
  /** The offset that the next record will get, per partition of the topics subscribed. */
  ends(): Promise<readonly (TopicPartition & { readonly end: number })[]>
  /** Waits for the batches in hand, then leaves the group. */
  stop(): Promise<void>
}

export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

export interface SourceHandlers {
  /** `done` = its effects are durable; `left` = nothing was resolved, it will be fetched again. Never throws for bad data. */
  readonly onBatch: (batch: SourceBatch, context: BatchContext) => Promise<'done' | 'left'>
  /** A (re)join: whatever was remembered about positions is void. */
  readonly onJoin: () => void
}

export interface SourceBatch extends TopicPartition {
  /** Where the fetch began: compaction and control records can leave holes before the first message. */
  readonly fetchedOffset: number
  /** Offset of the last record fetched, control records included. */
  readonly last: number
  readonly messages: readonly SourceMessage[]
}

export interface SourceMessage {
  readonly offset: number
  readonly key: Buffer | null
  /** null = a tombstone: skipped. */
  readonly value: Buffer | null
  readonly headers: Readonly<Record<string, Buffer>>
  readonly timestampMs: number
}

export interface BatchContext {
  readonly heartbeat: () => Promise<void>
  /** True when the partition is no longer ours: whoever owns it reads it again. */
  readonly isStale: () => boolean
  /** First offset that the broker still has, and the one after the last. */
  readonly bounds: () => Promise<{ readonly low: number; readonly end: number }>
  readonly seek: (offset: number) => void
}

export interface SinkRecord {
  readonly key: Buffer | null
  readonly value: Buffer
  readonly headers: Readonly<Record<string, Buffer>>
}

export interface EventSink {
  /** Resolves when every in-sync replica has them; at least once. */
  publish(topic: string, records: readonly SinkRecord[]): Promise<void>
  close(): Promise<void>
}
