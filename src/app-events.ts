import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from './lib/clock.ts'
import type { JournalSettings } from './commands/journal/cloud-event.ts'
import type { EmitEvent } from './commands/ports/events.ts'
import type { Meters } from './commands/ports/meters.ts'
import type { Store } from './commands/ports/store.ts'
import type { Config } from './config/environment.ts'
import { eventPublisher } from './consumers/event-publisher.ts'
import { connectKafka } from './consumers/kafka/connection.ts'
import { kafkaSink } from './consumers/kafka/kafka-sink.ts'

/** How every door keeps and sends the events of cases. */
export const journalOf = ({ canonicalBase, http, kafka }: Config): JournalSettings => ({
  canonicalBase,
  source: http.publicUrl ?? canonicalBase,
  ...(kafka && { topic: kafka.eventsTopic, sendsProtected: kafka.sendsProtected }),
})

export interface EventParts {
  readonly start: () => void
  /** Finishes what is in flight. */
  readonly stop: () => Promise<void>
}

interface EventFrame {
  readonly kafka: NonNullable<Config['kafka']>
  readonly store: Store
  readonly clock: Clock
  readonly emit: EmitEvent
  readonly meters: Meters
}

const POLL_INTERVAL_MS = 250

/** The events of cases to Kafka: role `publish`. */
export function eventParts({ kafka, store, clock, emit, meters }: EventFrame): EventParts {
  const client = connectKafka({ ...kafka, clientId: `casewire-events-${hostname()}` }, emit)
  const sink = kafkaSink(client)
  const publisher = eventPublisher({
    outbox: store.outbox,
    sink,
    topic: kafka.eventsTopic,
    owner: `${hostname()}/${process.pid}/${randomUUID()}`,
    clock,
    pollIntervalMs: POLL_INTERVAL_MS,
    emit,
    meters,
  })
  return {
    start: () => publisher.start(),
    stop: async () => {
      await publisher.stop()
      await sink.close()
    },
  }
}
