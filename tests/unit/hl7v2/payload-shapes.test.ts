import { spawnSync } from 'node:child_process'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { projectRoot } from '../../../scripts/services/service.ts'
import { readPayload, type PayloadOptions } from '../../../src/hl7v2/payload.ts'

const message = (id: string, charset = '') =>
  `MSH|^~\\&|A|H|||20260314||ADT^A01|${id}|P|2.5||||||${charset}\rPID|1||X${id}`
const ER7 = message('1')

const read = (value: string | Buffer, options: PayloadOptions = {}) =>
  readPayload(typeof value === 'string' ? Buffer.from(value) : value, options)
const texts = (value: unknown, options: PayloadOptions = {}): readonly string[] => {
  const sent = typeof value === 'string' || Buffer.isBuffer(value) ? value : JSON.stringify(value)
  const result = read(sent, options)
  return result.ok
    ? result.value.map(({ text, failure }) => failure?.code ?? text)
    : [`fails ${result.failure.code}`]
}

/** Avro and Confluent write a length as zigzag varint. */
function varint(length: number): Buffer {
  const bytes: number[] = []
  let rest = length * 2
  for (; rest > 0x7f; rest = Math.floor(rest / 128)) bytes.push((rest % 128) | 0x80)
  return Buffer.from([...bytes, rest])
}
const framed = (...parts: readonly (string | Buffer)[]): Buffer =>
  Buffer.concat([Buffer.from([0, 0, 0, 1, 2]), ...parts.map(part => Buffer.from(part))])

const DATA = Buffer.from(ER7)
test.each([
  ['an Avro string', framed(varint(DATA.length), DATA)],
  ['an Avro union of null and string', framed(Buffer.from([2]), varint(DATA.length), DATA)],
  ['a JSON string', framed(JSON.stringify(ER7))],
  ['a JSON envelope', framed(JSON.stringify({ hl7: ER7 }))],
  ['bytes without a schema of their own', framed(DATA)],
])("a schema registry's frame around %s is taken off", (_what, value) => {
  expect(texts(value)).toEqual([ER7])
})

test.each([
  [framed()],
  [framed('hello')],
  [framed(varint(5), 'hello')],
  [Buffer.from([0, 0, 0, 0, 1, 255, 255, 255, 255, 255, 255])],
  [Buffer.from([0, 1, 2])],
])('%j is a frame without a message', value => {
  expect(texts(value)).toEqual(['fails payload-shape-unsupported'])
})

test('a change event in the form of Debezium gives the row as it is after the change, with or without its schema', () => {
  const after = { id: 7, message: ER7 }
  expect(texts({ before: null, after, op: 'c', ts_ms: 1 })).toEqual([ER7])
  expect(
    texts({ schema: { type: 'struct' }, payload: { before: { message: message('0') }, after, op: 'u' } }),
  ).toEqual([ER7])
  expect(texts({ before: after, after: null, op: 'd' })).toEqual([])
  expect(texts({ payload: { before: after, after: null, op: 'd' } })).toEqual([])
  expect(texts({ op: 'r', before: null, after: { raw_text: ER7 } })).toEqual([
    'fails payload-shape-unsupported',
  ])
  expect(
    texts(
      { op: 'r', before: null, after: { raw_text: ER7 } },
      { optionsOf: () => ({ payloadPointers: ['/raw_text'] }) },
    ),
  ).toEqual([ER7])
})

test('CloudEvents of one and of many, data as text, base64 or JSON', () => {
  const event = { specversion: '1.0', type: 'adt', source: 's', id: '1' }
  const google = { segments: [{ segmentId: 'MSH', fields: { '8.1': 'ADT', '8.2': 'A01' } }] }
  expect(texts({ ...event, data: google })).toEqual(['MSH|^~\\&|||||||ADT^A01\r'])
  const inBase64 = Buffer.from(JSON.stringify({ raw: ER7 })).toString('base64')
  expect(texts({ ...event, data_base64: inBase64 })).toEqual([ER7])
  expect(
    texts([
      { ...event, data: ER7 },
      { ...event, data: { x: 1 } },
      { ...event, data: message('2') },
    ]),
  ).toEqual([ER7, 'payload-shape-unsupported', message('2')])
})

