import { CompressionTypes, type Kafka, type Producer } from 'kafkajs'
import type { EventSink } from '../event-source.ts'

/** A producer that waits for every in-sync replica; the connection is made with the first record. */
export function kafkaSink(kafka: Kafka): EventSink {
  let producer: Producer | undefined
  let connecting: Promise<void> | undefined
  return {
    publish: async (topic, records) => {
      producer ??= kafka.producer({ idempotent: true, maxInFlightRequests: 1 })
      connecting ??= producer.connect()
      try {
        await connecting
      } catch (error) {
        connecting = undefined
        throw error
      }
      await producer.send({
        topic,
        acks: -1,
        compression: CompressionTypes.None,
        messages: records.map(({ key, value, headers }) => ({ key, value, headers: { ...headers } })),
      })
    },
    close: async () => {
      await producer?.disconnect()
    },
  }
}
