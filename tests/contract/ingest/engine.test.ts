import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { indexResource } from '../../../src/fhir/search/indexing/index-resource.ts'
import type { IngestAdt, InboundRecord, Verdict } from '../../../src/commands/ingest-adt/inbound.ts'
import { createIngest } from '../../../src/commands/ingest-adt/ingest.ts'
import { readRecord } from '../../../src/commands/ingest-adt/read-record.ts'
import { StoreRefusal } from '../../../src/commands/ports/store-fault.ts'
import type { Changes, FlushConflict, Store } from '../../../src/commands/ports/store.ts'
import { openEmbeddedStore } from '../../../src/store/open-store.ts'
import { counting, countOf, er7, noMeters as meters, patientId } from '../../support/counting-messages.ts'

const tenant = 1
const clock = { nowMs: () => Date.now() }
describe('the ingest engine on the embedded store', () => {
  let store: Store
  let wrapped: Store
  let ingest: IngestAdt
  let beforeFlush: (changes: Changes) => FlushConflict | Error | undefined
  let events: string[]

  beforeAll(async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'cw-ingest-'))
    store = await openEmbeddedStore({ dataDir, clock, indexResource, migrate: 'auto' })
  })
  afterAll(() => store.close())
  beforeEach(() => {
    beforeFlush = () => undefined
    events = []
    wrapped = {
      ...store,
      flush: async changes => {
        const met = beforeFlush(changes)
        if (met instanceof Error) throw met
        return met ? { ok: false, failure: met } : store.flush(changes)
      },
    }
    ingest = createIngest({
      store: wrapped,
      tenant,
      clock,
      emit: name => events.push(name),
      meters,
      targets: [],
      prepare: (record, index) => readRecord(record, index, counting),
    })
  })

  const send = async (...records: readonly InboundRecord[]): Promise<readonly Verdict[]> => {
    const result = await ingest({ lane: 0, door: 'http', records })
    if (result.kind !== 'done') throw new Error(result.kind)
    return result.verdicts.flat()
  }
  const outcomes = async (...records: readonly InboundRecord[]) =>
    (await send(...records)).map(({ outcome }) => outcome)
  const patient = async (mrn: string) => {
    const stored = await store.read(tenant, { type: 'Patient', id: patientId(mrn) })
    return { count: countOf(stored && JSON.parse(stored.content)), version: stored?.version ?? 0 }
  }

  it('adds one version per message, though they come in one batch', async () => {
    expect(await outcomes(er7('M1'), er7('M1'), er7('M1'))).toEqual(['applied', 'applied', 'applied'])
    expect(await patient('M1')).toEqual({ count: 3, version: 3 })
  })

  it('takes the same message once, within a batch and over batches', async () => {
    const twice = er7('M2')
    expect(await outcomes(twice, twice)).toEqual(['applied', 'duplicate'])
    expect(await outcomes(twice)).toEqual(['duplicate'])
    expect(await patient('M2')).toEqual({ count: 1, version: 1 })
  })

  it('takes another payload under a control id that was used, and flags it', async () => {
    await send(er7('M3', 'count', 'REUSED'))
    const [verdict] = await send(er7('M3', 'other', 'REUSED'))
    expect(verdict).toMatchObject({ outcome: 'applied', reason: 'control-id-reused:MSH-10' })
  })

  it('records a message that changes nothing as no-change', async () => {
    await send(er7('M4'))
    expect(await outcomes(er7('M4', 'same'))).toEqual(['no-change'])
    expect((await patient('M4')).version).toBe(1)
  })

  it('lets one message that fails, and one that makes us throw, not touch the others', async () => {
    const verdicts = await send(
      er7('M5'),
      er7('M5', 'throw'),
      er7('M5', 'fail'),
      er7('M5', 'ignored'),
      er7('M5'),
    )
    expect(verdicts.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['applied', undefined],
      ['dead-letter', 'message-not-processable'],
      ['dead-letter', 'no-patient-identifier:PID-3'],
      ['ignored', 'event-not-mapped:MSH-9'],
      ['applied', undefined],
    ])
    expect(await patient('M5')).toEqual({ count: 2, version: 2 })
  })

  it('drives a dead letter again when it is sent again, and keeps its first verdict when that is the same', async () => {
    const bad = er7('M6', 'fail')
    expect(await outcomes(bad)).toEqual(['dead-letter'])
    expect(await outcomes(bad)).toEqual(['dead-letter'])
    const entries = await store.inbox.find(tenant, {
      outcome: ['dead-letter'],
      subject: patientId('M6'),
      count: 10,
    })
    expect(entries.length).toBe(1)
  })

  it('decides again, on what another writer left, only the messages that share a patient with it', async () => {
    await send(er7('M7'), er7('M8'))
    let tries = 0
    beforeFlush = () => {
      tries += 1
      const keys = [`Patient/${patientId('M7')}`]
      return tries <= 2 ? { kind: 'stale', keys, subjects: [] } : undefined
    }
    expect(await outcomes(er7('M7'), er7('M8'))).toEqual(['applied', 'applied'])
    expect(tries).toBe(3)
    expect([await patient('M7'), await patient('M8')]).toEqual([
      { count: 2, version: 2 },
      { count: 2, version: 2 },
    ])
  })

  it('loses no update when batches of many writers meet', async () => {
    const batches = Array.from({ length: 6 }, () => Array.from({ length: 10 }, (_, i) => er7(`H${i % 3}`)))
    await Promise.all(batches.map(batch => ingest({ lane: 0, door: 'http', records: batch })))
    const counts = [await patient('H0'), await patient('H1'), await patient('H2')]
    expect(counts.reduce((sum, { count }) => sum + count, 0)).toBe(60)
    for (const { count, version } of counts) expect(version).toBe(count)
  })

  it('bisects out a message whose content the database refuses', async () => {
    const hit = patientId('R3')
    beforeFlush = changes =>
      changes.writes.some(({ id }) => id === hit) ? new StoreRefusal({ code: '22021' }) : undefined
    const verdicts = await send(er7('R1'), er7('R2'), er7('R3'), er7('R4'), er7('R5'))
    expect(verdicts.map(({ outcome }) => outcome)).toEqual([
      'applied',
      'applied',
      'dead-letter',
      'applied',
      'applied',
    ])
    expect(verdicts[2]?.reason).toBe('message-refused-by-store')
    expect(events).toContain('batch-split')
  })

  it('moves the offset over all halves of a bisected batch', async () => {
    const hit = patientId('K2')
    beforeFlush = changes =>
      changes.writes.some(({ id }) => id === hit) ? new StoreRefusal({ code: '22021' }) : undefined
    const from = await store.nextOffset('g', 'adt', 0)
    const records = ['K1', 'K2', 'K3'].map((mrn, i) => ({
      ...er7(mrn),
      kafka: { topic: 'adt', partition: 0, offset: from + i, key: null, headers: {} },
    }))
    const offset = { group: 'g', topic: 'adt', partition: 0, from, next: from + 3 }
    const result = await ingest({ lane: 0, door: 'kafka', records, offset })
    expect(result.kind).toBe('done')
    expect(await store.nextOffset('g', 'adt', 0)).toBe(from + 3)
    const depth = await store.outbox.depth()
    expect(depth.find(({ target }) => target === 'kafka:adt.dlq')?.rows).toBe(1)
  })

  it('does nothing at all when the offset was moved by another process', async () => {
    const offset = { group: 'fenced', topic: 'adt', partition: 0, from: 7, next: 8 }
    await store.nextOffset('fenced', 'adt', 0)
    const result = await ingest({ lane: 0, door: 'kafka', records: [er7('F1')], offset })
    expect(result.kind).toBe('fenced')
    expect((await patient('F1')).version).toBe(0)
  })

  it('throws when the database is away, so that the door can say so', async () => {
    const { StoreFault } = await import('../../../src/commands/ports/store-fault.ts')
    beforeFlush = () => new StoreFault('store-unavailable', 'away')
    await expect(send(er7('A1'))).rejects.toThrow('away')
  })

  it('refuses by HTTP what holds no HL7, and dead-letters it from Kafka byte for byte', async () => {
    const record = { value: Buffer.from('hello'), origin: 'test' }
    expect(await ingest({ lane: 0, door: 'http', records: [record] })).toMatchObject({ kind: 'refused' })
    const kafka = { topic: 'other', partition: 0, offset: 0, key: Buffer.from('k'), headers: {} }
    await store.nextOffset('g', 'other', 0)
    const result = await ingest({ lane: 0, door: 'kafka', records: [{ ...record, kafka }] })
    expect(result).toMatchObject({ kind: 'done', verdicts: [[{ outcome: 'dead-letter' }]] })
    const lanes = await store.outbox.lease('kafka:other.dlq', 'test', Date.now() + 10_000)
    const [row] = await store.outbox.read('kafka:other.dlq', lanes, 10)
    expect(
      Buffer.from((row?.payload as { value: string } | undefined)?.value ?? '', 'base64').toString(),
    ).toBe('hello')
  })
})
