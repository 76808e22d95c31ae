import type { Clock } from '../lib/clock.ts'
import { faultOf, type EmitEvent } from '../commands/ports/events.ts'
import type { DeadLetter } from '../commands/ingest-adt/dead-letter.ts'
import type { OutboxQueue, OutboxRow } from '../commands/ports/outbox.ts'
import type { EventSink, SinkRecord } from './event-source.ts'
import { publisherLoop, tooLarge, type Publisher } from './publisher-loop.ts'

export interface PublisherOptions {
  readonly outbox: OutboxQueue
  readonly sink: EventSink
  /** Topics that dead letters may go to: `<topic>.dlq`. */
  readonly topics: readonly string[]
  /** Names this process in the leases. */
  readonly owner: string
  readonly clock: Clock
  readonly pollIntervalMs: number
  readonly emit: EmitEvent
}

const LEASE_MS = 30_000
const READ_ROWS = 100

/** Sends dead letters from the outbox to their topics: at least once, in the order of each partition they came from. */
export function deadLetterPublisher(options: PublisherOptions): Publisher {
  const { topics, emit, pollIntervalMs } = options
  return publisherLoop({
    round: async () => {
      for (const topic of topics) await drain(topic, options)
    },
    pollIntervalMs,
    failed: (waitMs, error) =>
      emit('dead-letter-publish-failed', { topic: topics.join(','), waitMs, fault: faultOf(error) }),
  })
}

async function drain(topic: string, { outbox, sink, owner, clock, emit }: PublisherOptions): Promise<void> {
  const target = `kafka:${topic}`
  for (;;) {
    const lanes = await outbox.lease(target, owner, clock.nowMs() + LEASE_MS)
    const rows = lanes.length === 0 ? [] : await outbox.read(target, lanes, READ_ROWS)
    if (rows.length === 0) return
    for (const row of rows) await publishRow(row, topic, { outbox, sink, emit })
    emit('dead-letters-published', { topic, records: rows.length })
  }
}

/** A record that the broker will never take (too large) is buried for an operator; any other fault ends the round. */
async function publishRow(
  row: OutboxRow,
  topic: string,
  { outbox, sink, emit }: Pick<PublisherOptions, 'outbox' | 'sink' | 'emit'>,
): Promise<void> {
  try {
    await sink.publish(topic, [recordOf(row)])
    await outbox.done([row.seq])
  } catch (error) {
    const code = tooLarge(error)
    if (code === undefined) throw error
    await outbox.bury(row.seq, code)
    emit('dead-letter-buried', { topic, code })
  }
}

function recordOf(row: OutboxRow): SinkRecord {
  const letter = row.payload as unknown as DeadLetter
  const headers = Object.entries(letter.headers).map(([name, value]) => [name, Buffer.from(value, 'base64')])
  return {
    key: letter.key === null ? null : Buffer.from(letter.key, 'base64'),
    value: Buffer.from(letter.value, 'base64'),
    headers: Object.fromEntries(headers) as Record<string, Buffer>,
  }
}
