import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { readPayload, type PayloadOptions } from '../../../src/hl7v2/payload.ts'

const message = (id: string, charset = '') =>
  `MSH|^~\\&|A|H|||20260314||ADT^A01|${id}|P|2.5||||||${charset}\rPID|1||X${id}`
const ER7 = message('1')

const read = (value: string | Buffer | null | undefined, options: PayloadOptions = {}) =>
  readPayload(typeof value === 'string' ? Buffer.from(value) : value, options)
const texts = (
  value: string | Buffer | null | undefined,
  options: PayloadOptions = {},
): readonly string[] => {
  const result = read(value, options)
  return result.ok
    ? result.value.map(({ text, failure }) => failure?.code ?? text)
    : [`fails ${result.failure.code}`]
}
const warnings = (value: string): readonly string[] => {
  const result = read(value)
  return result.ok
    ? result.value.flatMap(one => one.warnings.map(({ code }) => code))
    : [`fails ${result.failure.code}`]
}
const seen = (value: string | Buffer): string => {
  const result = read(value)
  return result.ok ? 'read' : `${result.failure.kind} ${result.failure.code}: ${result.failure.message}`
}

test.each([null, undefined, '', ' \r\n', '\uFEFF', '\u000B\u001C\r'])('%j holds no message', value => {
  expect(texts(value)).toEqual([])
})

test.each([
  ['raw ER7', ER7],
  ['a byte order mark and blanks before', `\uFEFF\r\n  ${ER7}`],
  ['an MLLP frame', `\u000B${ER7}\r\u001C\r`],
  ['an MLLP frame without its end', `\u000B${ER7}`],
  ['gzip', gzipSync(ER7)],
  ['base64', Buffer.from(ER7).toString('base64')],
  [
    'base64 in lines',
    Buffer.from(ER7)
      .toString('base64')
      .replace(/(.{20})/g, '$1\r\n'),
  ],
  ['base64url', Buffer.from(ER7).toString('base64url')],
  ['base64 of a frame', Buffer.from(`\u000B${ER7}\r\u001C\r`).toString('base64')],
  ['base64 of gzip', gzipSync(ER7).toString('base64')],
  ['a JSON string', JSON.stringify(ER7)],
  ['UTF-16 little-endian with a mark', Buffer.from(`\uFEFF${ER7}`, 'utf16le')],
  ['UTF-16 little-endian', Buffer.from(ER7, 'utf16le')],
  ['UTF-16 big-endian with a mark', Buffer.from(`\uFEFF${ER7}`, 'utf16le').swap16()],
  ['UTF-16 big-endian', Buffer.from(ER7, 'utf16le').swap16()],
])('%s gives the message', (_shape, value) => {
  expect(texts(value)).toEqual([ER7])
})

test.each(['data', 'message', 'payload', 'hl7', 'raw', 'body', 'InputDataString'])(
  'a JSON envelope may keep ER7 in /%s',
  name => {
    expect(texts(JSON.stringify({ meta: 1, [name]: ER7 }))).toEqual([ER7])
    expect(texts(`\uFEFF ${JSON.stringify({ [name]: Buffer.from(ER7).toString('base64') })}`)).toEqual([ER7])
  },
)

test('CloudEvents give /data or /data_base64', () => {
  const event = { specversion: '1.0', type: 'adt', source: 's', id: '1' }
  expect(texts(JSON.stringify({ ...event, data: ER7 }))).toEqual([ER7])
  expect(texts(JSON.stringify({ ...event, data_base64: Buffer.from(ER7).toString('base64') }))).toEqual([ER7])
})

test('a pointer of the source is tried before the built-in ones, and a text that is no HL7 v2 is passed by', () => {
  const envelope = JSON.stringify({ message: 'ADT came', deep: { 'a/b': [{ text: ER7 }] } })
  expect(texts(envelope, { optionsOf: () => ({ payloadPointers: ['/deep/a~1b/0/text'] }) })).toEqual([ER7])
  expect(seen(envelope)).toContain('payload-shape-unsupported')
})

test('bytes inside base64 in an envelope keep their own character set; text in an envelope was decoded before', () => {
  const latin = Buffer.from(message('é', '8859/1'), 'latin1')
  expect(texts(JSON.stringify({ data_base64: latin.toString('base64') }))).toEqual([message('é', '8859/1')])
  expect(texts(JSON.stringify({ data: message('é', '8859/2') }))).toEqual([message('é', '8859/2')])
})

test('UTF-16 wins over MSH-18', () => {
  expect(texts(Buffer.from(`\uFEFF${message('ż', 'UNICODE UTF-16')}`, 'utf16le'))).toEqual([
    message('ż', 'UNICODE UTF-16'),
  ])
})

