import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { faultOf, type EmitEvent } from '../../commands/ports/events.ts'
import type {
  BatchContext,
  EventSource,
  SourceBatch,
  SourceHandlers,
  SourceMessage,
} from '../event-source.ts'

export interface SourceOptions {
  readonly kafka: Kafka
  readonly group: string
  readonly topics: readonly string[]
  readonly sessionTimeoutMs: number
  /** Partitions handled side by side: not more than the store has lanes. */
  readonly concurrency: number
  readonly maxBytesPerPartition: number
  readonly emit: EmitEvent
}

interface Running {
  readonly consumer: Consumer
  readonly watchdog: NodeJS.Timeout
}

/**
 * Kafka behind the seam. A consumer that crashed for good, or that has neither fetched nor beaten for several
 * sessions, is replaced by a new one: a stalled kafkajs consumer doesn't recover by itself (stack.md B4).
 */
export function kafkaSource(options: SourceOptions): EventSource {
  const { kafka, group, topics, emit } = options
  let running: Running | undefined
  let admin: Admin | undefined
  let stopping = false
  let restarts = 0
  let restartTimer: NodeJS.Timeout | undefined

  const restart = (handlers: SourceHandlers, reason: string, error?: unknown): void => {
    if (stopping || restartTimer) return
    const waitMs = Math.min(30_000, 500 * 2 ** Math.min(restarts, 6))
    restarts += 1
    emit('consumer-restarting', {
      group,
      reason,
      waitMs,
      ...(error !== undefined && { fault: faultOf(error) }),
    })
    const old = running
    running = undefined
    if (old) retire(old)
    restartTimer = setTimeout(() => {
      restartTimer = undefined
      open(handlers).catch((fault: unknown) => restart(handlers, 'connect', fault))
    }, waitMs)
  }

  const open = async (handlers: SourceHandlers): Promise<void> => {
    const consumer = createConsumer(options)
    const beat = { atMs: Date.now() }
    const { events } = consumer
    consumer.on(events.GROUP_JOIN, () => {
      beat.atMs = Date.now()
      restarts = 0
      handlers.onJoin()
      emit('consumer-joined', { group, topics })
    })
    for (const name of [events.FETCH, events.HEARTBEAT, events.END_BATCH_PROCESS]) {
      consumer.on(name, () => {
        beat.atMs = Date.now()
      })
    }
    consumer.on(events.CRASH, ({ payload }) => {
      if (!payload.restart) restart(handlers, 'crash', payload.error)
    })
    const silenceMs = Math.max(120_000, 4 * options.sessionTimeoutMs)
    const watchdog = setInterval(() => {
      if (Date.now() - beat.atMs > silenceMs) restart(handlers, 'silence')
    }, silenceMs / 8)
    watchdog.unref()
    running = { consumer, watchdog }
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: options.concurrency,
      eachBatch: payload => handBatch(payload, handlers, consumer, () => boundsOf(payload)),
    })
  }

  const connectedAdmin = async (): Promise<Admin> => {
    if (!admin) {
      const fresh = kafka.admin()
      await fresh.connect()
      admin = fresh
    }
    return admin
  }

  const boundsOf = async ({ batch }: EachBatchPayload): Promise<{ low: number; end: number }> => {
    const offsets = await (await connectedAdmin()).fetchTopicOffsets(batch.topic)
    const found = offsets.find(({ partition }) => partition === batch.partition)
    return { low: Number(found?.low ?? 0), end: Number(found?.high ?? 0) }
  }

  return {
    start: async handlers => {
      await open(handlers).catch((error: unknown) => restart(handlers, 'connect', error))
    },
    pause: ({ topic, partition }) => running?.consumer.pause([{ topic, partitions: [partition] }]),
    resume: ({ topic, partition }) => running?.consumer.resume([{ topic, partitions: [partition] }]),
    ends: async () => {
      const client = await connectedAdmin()
      const perTopic = await Promise.all(
        topics.map(async topic => ({ topic, offsets: await client.fetchTopicOffsets(topic) })),
      )
      return perTopic.flatMap(({ topic, offsets }) =>
        offsets.map(({ partition, high }) => ({ topic, partition, end: Number(high) })),
      )
    },
    stop: async () => {
      stopping = true
      clearTimeout(restartTimer)
      const last = running
      running = undefined
      if (last) {
        clearInterval(last.watchdog)
        await last.consumer.disconnect()
      }
      await admin?.disconnect()
      emit('consumer-stopped', { group })
    },
  }
}

/** A crashed or silent consumer may never answer: it isn't waited for. */
function retire({ consumer, watchdog }: Running): void {
  clearInterval(watchdog)
  consumer.disconnect().catch(() => undefined)
}

function createConsumer({ kafka, group, sessionTimeoutMs, maxBytesPerPartition }: SourceOptions): Consumer {
  return kafka.consumer({
    groupId: group,
    sessionTimeout: sessionTimeoutMs,
    rebalanceTimeout: Math.max(sessionTimeoutMs, 60_000),
    heartbeatInterval: Math.max(500, Math.min(3_000, Math.floor(sessionTimeoutMs / 6))),
    maxBytesPerPartition,
    maxWaitTimeInMs: 100,
    retry: { initialRetryTime: 100, maxRetryTime: 5_000, retries: 50, restartOnFailure: async () => true },
  })
}

async function handBatch(
  payload: EachBatchPayload,
  handlers: SourceHandlers,
  consumer: Consumer,
  bounds: BatchContext['bounds'],
): Promise<void> {
  const { topic, partition } = payload.batch
  const context: BatchContext = {
    heartbeat: payload.heartbeat,
    isStale: () => !payload.isRunning() || payload.isStale(),
    bounds,
    seek: offset => consumer.seek({ topic, partition, offset: String(offset) }),
  }
  const batch = batchOf(payload)
  if ((await handlers.onBatch(batch, context)) === 'left') return
  payload.resolveOffset(String(batch.last))
  // Both are hints: the effects and their offset are in the database already. A lost one costs a second read.
  await payload.heartbeat().catch(() => undefined)
  const offsets = [{ topic, partition, offset: String(batch.last + 1) }]
  await consumer.commitOffsets(offsets).catch(() => undefined)
}

function batchOf({ batch }: EachBatchPayload): SourceBatch {
  // `fetchedOffset` is missing from the types of kafkajs 2.2.4.
  const { fetchedOffset } = batch as typeof batch & { readonly fetchedOffset: string }
  return {
    topic: batch.topic,
    partition: batch.partition,
    fetchedOffset: Number(fetchedOffset),
    last: Number(batch.lastOffset()),
    messages: batch.messages.map(messageOf),
  }
}

const messageOf = (message: KafkaMessage): SourceMessage => ({
  offset: Number(message.offset),
  key: message.key,
  value: message.value,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).flatMap(([name, value]) => {
      const first = Array.isArray(value) ? value[0] : value
      return first === undefined ? [] : [[name, Buffer.from(first)]]
    }),
  ),
  timestampMs: Number(message.timestamp),
})
