import type { Clock } from '../lib/clock.ts'
import { faultOf, type EmitEvent } from '../commands/ports/events.ts'
import type { OutboundRecord } from '../commands/ingest-adt/dead-letter.ts'
import type { OutboxQueue, OutboxRow } from '../commands/ports/outbox.ts'
import type { EventSink, SinkRecord } from './event-source.ts'
import { publishRows } from './publish-rows.ts'
import { publisherLoop, type Publisher } from './publisher-loop.ts'

export interface PublisherOptions {
  readonly outbox: OutboxQueue
  readonly sink: EventSink
  /** Topics that the records may go to. */
  readonly topics: readonly string[]
  /** What they are, in the names of log events: `dead-letter`, `acknowledgement`. */
  readonly what: 'dead-letter' | 'acknowledgement'
  /** Names this process in the leases. */
  readonly owner: string
  readonly clock: Clock
  readonly pollIntervalMs: number
  readonly emit: EmitEvent
}

const LEASE_MS = 30_000
const READ_ROWS = 100

/**
 * Sends records from the outbox to their topics, dead letters and acknowledgements: at least once, in the order of each
 * partition that what they answer came from.
 */
export function recordPublisher(options: PublisherOptions): Publisher {
  const { topics, what, emit, pollIntervalMs } = options
  return publisherLoop({
    round: async () => {
      for (const topic of topics) await drain(topic, options)
    },
    pollIntervalMs,
    failed: (waitMs, error) =>
      emit(`${what}-publish-failed`, { topic: topics.join(','), waitMs, fault: faultOf(error) }),
  })
}

async function drain(topic: string, options: PublisherOptions): Promise<void> {
  const { outbox, sink, owner, clock, emit, what } = options
  const target = `kafka:${topic}`
  for (;;) {
    const lanes = await outbox.lease(target, owner, clock.nowMs() + LEASE_MS)
    const rows = lanes.length === 0 ? [] : await outbox.read(target, lanes, READ_ROWS)
    if (rows.length === 0) return
    await publishRows(rows, {
      outbox,
      publish: part => sink.publish(topic, part.map(recordOf)),
      buried: code => emit(`${what}-buried`, { topic, code }),
    })
    emit(`${what}s-published`, { topic, records: rows.length })
  }
}

function recordOf(row: OutboxRow): SinkRecord {
  const record = row.payload as unknown as OutboundRecord
  const headers = Object.entries(record.headers).map(([name, value]) => [name, Buffer.from(value, 'base64')])
  return {
    key: record.key === null ? null : Buffer.from(record.key, 'base64'),
    value: Buffer.from(record.value, 'base64'),
    headers: Object.fromEntries(headers) as Record<string, Buffer>,
  }
}
