import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from './lib/clock.ts'
import type { IngestAdt } from './commands/ingest-adt/inbound.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { Store } from './commands/ports/store.ts'
import type { AdtConfig, KafkaConfig } from './config/environment.ts'
import { adtConsumer, type AdtConsumer } from './consumers/adt-consumer.ts'
import { connectKafka } from './consumers/kafka/connection.ts'
import { kafkaSink } from './consumers/kafka/kafka-sink.ts'
import { KafkaSource } from './consumers/kafka/kafka-source.ts'
import { recordPublisher } from './consumers/record-publisher.ts'

export interface KafkaParts {
  readonly start: () => Promise<void>
  /** Waits for the batches in hand; what they dead-lettered may still be in the outbox. */
  readonly stopConsuming: () => Promise<void>
  /** Ends the publishers and the connection. */
  readonly close: () => Promise<void>
  readonly lag: AdtConsumer['lag']
}

interface KafkaFrame {
  readonly kafka: KafkaConfig
  readonly adt: AdtConfig
  readonly store: Store
  readonly ingest: IngestAdt
  readonly clock: Clock
  readonly emit: EmitEvent
}

/**
 * Records handed to one flush at most (stack.md B3e): of what waits, 400 at once cost PostgreSQL a quarter less than 100, but
 * writing them out holds up all else for longer.
 */
const BATCH_MESSAGES = 250
const BYTES_PER_PARTITION = 1024 * 1024

/** The Kafka edge: ADT in, dead letters and acknowledgements out. */
export function kafkaParts({ kafka, adt, store, ingest, clock, emit }: KafkaFrame): KafkaParts {
  const client = connectKafka({ ...kafka, clientId: `casewire-${hostname()}` }, emit)
  const source = new KafkaSource({
    kafka: client,
    group: kafka.group,
    topics: adt.topics,
    sessionTimeoutMs: kafka.sessionTimeoutMs,
    concurrency: store.lanes,
    maxBytesPerPartition: BYTES_PER_PARTITION,
    emit,
  })
  const consumer = adtConsumer({
    source,
    ingest,
    nextOffset: (group, topic, partition) => store.nextOffset(group, topic, partition),
    group: kafka.group,
    lanes: store.lanes,
    batchSizeMax: BATCH_MESSAGES,
    emit,
  })
  const sink = kafkaSink(client)
  const frame = {
    ...{ outbox: store.outbox, sink, clock, pollIntervalMs: 500, emit },
    owner: `${hostname()}/${process.pid}/${randomUUID()}`,
  }
  const publishers = [
    recordPublisher({ ...frame, what: 'dead-letter', topics: adt.topics.map(topic => `${topic}.dlq`) }),
    ...(kafka.ackTopic === undefined
      ? []
      : [recordPublisher({ ...frame, what: 'acknowledgement', topics: [kafka.ackTopic] })]),
  ]
  return {
    start: async () => {
      for (const publisher of publishers) publisher.start()
      await consumer.start()
    },
    stopConsuming: () => consumer.stop(),
    close: async () => {
      await Promise.all(publishers.map(publisher => publisher.stop()))
      await sink.close()
    },
    lag: () => consumer.lag(),
  }
}