test('of several places in an envelope the first with a message counts', () => {
  expect(texts({ data: { note: 'x' }, message: 'ADT came', payload: ER7 })).toEqual([ER7])
})

test('a Message of the Cloud Healthcare API gives its own bytes rather than what was parsed of them', () => {
  const parsedData = { segments: [{ segmentId: 'MSH', fields: { '8.1': 'ADT' } }] }
  expect(texts({ name: 'm', data: DATA.toString('base64'), parsedData })).toEqual([ER7])
  expect(texts({ name: 'm', parsedData })).toEqual(['MSH|^~\\&|||||||ADT\r'])
})

const XML = '<ADT_A01><MSH><MSH.9><MSG.1>ADT</MSG.1></MSH.9><MSH.3>Süd</MSH.3></MSH></ADT_A01>'
test.each([
  ['UTF-8', Buffer.from(XML)],
  ['UTF-8 with a mark', Buffer.from(`\uFEFF${XML}`)],
  ['its own encoding', Buffer.from(`<?xml version="1.0" encoding="ISO-8859-1"?>${XML}`, 'latin1')],
  ['UTF-16', Buffer.from(`\uFEFF${XML}`, 'utf16le')],
  ['base64', Buffer.from(XML).toString('base64')],
  ['gzip', gzipSync(XML)],
  ['a JSON envelope', JSON.stringify({ data: XML })],
])('XML in %s is read', (_what, value) => {
  expect(texts(value)).toEqual(['MSH|^~\\&|Süd||||||ADT\r'])
})

test('XML that is not in the encoding that it says, or has a document type, is refused', () => {
  expect(texts(Buffer.from(XML, 'latin1'))).toEqual(['fails payload-shape-unsupported'])
  expect(texts(`<?xml version="1.0" encoding="klingon"?>${XML}`)).toEqual(['fails payload-shape-unsupported'])
  expect(texts(`<!DOCTYPE x>${XML}`)).toEqual(['fails payload-xml-invalid'])
})

test('a message in XML or JSON over the limit is refused as any other', () => {
  const long = `<A><MSH><MSH.9>ADT</MSH.9><MSH.3>${'x'.repeat(200)}</MSH.3></MSH></A>`
  expect(texts(long, { messageBytesMax: 100 })).toEqual(['message-too-large'])
  expect(texts(`${long}${' '.repeat(1000)}`, { messageBytesMax: 100 })).toEqual(['message-too-large'])
  const google = { segments: [{ segmentId: 'MSH', fields: { '2': 'x'.repeat(200) } }] }
  expect(texts(google, { messageBytesMax: 100 })).toEqual(['message-too-large'])
})

test('the transport may say the character set of messages that name none; the setting of the source counts for more', () => {
  const latin2 = Buffer.from(message('1').replace('X1', 'X\u00b1'), 'latin1')
  const contentType = 'application/hl7-v2; charset=iso-8859-2'
  expect(texts(latin2, { contentType })[0]).toContain('Xą')
  expect(texts(latin2, { contentType: 'text/plain; charset="utf-8"' })[0]).toContain('X±')
  expect(texts(latin2, { contentType: 'text/plain; charset=klingon' })[0]).toContain('X±')
  const optionsOf = (source: string) => (source === 'A|H' ? { charset: '8859/10' } : {})
  expect(texts(latin2, { contentType, optionsOf })[0]).toContain('Xą')
  expect(
    texts(latin2, { optionsOf: source => ({ charset: source === 'B|H' ? '8859/2' : '' }) })[0],
  ).toContain('X±')
  const named = Buffer.from(message('1', '8859/1').replace('X1', 'X\u00b1'), 'latin1')
  expect(texts(named, { contentType, optionsOf })[0]).toContain('X±')
})

