import { expect, test } from 'vitest'
import { ackRows } from '../../../../src/commands/ingest-adt/ack-rows.ts'
import type { InboundRecord, Verdict } from '../../../../src/commands/ingest-adt/inbound.ts'

const frame = { topic: 'acks', at: '2026-10-05T12:00:00.000Z' }
const kafka = { topic: 'adt', partition: 3, offset: 7, key: null, headers: {} }
const record: InboundRecord = { value: Buffer.from(''), origin: 'kafka:adt/3@7', kafka }
const verdict = (type: string, asks = ''): Verdict => ({
  outcome: 'applied',
  controlId: 'M1',
  trigger: 'A01',
  raw: Buffer.from(`MSH|^~\\&|A|B|C|D|20261005||${type}|M1|P|2.5${asks}\rPID|1||X\r`),
})
const read = (from: InboundRecord, said: Verdict) =>
  ackRows(from, said, frame).map(({ target, key, payload }) => {
    const sent = payload as unknown as { key: string | null; value: string; headers: Record<string, string> }
    const plain = (text: string | undefined): string => Buffer.from(text ?? '', 'base64').toString()
    const msa = plain(sent.value).split('\r')[1]
    return [target, key, sent.key && plain(sent.key), msa, plain(sent.headers['x-original-offset'])]
  })

test('an answer goes to its topic in the order of the partition, under the control id where the record has no key', () => {
  expect(read(record, verdict('ADT^A01'))).toEqual([['kafka:acks', 'adt/3', 'M1', 'MSA|AA|M1|applied', '7']])
  const keyed = { ...record, kafka: { ...kafka, key: Buffer.from('K') } }
  expect(read(keyed, verdict('ADT^A01')).map(([, , key]) => key)).toEqual(['K'])
})

test('what asks for none, is an acknowledgement itself or came by another door gets none', () => {
  expect(read(record, verdict('ADT^A01', '|||NE|NE'))).toEqual([])
  expect(read(record, verdict('ACK^A01'))).toEqual([])
  expect(read({ value: record.value, origin: 'http' }, verdict('ADT^A01'))).toEqual([])
})
