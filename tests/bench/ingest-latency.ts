import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import type { Client } from 'pg'
import type { FeedMessage } from '../support/adt-workload.ts'

/** How long messages took from the sending to the broker until what they lead to could be read. */
export interface Latency {
  readonly messages: number
  readonly p50Ms: number
  readonly p99Ms: number
  readonly maxMs: number
}

interface Pacing {
  readonly producer: Producer
  readonly client: Client
  readonly topic: string
  readonly partitions: number
  readonly perSecond: number
}

const SLICE_MS = 20
/** Of the messages, what is sent before anything counts: the service compiles its code meanwhile. */
const WARM_PART = 0.25

/**
 * Sends messages at an even rate and watches the offsets, which a batch moves on in the transaction that writes what its
 * messages lead to: a message whose offset is passed has its Tasks to be seen.
 */
export async function pacedLatency(feed: readonly FeedMessage[], pacing: Pacing): Promise<Latency> {
  const sent: { readonly partition: number; readonly offset: number; readonly atMs: number }[] = []
  const latencies: number[] = []
  const progress = { isSent: false }
  const watching = watch(pacing, sent, latencies, progress)
  await sendPaced(feed, pacing, sent)
  progress.isSent = true
  await watching
  const counted = latencies.slice(Math.floor(latencies.length * WARM_PART)).toSorted((a, b) => a - b)
  const at = (part: number): number => counted[Math.floor(counted.length * part)] ?? 0
  return { messages: counted.length, p50Ms: at(0.5), p99Ms: at(0.99), maxMs: counted.at(-1) ?? 0 }
}

type Sent = { readonly partition: number; readonly offset: number; readonly atMs: number }

async function sendPaced(
  feed: readonly FeedMessage[],
  { producer, topic, partitions, perSecond }: Pacing,
  sent: Sent[],
): Promise<void> {
  const beganMs = Date.now()
  for (let next = 0; next < feed.length;) {
    const due = Math.min(feed.length, Math.ceil(((Date.now() - beganMs) * perSecond) / 1000))
    if (due > next) {
      const atMs = Date.now()
      const messages = feed.slice(next, due).map(({ key, text }) => ({
        ...{ key, value: text },
        partition: partitionOf(key, partitions),
      }))
      const counts = new Map<number, number>()
      for (const { partition } of messages) counts.set(partition, (counts.get(partition) ?? 0) + 1)
      for (const { partition, baseOffset } of await producer.send({ topic, messages }))
        for (let i = 0; i < (counts.get(partition) ?? 0); i += 1)
          sent.push({ partition, offset: Number(baseOffset) + i, atMs })
      next = due
    }
    await sleep(SLICE_MS)
  }
}

/** The same for all messages of a patient. */
const partitionOf = (key: string, partitions: number): number =>
  createHash('sha256').update(key).digest().readUInt16BE(0) % partitions

async function watch(
  { client, topic }: Pacing,
  sent: readonly Sent[],
  latencies: number[],
  progress: { readonly isSent: boolean },
): Promise<void> {
  let waiting: Sent[] = []
  for (let taken = 0; ;) {
    const { rows } = await client.query<{ partition: number; next: string }>(
      'select partition, next_offset as next from consumer_offset where topic = $1',
      [topic],
    )
    const seenMs = Date.now()
    const passed = new Map(rows.map(({ partition, next }) => [partition, Number(next)]))
    waiting.push(...sent.slice(taken))
    taken = sent.length
    const isSeen = ({ partition, offset }: Sent): boolean => offset < (passed.get(partition) ?? 0)
    for (const one of waiting) if (isSeen(one)) latencies.push(seenMs - one.atMs)
    waiting = waiting.filter(one => !isSeen(one))
    if (progress.isSent && waiting.length === 0 && taken === sent.length) return
    await sleep(SLICE_MS)
  }
}
