import { expect, test } from 'vitest'
import type { InboundRecord, KafkaOrigin } from '../../../../src/commands/ingest-adt/inbound.ts'
import { noNeeds } from '../../../../src/commands/ingest-adt/prepared.ts'
import { readRecord, type Interpret } from '../../../../src/commands/ingest-adt/read-record.ts'
import { sourceSettings } from '../../../../src/mappers/adt/source.ts'
import { er7, notification } from '../../../support/one-visit.ts'

/** Keeps what PID-5.1 said. */
const names: (string | null | undefined)[] = []
const interpret: Interpret = message => {
  names.push(message.first('PID')?.text(5))
  const failure = { kind: 'unsupported', code: 'event-not-mapped', message: '' } as const
  return { needs: noNeeds, effect: { kind: 'ignored', failure } }
}

const base = { tenant: 1, canonicalBase: 'https://casewire.example/fhir', timeZone: 'UTC' }
const read = (value: Buffer | string, more: Partial<InboundRecord> = {}, settings = sourceSettings(base)) => {
  names.length = 0
  const record = { value: Buffer.from(value), origin: 'test', ...more }
  const { messages, refusal } = readRecord(record, 0, interpret, settings)
  return {
    names: [...names],
    flags: messages.map(({ flags }) => flags),
    kinds: messages.map(({ effect }) => effect.kind),
    triggers: messages.map(({ trigger }) => trigger),
    raws: messages.map(({ raw }) => raw.toString('latin1')),
    refusal: refusal?.code,
  }
}

const latin = (msh18: string): Buffer =>
  Buffer.from(
    `MSH|^~\\&|EPIC|NORTH|||20260314||ADT^A01|1|P|2.5||||||${msh18}\rPID|1||X||A\\E\\T\\E\\\u00a3`,
    'latin1',
  )

test('what was odd in reading a message is flagged by code and place', () => {
  expect(read(latin(''))).toMatchObject({ names: ['A\\T\\£'], flags: [['charset-assumed:MSH-18']] })
  expect(read(er7('admit')).flags).toEqual([undefined])
  const batch = `BHS|^~\\&\r${er7('admit')}BTS|2\r`
  expect(read(batch).flags).toEqual([['batch-count-mismatch:BTS-1']])
})

test('the settings of the sender say its character set and that it escapes twice', () => {
  const settings = sourceSettings({
    ...base,
    sources: { 'EPIC|*': { charset: '8859/2', unescapeTwice: true } },
  })
  expect(read(latin(''), {}, settings)).toMatchObject({ names: ['A&Ł'], flags: [undefined] })
  expect(read(latin('').toString('latin1').replace('EPIC', 'OTHER'), {}, settings).names).toEqual(['A\\T\\£'])
})

test('where an envelope keeps its message is a setting of all senders or of any', () => {
  const value = JSON.stringify({ body: { event: { text: er7('admit') } } })
  expect(read(value).refusal).toBe('payload-shape-unsupported')
  expect(
    read(value, {}, sourceSettings({ ...base, payloadPointers: ['/body/event/text'] })).triggers,
  ).toEqual(['A01'])
  const sources = { 'ADT1|NORTH': { payloadPointers: ['/body/event/text'] } }
  expect(read(value, {}, sourceSettings({ ...base, sources })).triggers).toEqual(['A01'])
})

test('the content type of a request and of a Kafka record say the character set where nothing else does', () => {
  const contentType = 'text/plain; charset=iso-8859-2'
  const kafka: KafkaOrigin = {
    topic: 't',
    partition: 0,
    offset: 0,
    key: null,
    headers: { 'content-type': Buffer.from(contentType) },
  }
  expect(read(latin(''), { contentType }).names).toEqual(['A\\T\\Ł'])
  expect(read(latin(''), { kafka }).names).toEqual(['A\\T\\Ł'])
})

test('bytes that are not in their character set make a dead letter with those bytes, and the rest is read', () => {
  const bad = latin('UNICODE UTF-8')
  const result = read(Buffer.concat([bad, Buffer.from(`\r${er7('discharge')}`)]))
  expect(result).toMatchObject({ kinds: ['dead-letter', 'ignored'], names: ['Moreau & Søn'] })
  expect(result.raws[0]).toBe(bad.toString('latin1'))
})

test('a notification is kept as it came', () => {
  const value = notification('admit')
  expect(read(value)).toMatchObject({ triggers: ['A01'], names: ['Moreau & Søn'] })
  expect(read(value).raws).toEqual([Buffer.from(value).toString('latin1')])
})

test('a record without a message in it holds none', () => {
  expect(read('')).toMatchObject({ kinds: [], refusal: undefined })
})

test.each([
  ['a character set that is not read', latin('KLINGON')],
  ['more segments than are read', Buffer.concat([latin(''), Buffer.from('\rNTE|1'.repeat(10_001))])],
  ['more bytes than are read', Buffer.concat([latin(''), Buffer.from('x'.repeat(1024 * 1024))])],
])('a message with %s is still known by its sender, control id and event', (_what, value) => {
  const { messages } = readRecord({ value, origin: 'test' }, 0, interpret, sourceSettings(base))
  expect(messages).toMatchObject([
    { effect: { kind: 'dead-letter' }, source: 'EPIC|NORTH', messageId: '1', trigger: 'A01' },
  ])
})

test('what has no header of its own that can be read is known by its content', () => {
  for (const value of [
    '{"a":1}',
    'MSH|||||\rPID|1',
    `MSH|^~\\&|\u00c9PIC|N|||1||ADT^A01|1|P|2.5||||||KLINGON\rPID|1`,
  ]) {
    const { messages } = readRecord(
      { value: Buffer.from(value), origin: 'test' },
      0,
      interpret,
      sourceSettings(base),
    )
    expect(messages).toMatchObject([{ source: '|', messageId: messages[0]?.payloadHash, trigger: '' }])
  }
})