test('raw gives the bytes of each message without its frame', () => {
  const latin = Buffer.from(message('é', '8859/1'), 'latin1')
  const framed = Buffer.concat([Buffer.from('\u000B'), latin, Buffer.from('\r\u001C\r')])
  const result = read(Buffer.concat([framed, framed]))
  expect(result.ok && result.value.map(({ raw }) => raw.equals(latin))).toEqual([true, true])
  const wide = Buffer.from(ER7, 'utf16le')
  const fromWide = read(Buffer.concat([Buffer.from([0xff, 0xfe]), wide]))
  expect(fromWide.ok && fromWide.value[0]?.raw.equals(wide)).toBe(true)
})

test('batches and files of batches give each message apart', () => {
  const batch = ['BHS|^~\\&|A', message('1'), message('2'), 'BTS|2'].join('\r')
  const file = ['FHS|^~\\&|A', batch, batch, 'FTS|2', ''].join('\r')
  expect([texts(batch), warnings(batch)]).toEqual([[message('1'), message('2')], []])
  expect([texts(file).length, warnings(file)]).toEqual([4, []])
  expect(texts(file.replaceAll('\r', '\r\n'))).toEqual(
    ['1', '2', '1', '2'].map(id => message(id).replace('\r', '\r\n')),
  )
})

test('each file of a payload is counted on its own', () => {
  const file = ['FHS|^~\\&', 'BHS|^~\\&', ER7, 'BTS|1', 'FTS|1'].join('\r')
  expect([texts(`${file}\r${file}`), warnings(`${file}\r${file}`)]).toEqual([[ER7, ER7], []])
})

test('several messages without a batch are split', () => {
  expect(texts([message('1'), message('2'), message('3')].join('\n\n'))).toEqual(
    ['1', '2', '3'].map(id => message(id)),
  )
})

test.each([
  [['BHS|^~\\&', ER7, 'BTS|2'], ['batch-count-mismatch']],
  [['BHS|^~\\&', ER7, 'BTS|'], []],
  [['BHS|^~\\&', ER7, 'BTS'], []],
  [['BHS|^~\\&', ER7], ['batch-truncated']],
  [['FHS|^~\\&', 'BHS|^~\\&', ER7, 'BTS|1'], ['batch-truncated']],
  [['FHS|^~\\&', 'BHS|^~\\&', ER7, 'FTS|1'], ['batch-truncated']],
  [['BHS|^~\\&', ER7, 'BHS|^~\\&', ER7, 'BTS|1'], ['batch-truncated']],
  [['FHS|^~\\&', 'BHS|^~\\&', ER7, 'BTS|1', 'FTS|3'], ['batch-count-mismatch']],
  [['FHS|^~\\&', ER7, 'FTS|0'], []],
  [['BHS|^~\\&', 'ZZZ|1', ER7, 'BTS|1'], ['batch-stray-segments']],
  [['BHS|^~\\&', ER7, 'BTS|1', 'PID|lost'], ['batch-stray-segments']],
])('the batch %j is read with warnings %j', (segments, codes) => {
  expect([texts(segments.join('\r')).every(text => text === ER7), warnings(segments.join('\r'))]).toEqual([
    true,
    codes,
  ])
})

test('a batch that should hold messages and holds none fails, one that is empty by its own count does not', () => {
  expect(texts('BHS|^~\\&\rBTS|5')).toEqual(['fails batch-incomplete'])
  expect(texts('BHS|^~\\&|A')).toEqual(['fails batch-incomplete'])
  expect(texts('BHS|^~\\&\rPID|1\rBTS|0')).toEqual(['fails batch-incomplete'])
  expect(texts('BHS|^~\\&\rBTS|0\r')).toEqual([])
})

test('one bad message of a batch does not lose the rest', () => {
  const bad = Buffer.from(message('\u00e9', 'UNICODE UTF-8'), 'latin1')
  const long = Buffer.from(`${message('3')}${'x'.repeat(200)}`)
  const parts = [Buffer.from('BHS|^~\\&'), bad, long, Buffer.from(message('4')), Buffer.from('BTS|3')]
  const value = Buffer.concat(parts.flatMap(part => [part, Buffer.from('\r')]))
  expect(texts(value, { messageBytesMax: 150 })).toEqual([
    'charset-undecodable',
    'message-too-large',
    message('4'),
  ])
  const result = read(value, { messageBytesMax: 150 })
  expect(result.ok && result.value[0]?.raw.equals(bad)).toBe(true)
})

