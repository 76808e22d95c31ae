import { CompressionTypes, Partitioners, type Kafka, type Producer } from 'kafkajs'
import type { EventSink, SinkRecord } from '../event-source.ts'

/** Whoever publishes keeps the records and tries again; so the producer gives up soon. */
const RETRIES = 5

/**
 * A producer that waits for every in-sync replica; the connection is made with the first record. A topic that isn't
 * there is made, where the broker lets us: dead letters are rare, and nobody should have to think of them beforehand.
 */
export function kafkaSink(kafka: Kafka): EventSink {
  let producer: Producer | undefined
  const connected = async (): Promise<Producer> => {
    if (producer) return producer
    const fresh = kafka.producer({
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: Partitioners.DefaultPartitioner,
      retry: { retries: RETRIES },
    })
    await fresh.connect()
    producer = fresh
    return fresh
  }
  return {
    publish: async (topic, records) => {
      const open = await connected()
      try {
        await send(open, topic, records)
      } catch (error) {
        if (typeOf(error) !== 'UNKNOWN_TOPIC_OR_PARTITION') throw error
        await makeTopic(kafka, topic)
        await send(open, topic, records)
      }
    },
    close: async () => {
      await producer?.disconnect()
    },
  }
}

async function send(producer: Producer, topic: string, records: readonly SinkRecord[]): Promise<void> {
  await producer.send({
    topic,
    acks: -1,
    compression: CompressionTypes.None,
    messages: records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
  })
}

async function makeTopic(kafka: Kafka, topic: string): Promise<void> {
  const admin = kafka.admin()
  await admin.connect()
  try {
    await admin.createTopics({ topics: [{ topic, numPartitions: 1 }], waitForLeaders: true })
  } finally {
    await admin.disconnect()
  }
}

/** kafkajs wraps what the broker said when it has run out of retries. */
function typeOf(error: unknown): unknown {
  const { type, cause } = (error ?? {}) as { readonly type?: unknown; readonly cause?: unknown }
  return type ?? (cause === undefined ? undefined : typeOf(cause))
}
