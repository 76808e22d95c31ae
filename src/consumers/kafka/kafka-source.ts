import type { Admin, Consumer, EachBatchPayload, Kafka, KafkaMessage } from 'kafkajs'
import { faultOf, type EmitEvent } from '../../commands/ports/events.ts'
import type {
  BatchContext,
  EventSource,
  SourceBatch,
  SourceHandlers,
  SourceMessage,
  TopicPartition,
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
export class KafkaSource implements EventSource {
  readonly #options: SourceOptions
  #running: Running | undefined
  #admin: Admin | undefined
  #isStopping = false
  #restarts = 0
  #restartTimer: NodeJS.Timeout | undefined

  constructor(options: SourceOptions) {
    this.#options = options
  }

  async start(handlers: SourceHandlers): Promise<void> {
    await this.#open(handlers).catch((error: unknown) => this.#restart(handlers, 'connect', error))
  }

  pause({ topic, partition }: TopicPartition): void {
    this.#running?.consumer.pause([{ topic, partitions: [partition] }])
  }

  resume({ topic, partition }: TopicPartition): void {
    this.#running?.consumer.resume([{ topic, partitions: [partition] }])
  }

  async ends(): Promise<readonly (TopicPartition & { readonly end: number })[]> {
    const admin = await this.#connectedAdmin()
    const perTopic = this.#options.topics.map(async topic => {
      const offsets = await admin.fetchTopicOffsets(topic)
      return offsets.map(({ partition, high }) => ({ topic, partition, end: Number(high) }))
    })
    return (await Promise.all(perTopic)).flat()
  }

  async stop(): Promise<void> {
    this.#isStopping = true
    clearTimeout(this.#restartTimer)
    const last = this.#running
    this.#running = undefined
    if (last) {
      clearInterval(last.watchdog)
      await last.consumer.disconnect()
    }
    await this.#admin?.disconnect()
    this.#options.emit('consumer-stopped', { group: this.#options.group })
  }

  async #open(handlers: SourceHandlers): Promise<void> {
    const consumer = createConsumer(this.#options)
    this.#running = { consumer, watchdog: this.#watch(consumer, handlers) }
    await consumer.connect()
    await consumer.subscribe({ topics: [...this.#options.topics], fromBeginning: true })
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: this.#options.concurrency,
      eachBatch: payload => handBatch(payload, handlers, consumer, () => this.#bounds(payload)),
    })
  }

  #watch(consumer: Consumer, handlers: SourceHandlers): NodeJS.Timeout {
    const { group, topics, emit, sessionTimeoutMs } = this.#options
    let beatMs = Date.now()
    const beat = (): void => {
      beatMs = Date.now()
    }
    const { events } = consumer
    for (const name of [events.FETCH, events.HEARTBEAT, events.END_BATCH_PROCESS]) consumer.on(name, beat)
    consumer.on(events.GROUP_JOIN, () => {
      beat()
      this.#restarts = 0
      handlers.onJoin()
      emit('consumer-joined', { group, topics })
    })
    consumer.on(events.CRASH, ({ payload }) => {
      if (!payload.restart) this.#restart(handlers, 'crash', payload.error)
    })
    const silenceMs = Math.max(120_000, 4 * sessionTimeoutMs)
    const check = (): void => {
      if (Date.now() - beatMs > silenceMs) this.#restart(handlers, 'silence')
    }
    return setInterval(check, silenceMs / 8).unref()
  }

  #restart(handlers: SourceHandlers, reason: string, error?: unknown): void {
    if (this.#isStopping || this.#restartTimer) return
    const { group, emit } = this.#options
    const waitMs = Math.min(30_000, 500 * 2 ** Math.min(this.#restarts, 6))
    this.#restarts += 1
    const fault = error === undefined ? undefined : faultOf(error)
    emit('consumer-restarting', { group, reason, waitMs, fault })
    if (this.#running) retire(this.#running)
    this.#running = undefined
    this.#restartTimer = setTimeout(() => {
      this.#restartTimer = undefined
      void this.start(handlers)
    }, waitMs)
  }

  async #bounds({ batch }: EachBatchPayload): Promise<{ readonly low: number; readonly end: number }> {
    const offsets = await (await this.#connectedAdmin()).fetchTopicOffsets(batch.topic)
    const found = offsets.find(({ partition }) => partition === batch.partition)
    return { low: Number(found?.low ?? 0), end: Number(found?.high ?? 0) }
  }

  async #connectedAdmin(): Promise<Admin> {
    if (this.#admin) return this.#admin
    const admin = this.#options.kafka.admin()
    await admin.connect()
    this.#admin = admin
    return admin
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
    heartbeat: () => payload.heartbeat(),
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
