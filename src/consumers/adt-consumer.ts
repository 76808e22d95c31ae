import { faultOf, type EmitEvent } from '../commands/ports/events.ts'
import type { IngestAdt } from '../commands/ingest-adt/inbound.ts'
import type { InboundRecord } from '../commands/ingest-adt/inbound.ts'
import type { BatchContext, EventSource, SourceBatch, SourceMessage, TopicPartition } from './event-source.ts'

export interface AdtConsumerOptions {
  readonly source: EventSource
  readonly ingest: IngestAdt
  readonly nextOffset: (group: string, topic: string, partition: number) => Promise<number>
  readonly group: string
  /** Writer lanes of the store: a partition always takes the same one. */
  readonly lanes: number
  /** Records handed to one flush at most. */
  readonly batchSizeMax: number
  readonly emit: EmitEvent
}

export interface AdtConsumer {
  start(): Promise<void>
  stop(): Promise<void>
  /** Records not yet durable here, per partition known. */
  lag(): Promise<readonly (TopicPartition & { readonly messages: number })[]>
}

/**
 * Kafka -> commands/ingest-adt with exactly-once effect: a batch's effects and its next offset are one transaction,
 * fenced by the offset it was decided on. The broker's own offset is only a hint (stack.md B4, tested recipe).
 */
export function adtConsumer(options: AdtConsumerOptions): AdtConsumer {
  const { source, emit } = options
  const next = new Map<string, number>()
  const failures = new Map<string, number>()
  const resumeTimers = new Set<NodeJS.Timeout>()

  const pauseForAWhile = (batch: TopicPartition, error: unknown): void => {
    const { topic, partition } = batch
    const name = nameOf(batch)
    const failed = (failures.get(name) ?? 0) + 1
    failures.set(name, failed)
    const waitMs = Math.round(Math.min(15_000, 250 * 2 ** Math.min(failed, 6)) * (0.75 + Math.random() / 2))
    emit('partition-paused', { topic, partition, waitMs, fault: faultOf(error) })
    source.pause({ topic, partition })
    const timer = setTimeout(() => {
      resumeTimers.delete(timer)
      source.resume({ topic, partition })
      emit('partition-resumed', { topic, partition })
    }, waitMs)
    resumeTimers.add(timer)
  }

  const onBatch = async (batch: SourceBatch, context: BatchContext): Promise<'done' | 'left'> => {
    try {
      const handled = await takeBatch(batch, context, options, next)
      failures.delete(nameOf(batch))
      return handled
    } catch (error) {
      // The database is away, or its answer was lost: where it stands must be read again.
      next.delete(nameOf(batch))
      pauseForAWhile(batch, error)
      return 'left'
    }
  }

  return {
    start: () => source.start({ onBatch, onJoin: () => next.clear() }),
    stop: async () => {
      for (const timer of resumeTimers) clearTimeout(timer)
      await source.stop()
    },
    lag: async () =>
      (await source.ends()).flatMap(({ topic, partition, end }) => {
        const from = next.get(nameOf({ topic, partition }))
        return from === undefined ? [] : [{ topic, partition, messages: Math.max(0, end - from) }]
      }),
  }
}

const nameOf = ({ topic, partition }: TopicPartition): string => `${topic}/${partition}`

async function takeBatch(
  batch: SourceBatch,
  context: BatchContext,
  options: AdtConsumerOptions,
  next: Map<string, number>,
): Promise<'done' | 'left'> {
  const { topic, partition, last } = batch
  const name = nameOf(batch)
  for (;;) {
    if (context.isStale()) return 'left'
    const from = next.get(name) ?? (await options.nextOffset(options.group, topic, partition))
    next.set(name, from)
    const start = await startOf(batch, context, from, options.emit)
    if (start === 'old') return 'done'
    if (start === 'sought') return 'left'
    const todo = batch.messages.filter(({ offset }) => offset >= start)
    const outcome = await takeSlices(todo, { batch, context, options, from })
    if (outcome === 'done') {
      next.set(name, last + 1)
      return 'done'
    }
    next.delete(name)
    if (outcome === 'stale') return 'left'
    options.emit('offset-fenced', { topic, partition, offset: from })
  }
}

/**
 * Where in the batch to begin, given where the database stands. Kafka may have been read from further on (seek back,
 * unless the broker no longer has it), from before (drop), or the topic was made anew and its log ends before.
 */
async function startOf(
  batch: SourceBatch,
  context: BatchContext,
  from: number,
  emit: EmitEvent,
): Promise<number | 'sought' | 'old'> {
  const { topic, partition, fetchedOffset, last } = batch
  if (fetchedOffset <= from && last >= from) return from
  const { low, end } = await context.bounds()
  const recreated = end < from
  if (!recreated && last < from) return 'old'
  const want = recreated ? low : Math.max(from, low)
  if (fetchedOffset > want) {
    context.seek(want)
    return 'sought'
  }
  // Lost at the broker, or begun anew: it is told, the rest goes on; the inbox catches repeats.
  emit(recreated ? 'offset-beyond-end' : 'offset-gap', { topic, partition, from, to: want })
  return want
}

interface Slices {
  readonly batch: SourceBatch
  readonly context: BatchContext
  readonly options: AdtConsumerOptions
  readonly from: number
}

/** Cuts what was fetched into flushes of bounded size; each moves the offset on in its own transaction. */
async function takeSlices(
  todo: readonly SourceMessage[],
  { batch, context, options, from }: Slices,
): Promise<'done' | 'fenced' | 'stale'> {
  let at = from
  for (let i = 0; i < Math.max(1, todo.length); i += options.batchSizeMax) {
    if (i > 0) {
      await context.heartbeat().catch(() => undefined)
      if (context.isStale()) return 'stale'
    }
    const slice = todo.slice(i, i + options.batchSizeMax)
    const following = todo[i + options.batchSizeMax]
    const until = following?.offset ?? batch.last + 1
    const { topic, partition } = batch
    const result = await options.ingest({
      lane: partition % options.lanes,
      door: 'kafka',
      records: slice.flatMap(message => recordOf(message, batch)),
      offset: { group: options.group, topic, partition, from: at, next: until },
    })
    if (result.kind === 'fenced') return 'fenced'
    at = until
  }
  return 'done'
}

function recordOf(message: SourceMessage, { topic, partition }: TopicPartition): readonly InboundRecord[] {
  if (message.value === null) return []
  const contentType = message.headers['content-type']?.toString('utf8')
  return [
    {
      value: message.value,
      origin: `kafka:${topic}/${partition}@${message.offset}`,
      timestampMs: message.timestampMs,
      ...(contentType !== undefined && { contentType }),
      kafka: { topic, partition, offset: message.offset, key: message.key, headers: message.headers },
    },
  ]
}