test('a batch in an envelope fails for what is wrong with it', () => {
  expect(texts(JSON.stringify({ data: 'BHS|^~\\&\rBTS|5' }))).toEqual(['fails batch-incomplete'])
})

test('a message over 1 MiB is refused, whatever it came in, and one at the limit is not', () => {
  expect(texts(ER7, { messageBytesMax: ER7.length })).toEqual([ER7])
  expect(texts(`${ER7}${'x'.repeat(1024 * 1024)}`)).toEqual(['message-too-large'])
  expect(texts(gzipSync(`${ER7}${'x'.repeat(1024 * 1024)}`))).toEqual(['message-too-large'])
  expect(texts(`${ER7}${'|'.repeat(20 * 1024 * 1024)}`)).toEqual(['message-too-large'])
})

test('a payload over its limit is refused, also when only gzip makes it so long', () => {
  expect(texts(ER7, { payloadBytesMax: 20 })).toEqual(['fails payload-too-large'])
  expect(texts(gzipSync(Buffer.alloc(40 * 1024 * 1024, 'M')))).toEqual(['fails payload-too-large'])
})

test('damaged gzip and gzip in gzip without end are refused', () => {
  expect(texts(gzipSync(ER7).subarray(0, 30))).toEqual(['fails payload-gzip-damaged'])
  const nested = Array.from({ length: 6 }).reduce<Buffer>(inner => gzipSync(inner), Buffer.from(ER7))
  expect(seen(nested)).toContain('encodings nested too deep')
})

test.each([
  ['<ADT_A01 xmlns="urn:hl7-org:v2xml"/>', 'XML without an MSH segment'],
  ['{"resourceType":"Bundle","type":"message"}', 'a FHIR Bundle'],
  ['{"resourceType":"Patient","id":"SECRET"}', 'a FHIR resource'],
  ['{"Meta":{"DataModel":"PatientAdmin"}}', 'JSON without HL7 v2 at a known place'],
  ['{"data":{"message":"x"}}', 'JSON without HL7 v2'],
  ['{"data":"SECRET"}', 'JSON without HL7 v2'],
  ['{"data":', 'text that starts like JSON and is none'],
  ['[{"data":"x"}]', 'a JSON array'],
  ['"SECRET"', 'a JSON string'],
  ['PID|1||SECRET', 'text that does not start with MSH, FHS or BHS'],
  ['MSHX|SECRET', 'text that does not start with MSH, FHS or BHS'],
  ['TVNI!', 'text that starts like base64'],
  [Buffer.from([0, 0, 0, 0, 1, 0x7b]), 'a schema registry (Confluent) frame'],
  [Buffer.from([0x4d, 0, 0x53, 0, 0x48, 0, 0x7c]), 'damaged UTF-16'],
  [Buffer.from('hello', 'utf16le'), 'UTF-16 text that does not start'],
  [Buffer.from([0x89, 0x50, 0x4e, 0x47]), 'bytes that do not start'],
])('%j is refused with what was seen and without the value', (value, shape) => {
  expect(seen(value)).toContain('unsupported payload-shape-unsupported')
  expect(seen(value)).toContain(shape)
  expect(seen(value)).not.toContain('SECRET')
})

test('deep nesting and __proto__ in an envelope do no harm', () => {
  expect(seen(`{"data":${'['.repeat(100_000)}${']'.repeat(100_000)}}`)).toContain('payload-shape-unsupported')
  expect(seen(`{"__proto__":{"data":${JSON.stringify(ER7)}}}`)).toContain('payload-shape-unsupported')
})

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

test('a message that is kept does not keep the payload in which it came', async () => {
  const filler = 'X'.repeat(2 ** 20)
  const kept: string[] = []
  const keptBytes = async (count: number): Promise<number> => {
    for (let n = 0; n < count; n += 1) {
      const text = [message('a'), message(`${n}${filler}`)].join('\r')
      const result = read(Buffer.from(`\uFEFF${text}`, 'utf16le'))
      kept.push(...(result.ok ? result.value.slice(0, 1).map(one => one.text) : []))
    }
    // What a first collection frees outside the heap is given back in the next turn.
    for (let turn = 0; turn < 2; turn += 1) {
      await new Promise(resolve => setImmediate(resolve))
      collect()
    }
    const { heapUsed, external } = process.memoryUsage()
    return heapUsed + external
  }
  await keptBytes(2)
  const before = await keptBytes(2)
  const after = await keptBytes(20)
  expect(after - before).toBeLessThan(30 * filler.length)
  expect(kept).toHaveLength(24)
})
