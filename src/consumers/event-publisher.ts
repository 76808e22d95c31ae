import type { Clock } from '../lib/clock.ts'
import { faultOf, type EmitEvent } from '../commands/ports/events.ts'
import type { Meters } from '../commands/ports/meters.ts'
import type { OutboxQueue, OutboxRow } from '../commands/ports/outbox.ts'
import type { EventSink, SinkRecord } from './event-source.ts'
import { publishRows } from './publish-rows.ts'
import { publisherLoop, type Publisher } from './publisher-loop.ts'

export interface EventPublisherOptions {
  readonly outbox: OutboxQueue
  readonly sink: EventSink
  readonly topic: string
  /** Names this process in the leases. */
  readonly owner: string
  readonly clock: Clock
  readonly pollIntervalMs: number
  readonly emit: EmitEvent
  readonly meters: Pick<Meters, 'eventsPublished'>
}

const LEASE_MS = 30_000
/** A lease is renewed this often; in between a round is one read. */
const RENEW_MS = 10_000
const READ_ROWS = 250

/**
 * Sends the events of cases from the outbox to their topic: at least once, in the order of each patient, for the
 * producer keeps the order of a partition and a round that fails leaves everything where it is.
 */
export function eventPublisher(options: EventPublisherOptions): Publisher {
  const { outbox, sink, topic, owner, clock, emit, meters } = options
  const target = `kafka:${topic}`
  let lanes: readonly number[] = []
  let leasedMs = Number.NEGATIVE_INFINITY

  const leased = async (): Promise<readonly number[]> => {
    const nowMs = clock.nowMs()
    if (nowMs - leasedMs < RENEW_MS) return lanes
    lanes = await outbox.lease(target, owner, nowMs + LEASE_MS)
    leasedMs = nowMs
    return lanes
  }
  const round = async (): Promise<void> => {
    for (;;) {
      const held = await leased()
      const rows = held.length === 0 ? [] : await outbox.read(target, held, READ_ROWS)
      if (rows.length === 0) return
      await publishRows(rows, {
        outbox,
        publish: part => sink.publish(topic, part.map(recordOf)),
        buried: code => emit('event-buried', { topic, code }),
        published: meters.eventsPublished,
      })
      if (rows.length < READ_ROWS) return
    }
  }
  return publisherLoop({
    round,
    pollIntervalMs: options.pollIntervalMs,
    failed: (waitMs, error) => {
      leasedMs = Number.NEGATIVE_INFINITY
      emit('events-publish-failed', { topic, waitMs, fault: faultOf(error) })
    },
  })
}

const CONTENT_TYPE = Buffer.from('application/cloudevents+json; charset=UTF-8')

/** Structured mode of the Kafka protocol binding: the whole event is the value. */
const recordOf = ({ key, payload }: OutboxRow): SinkRecord => ({
  key: Buffer.from(key),
  value: Buffer.from(JSON.stringify(payload)),
  headers: { 'content-type': CONTENT_TYPE },
})
