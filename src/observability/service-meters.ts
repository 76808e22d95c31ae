import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client'
import type { Meters } from '../commands/ports/meters.ts'
import type { ReindexQueue } from '../commands/ports/reindex.ts'
import type { OutboxQueue } from '../commands/ports/outbox.ts'
import type { Clock } from '../lib/clock.ts'

export interface ServiceMeters extends Meters {
  /** Events of the audit that were written, or lost. */
  readonly accessCounted: (count: { readonly written: number } | { readonly lost: number }) => void
  readonly render: () => Promise<{ readonly contentType: string; readonly body: string }>
}

/** What is read when the metrics are asked for. */
export interface MeterSources {
  readonly clock: Clock
  readonly outboxDepth: OutboxQueue['depth']
  readonly indexState: ReindexQueue['state']
  readonly lag: () => Promise<
    readonly { readonly topic: string; readonly partition: number; readonly messages: number }[]
  >
}

/** Prometheus metrics of this process. Labels are bounded: routes by pattern, outcomes, codes, targets, partitions. */
export function serviceMeters(sources: MeterSources): ServiceMeters {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const ingest = ingestMeters(registry)
  const requests = new Histogram({
    name: 'casewire_http_request_duration_seconds',
    help: 'Answers by method, route pattern and status',
    labelNames: ['method', 'route', 'status'],
    buckets: [0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5],
    registers: [registry],
  })
  const timers = new Counter({
    name: 'casewire_timers_fired_total',
    help: 'Timers that fell due, by kind',
    labelNames: ['kind'],
    registers: [registry],
  })
  const events = new Counter({
    name: 'casewire_events_published_total',
    help: 'Events of cases that Kafka has taken',
    registers: [registry],
  })
  const accessCounted = accessCounters(registry)
  const lag = lagGauge(registry, sources)
  outboxGauges(registry, sources)
  indexGauge(registry, sources)
  return {
    ...ingest,
    accessCounted,
    requestServed: ({ method, route, status, seconds }) =>
      requests.observe({ method, route, status: String(status) }, seconds),
    lagSeen: ({ topic, partition, messages }) => lag.set({ topic, partition: String(partition) }, messages),
    eventsPublished: count => events.inc(count),
    timersFired: (kind, count) => timers.inc({ kind }, count),
    render: async () => ({ contentType: registry.contentType, body: await registry.metrics() }),
  }
}

function accessCounters(registry: Registry): ServiceMeters['accessCounted'] {
  const registers = [registry]
  const written = new Counter({
    name: 'casewire_access_events_total',
    help: 'Requests that the audit has written down',
    registers,
  })
  const lost = new Counter({
    name: 'casewire_access_events_lost_total',
    help: 'Requests that the audit could not write down: the store was away too long',
    registers,
  })
  return count => ('written' in count ? written.inc(count.written) : lost.inc(count.lost))
}

function ingestMeters(registry: Registry): Pick<Meters, 'batchIngested' | 'messageDecided' | 'deadLettered'> {
  const registers = [registry]
  const labelNames = ['door']
  const outcomes = new Counter({
    name: 'casewire_messages_total',
    help: 'ADT messages by outcome',
    labelNames: ['outcome'],
    registers,
  })
  const letters = new Counter({
    name: 'casewire_dead_letters_total',
    help: 'Messages that could not be applied, by error code',
    labelNames: ['code'],
    registers,
  })
  const sizes = new Histogram({
    name: 'casewire_batch_messages',
    help: 'Messages per batch',
    labelNames,
    buckets: [1, 2, 5, 10, 25, 50, 100, 250, 500],
    registers,
  })
  const seconds = new Histogram({
    name: 'casewire_batch_duration_seconds',
    help: 'From a batch received to its effects durable',
    labelNames,
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers,
  })
  const retries = new Counter({
    name: 'casewire_batch_retries_total',
    help: 'Batches decided again because another writer was first',
    registers,
  })
  return {
    messageDecided: outcome => outcomes.inc({ outcome }),
    deadLettered: code => letters.inc({ code }),
    batchIngested: batch => {
      sizes.observe({ door: batch.door }, batch.messages)
      seconds.observe({ door: batch.door }, batch.seconds)
      if (batch.tries > 1) retries.inc(batch.tries - 1)
    },
  }
}

function lagGauge(registry: Registry, sources: MeterSources): Gauge<'topic' | 'partition'> {
  return new Gauge({
    name: 'casewire_consumer_lag_messages',
    help: 'Records at the broker that are not durable here yet',
    labelNames: ['topic', 'partition'],
    registers: [registry],
    async collect() {
      // A broker that is away must not take the other metrics along.
      const lags = await sources.lag().catch(() => [])
      for (const { topic, partition, messages } of lags)
        this.set({ topic, partition: String(partition) }, messages)
    },
  })
}

function indexGauge(registry: Registry, { indexState }: MeterSources): Gauge {
  return new Gauge({
    name: 'casewire_index_share',
    help: 'Share of the resources that every search of this release finds; below 1 while rows of another one are written anew',
    registers: [registry],
    async collect() {
      const state = await indexState().catch(() => undefined)
      if (state) this.set(state.share)
    },
  })
}

function outboxGauges(registry: Registry, { outboxDepth, clock }: MeterSources): void {
  const labelNames = ['target']
  const registers = [registry]
  const age = new Gauge({
    name: 'casewire_outbox_oldest_seconds',
    help: 'Age of the oldest change that a target has not heard of',
    labelNames,
    registers,
  })
  const dead = new Gauge({
    name: 'casewire_outbox_dead',
    help: 'Changes given up, waiting for an operator',
    labelNames,
    registers,
  })
  const rows = new Gauge({
    name: 'casewire_outbox_rows',
    help: 'Changes that a target has not heard of',
    labelNames,
    registers,
    async collect() {
      const depths = await outboxDepth().catch(() => [])
      for (const gauge of [age, dead, rows]) gauge.reset()
      for (const depth of depths) {
        const { target } = depth
        rows.set({ target }, depth.rows)
        dead.set({ target }, depth.dead)
        const sinceMs = depth.oldest === undefined ? 0 : clock.nowMs() - Date.parse(depth.oldest)
        age.set({ target }, Math.max(0, sinceMs / 1000))
      }
    },
  })
}