test('what is kept of a message gives the same text again when it is read alone', () => {
  const latin2 = Buffer.from(message('1').replace('X1', 'X\u00b1'), 'latin1')
  for (const [value, options] of [
    [JSON.stringify({ data: message('é', '8859/2') }), {}],
    [JSON.stringify({ data: message('é') }), {}],
    [latin2, { contentType: 'text/plain; charset=iso-8859-2' }],
    [Buffer.from(message('é', '8859/1'), 'latin1'), {}],
    [Buffer.from(`\uFEFF${message('ż', 'UNICODE UTF-16')}`, 'utf16le'), {}],
    [Buffer.from(`\uFEFF${message('é', '8859/2')}`), {}],
    [JSON.stringify({ data: Buffer.from(message('é', '8859/1'), 'latin1').toString('base64') }), {}],
    [XML, {}],
  ] as const) {
    const [first] = texts(value, options)
    const result = read(value, options)
    expect(result.ok && result.value.flatMap(({ raw }) => texts(raw))).toEqual([first])
  }
})

/** In a process of its own, whose time and memory are those of this alone. */
function cost(delimiters: readonly string[]): { readonly seconds: number; readonly megabytes: number } {
  const script = `
    import { existsSync, readFileSync } from 'node:fs'
    import { readPayload } from './src/hl7v2/payload.ts'
    import { readMessage } from './src/hl7v2/read-message.ts'
    const length = 10 * 1024 * 1024
    // maxRSS of a process begins with that of the one which started it.
    const status = '/proc/self/status'
    const mostKb = () => existsSync(status)
      ? Number(/^VmHWM:\\s+(\\d+) kB/m.exec(readFileSync(status, 'latin1'))[1])
      : process.resourceUsage().maxRSS
    let slowest = 0
    const start = process.memoryUsage().rss / 1024
    for (const delimiter of ${JSON.stringify(delimiters)}) {
      const bytes = Buffer.from('MSH|^~\\\\&|A|H\\rPID|1||' + delimiter.repeat(length / delimiter.length))
      const before = process.cpuUsage()
      const payload = readPayload(bytes)
      const message = payload.ok ? readMessage(payload.value[0].text) : payload
      if (message.ok) message.value.segments[1]?.repetitions(3).at(-1)?.text(2, 2)
      const { user, system } = process.cpuUsage(before)
      slowest = Math.max(slowest, (user + system) / 1e6)
      gc()
    }
    console.log(JSON.stringify({ seconds: slowest, megabytes: (mostKb() - start) / 1024 }))`
  const run = spawnSync(process.execPath, ['--expose-gc', '--input-type=module', '-e', script], {
    encoding: 'utf8',
    cwd: projectRoot,
  })
  if (run.status !== 0) throw new Error(run.stderr)
  return JSON.parse(run.stdout) as { seconds: number; megabytes: number }
}

const DELIMITERS = ['|', '\\', '\r', '\n', 'P\r', '<']

test('10 MB of delimiters are refused by size', () => {
  const { seconds, megabytes } = cost(DELIMITERS)
  expect(seconds).toBeLessThan(1)
  expect(megabytes).toBeLessThan(200)
})

test('what is nested too deep to be written again does no harm beside a message', () => {
  const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`
  const text = JSON.stringify(ER7)
  expect(texts(`[${text},${deep}]`)).toEqual([ER7, 'payload-shape-unsupported'])
  const google = `{"segments":[{"segmentId":"MSH","fields":{"8.1":"ADT"}}],"more":${deep}}`
  expect(texts(`[${google}]`)).toEqual(['MSH|^~\\&|||||||ADT\r'])
})

test('a payload of headers alone is refused before it fills the memory', () => {
  expect(texts('MSH|\r'.repeat(200_000))).toEqual(['fails payload-too-many-messages'])
})
