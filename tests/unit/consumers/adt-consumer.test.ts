import { describe, expect, it, vi } from 'vitest'
import type { IngestAdt, IngestBatch } from '../../../src/commands/ingest-adt/inbound.ts'
import { adtConsumer } from '../../../src/consumers/adt-consumer.ts'
import type {
  BatchContext,
  EventSource,
  SourceBatch,
  SourceHandlers,
} from '../../../src/consumers/event-source.ts'

const batchOf = (fetchedOffset: number, offsets: readonly number[], last?: number): SourceBatch => ({
  topic: 'adt',
  partition: 3,
  fetchedOffset,
  last: last ?? offsets.at(-1) ?? fetchedOffset,
  messages: offsets.map(offset => ({
    offset,
    key: null,
    value: Buffer.from(`m${offset}`),
    headers: {},
    timestampMs: 0,
  })),
})

/** A source whose handlers a test calls, and a database that holds one offset and fences on it. */
const bench = (stored: number, { low = 0, end = 1000, batchSizeMax = 100 } = {}) => {
  const database = { offset: stored, down: false }
  const flushed: IngestBatch[] = []
  const events: string[] = []
  const sought: number[] = []
  let handlers: SourceHandlers | undefined
  const source: EventSource = {
    start: async given => {
      handlers = given
    },
    pause: () => events.push('pause'),
    resume: () => events.push('resume'),
    ends: async () => [{ topic: 'adt', partition: 3, end }],
    stop: async () => undefined,
  }
  const ingest: IngestAdt = async batch => {
    if (database.down) throw new Error('connection lost')
    if (batch.offset?.from !== database.offset) return { kind: 'fenced' }
    database.offset = batch.offset.next
    flushed.push(batch)
    return { kind: 'done', verdicts: batch.records.map(() => []) }
  }
  const consumer = adtConsumer({
    source,
    ingest,
    nextOffset: async () => database.offset,
    group: 'g',
    lanes: 2,
    batchSizeMax,
    emit: name => events.push(name),
  })
  const context: BatchContext = {
    heartbeat: async () => undefined,
    isStale: () => false,
    bounds: async () => ({ low, end }),
    seek: offset => sought.push(offset),
  }
  const hand = async (batch: SourceBatch, more: Partial<BatchContext> = {}) => {
    if (!handlers) await consumer.start()
    return handlers?.onBatch(batch, { ...context, ...more })
  }
  const values = () => flushed.flatMap(({ records }) => records.map(({ value }) => value.toString()))
  return { database, flushed, events, sought, hand, values, consumer, rejoin: () => handlers?.onJoin() }
}

describe('adtConsumer', () => {
  it('moves the offset on in the transaction of the effects', async () => {
    const b = bench(0)
    expect(await b.hand(batchOf(0, [0, 1, 2]))).toBe('done')
    expect(b.flushed[0]?.offset).toEqual({ group: 'g', topic: 'adt', partition: 3, from: 0, next: 3 })
    expect(b.flushed[0]?.lane).toBe(1)
  })

  it('drops what the database has already, though the broker hands it out again', async () => {
    const b = bench(2)
    expect(await b.hand(batchOf(0, [0, 1, 2, 3]))).toBe('done')
    expect(b.values()).toEqual(['m2', 'm3'])
  })

  it('resolves a batch that is wholly known without a flush', async () => {
    const b = bench(10)
    expect(await b.hand(batchOf(0, [0, 1]))).toBe('done')
    expect(b.flushed).toEqual([])
  })

  it('seeks back when the broker was read from further on than the database stands', async () => {
    const b = bench(5)
    expect(await b.hand(batchOf(9, [9]))).toBe('left')
    expect(b.sought).toEqual([5])
    expect(b.flushed).toEqual([])
  })

  it('tells the loss and goes on when the broker no longer has what follows', async () => {
    const b = bench(5, { low: 9 })
    expect(await b.hand(batchOf(9, [9, 10]))).toBe('done')
    expect(b.events).toContain('offset-gap')
    expect(b.values()).toEqual(['m9', 'm10'])
    expect(b.database.offset).toBe(11)
  })

  it('takes holes in the offsets (compaction, control records) for no loss', async () => {
    const b = bench(5)
    expect(await b.hand(batchOf(5, [8, 12], 13))).toBe('done')
    expect(b.events).toEqual([])
    expect(b.database.offset).toBe(14)
  })

  it('begins anew, loudly, when the topic was recreated and ends before the stored offset', async () => {
    const b = bench(500, { low: 0, end: 2 })
    expect(await b.hand(batchOf(0, [0, 1]))).toBe('done')
    expect(b.events).toContain('offset-beyond-end')
    expect(b.values()).toEqual(['m0', 'm1'])
    expect(b.database.offset).toBe(2)
  })

  it('reads its position again when another process was first, and does nothing twice', async () => {
    const b = bench(0)
    await b.hand(batchOf(0, [0]))
    b.database.offset = 3 // a zombie committed 1 and 2
    expect(await b.hand(batchOf(1, [1, 2, 3]))).toBe('done')
    expect(b.events).toContain('offset-fenced')
    expect(b.values()).toEqual(['m0', 'm3'])
  })

  it('resolves nothing once the partition is no longer its own', async () => {
    const b = bench(0)
    expect(await b.hand(batchOf(0, [0]), { isStale: () => true })).toBe('left')
    expect(b.flushed).toEqual([])
  })

  it('cuts a long fetch into flushes of bounded size, each with its own offset', async () => {
    const b = bench(0, { batchSizeMax: 2 })
    await b.hand(batchOf(0, [0, 1, 2, 3, 4], 6))
    expect(b.flushed.map(({ offset }) => [offset?.from, offset?.next])).toEqual([
      [0, 2],
      [2, 4],
      [4, 7],
    ])
  })

  it('pauses the partition while the database is away, loses nothing, and resumes by itself', async () => {
    vi.useFakeTimers()
    const b = bench(0)
    b.database.down = true
    expect(await b.hand(batchOf(0, [0, 1]))).toBe('left')
    expect(b.events).toEqual(['partition-paused', 'pause'])
    b.database.down = false
    await vi.advanceTimersByTimeAsync(20_000)
    expect(b.events.slice(2)).toEqual(['resume', 'partition-resumed'])
    vi.useRealTimers()
    expect(await b.hand(batchOf(0, [0, 1]))).toBe('done')
    expect(b.values()).toEqual(['m0', 'm1'])
  })

  it('forgets positions at a join, because another member may have moved them', async () => {
    const b = bench(0)
    await b.hand(batchOf(0, [0]))
    b.database.offset = 7
    b.rejoin()
    expect(await b.hand(batchOf(1, [1]))).toBe('done')
    expect(b.values()).toEqual(['m0'])
    expect(b.events).not.toContain('offset-fenced')
  })

  it('skips a null value but moves past it', async () => {
    const b = bench(0)
    const batch = batchOf(0, [0, 1])
    const [first, second] = batch.messages
    if (!first || !second) throw new Error('two messages were made')
    await b.hand({ ...batch, messages: [{ ...first, value: null }, second] })
    expect(b.values()).toEqual(['m1'])
    expect(b.database.offset).toBe(2)
  })
})
