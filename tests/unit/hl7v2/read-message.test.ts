import { expect, test } from 'vitest'
import { messageCode, triggerEvent } from '../../../src/hl7v2/message-type.ts'
import type { Message } from '../../../src/hl7v2/message.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const HEADER = 'MSH|^~\\&|A|H|||20260314||ADT^A01|1|P|2.5'

function read(text: string): Message {
  const result = readMessage(text)
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}

const failureCode = (text: string, options = {}): string | undefined => {
  const result = readMessage(text, options)
  return result.ok ? undefined : result.failure.code
}
const names = (message: Message) => message.segments.map(segment => segment.name)
const codes = (message: Message) => message.warnings.map(({ code, expression }) => [code, expression])

test.each(['\r', '\n', '\r\n', '\n\r'])('segments may end in %j', end => {
  const message = read([HEADER, 'EVN|A01', 'PID|1||X', ''].join(end))
  expect(names(message)).toEqual(['MSH', 'EVN', 'PID'])
  expect([message.first('PID')?.rawField(3), message.warnings]).toEqual(['X', []])
})

test('line ends may be mixed in one message', () => {
  expect(names(read(`${HEADER}\r\nEVN|A01\nPID|1\rPV1|1\r\r\n`))).toEqual(['MSH', 'EVN', 'PID', 'PV1'])
})

test('a byte order mark, MLLP bytes, blanks and empty lines around the message are dropped', () => {
  const message = read(`\uFEFF \r\n\u000B${HEADER}\r\rPID|1||X\r\u001C\r`)
  expect([names(message), message.first('PID')?.text(3), message.warnings]).toEqual([['MSH', 'PID'], 'X', []])
})

test('a lone LF inside a CR-ended message is data when no segment follows it', () => {
  const message = read(`${HEADER}\rNTE|1||first\nsecond|x\rPID|1`)
  expect([names(message), message.first('NTE')?.text(3), message.first('NTE')?.text(4)]).toEqual([
    ['MSH', 'NTE', 'PID'],
    'first\nsecond',
    'x',
  ])
})

test('a line that is no segment stays on its own where its line end is that of the segments', () => {
  const message = read(`${HEADER}\r\nNTE|1||first\r\nsecond|x\r\nPID|1`)
  expect([names(message), codes(message)]).toEqual([
    ['MSH', 'NTE', 'sec', 'PID'],
    [['segment-malformed', undefined]],
  ])
  expect(message.first('NTE')?.rawField(3)).toBe('first')
})

test('indented segments are read', () => {
  expect(names(read(`${HEADER}\n  PID|1\n\tPV1|1`))).toEqual(['MSH', 'PID', 'PV1'])
})

test('own delimiters are taken from MSH-1 and MSH-2', () => {
  const message = read('MSH*:;!%*A*H*****ADT:A08\rPID*1**7:a%b;8!T!')
  const [first, second] = message.first('PID')!.repetitions(3)
  expect([first?.text(), first?.text(2, 2), second?.text()]).toEqual(['7', 'b', '8%'])
  expect(triggerEvent(message)).toBe('A08')
})

test('a fifth encoding character is the truncation character of 2.7', () => {
  const message = read('MSH|^~\\&#|A\rPID|long\\P\\')
  expect([
    message.delimiters.truncation,
    message.first('PID')?.text(1),
    message.first('MSH')?.text(3),
  ]).toEqual(['#', 'long#', 'A'])
})

test.each([
  ['PID|1', 'msh-missing'],
  ['', 'msh-missing'],
  ['msh|^~\\&|', 'msh-missing'],
  ['MSH', 'delimiters-invalid'],
  ['MSH|', 'delimiters-invalid'],
  ['MSH||A', 'delimiters-invalid'],
  ['MSH|^~\\|A', 'delimiters-invalid'],
  ['MSH|^~\\\r', 'delimiters-invalid'],
  ['MSH|^~\\&#%|A', 'delimiters-invalid'],
  ['MSH|^~\\^|A', 'delimiters-invalid'],
  ['MSH|^^\\&|A', 'delimiters-invalid'],
  ['MSH|A~\\&|A', 'delimiters-invalid'],
  ['MSH|^~\\ |A', 'delimiters-invalid'],
  ['MSH|"~\\&|A', 'delimiters-invalid'],
])('%j is refused as %s', (text, code) => {
  expect(failureCode(text)).toBe(code)
})

test('a control character truncates nothing, and is left out of the texts as others are', () => {
  const message = read('MSH|^~\\&\u001C|A\rPID|1||\u001CP1')
  expect(message.delimiters.truncation).toBeUndefined()
  expect(message.first('PID')?.text(3)).toBe('P1')
})

test('a truncation character that repeats a delimiter is ignored, it is not among the used ones', () => {
  expect(read('MSH|^~\\&&|A').delimiters.truncation).toBeUndefined()
})

test('a message over the size limit is refused, one at the limit is read', () => {
  expect(failureCode(HEADER, { charactersMax: HEADER.length - 1 })).toBe('message-too-large')
  expect(failureCode(HEADER, { charactersMax: HEADER.length })).toBeUndefined()
  expect(failureCode(`${HEADER}\rNTE|${'x'.repeat(1024 * 1024)}`)).toBe('message-too-large')
})

test('a message over 10,000 segments is refused, one with 10,000 is read', () => {
  expect(failureCode(`${HEADER}\r${'NTE|1\r'.repeat(10_000)}`)).toBe('message-too-many-segments')
  expect(failureCode(`${HEADER}\r${'NTE|1\r'.repeat(9999)}`)).toBeUndefined()
})

test('a second MSH is refused: a batch is split before', () => {
  expect(failureCode(`${HEADER}\r${HEADER}`)).toBe('message-repeated-msh')
})

test('malformed, unknown and Z-segments are kept, malformed ones with a warning that shows no value', () => {
  const message = read(`${HEADER}\rPV|1|SECRET\rZFA|a^b\rgarbage SECRET\rQQQ|1`)
  expect(names(message)).toEqual(['MSH', 'PV|', 'ZFA', 'gar', 'QQQ'])
  expect(message.first('ZFA')?.text(1, 2)).toBe('b')
  expect(codes(message)).toEqual([
    ['segment-malformed', undefined],
    ['segment-malformed', undefined],
  ])
  expect(JSON.stringify(message.warnings)).not.toContain('SECRET')
})

test('damage done before the message came (U+FFFD, lone surrogates) is a warning', () => {
  expect(codes(read(`${HEADER}\rPID|1||M\uFFFDller`))).toEqual([['replacement-character', undefined]])
  const message = read(`${HEADER}\rPID|1||M\uD800ller`)
  expect([message.first('PID')?.text(3), codes(message)]).toEqual([
    'M\uFFFDller',
    [['replacement-character', undefined]],
  ])
})

test('control characters that no FHIR text can hold are left out with a warning', () => {
  const message = read(`${HEADER}\rPID|1||A\u0000B\u0007C\tD`)
  expect([message.first('PID')?.text(3), codes(message)]).toEqual([
    'ABC\tD',
    [['control-character', undefined]],
  ])
})

test('a control character that delimits stays', () => {
  const message = read('MSH\u0001^~\\&\u0001A\rPID\u00011\u0001B')
  expect([message.first('PID')?.text(2), message.warnings]).toEqual(['B', []])
})

test('charset switches and local escapes are kept as sent, with a warning that names the field', () => {
  const message = read(`${HEADER}\rPID|1||a\\C2842\\b|\\Zfoo\\`)
  expect([message.first('PID')?.text(3), message.first('PID')?.text(4)]).toEqual(['a\\C2842\\b', '\\Zfoo\\'])
  expect(codes(message)).toEqual([
    ['escape-kept', 'PID-3'],
    ['escape-kept', 'PID-4'],
  ])
})

test('a kept escape in the header is named by the number of its field', () => {
  expect(codes(read('MSH|^~\\&|A\\Z1\\|H'))).toEqual([['escape-kept', 'MSH-3']])
})

test('a source that escapes twice is unescaped twice, by option only', () => {
  const text = `${HEADER.replace('|A|', '|EPIC|')}\rPID|1||A\\E\\T\\E\\B`
  const twice = readMessage(text, { optionsOf: source => ({ unescapeTwice: source === 'EPIC|H' }) })
  expect(twice.ok && twice.value.first('PID')?.text(3)).toBe('A&B')
  expect(read(text).first('PID')?.text(3)).toBe('A\\T\\B')
})

test('hexadecimal escapes are read in the character set of the message', () => {
  const read8859 = (charset: string) =>
    read(`${HEADER}||||||${charset}\rPID|1||\\XB1\\`).first('PID')?.text(3)
  expect([read8859('8859/2'), read8859('8859/1'), read8859('')]).toEqual(['ą', '±', '±'])
  expect(read(`${HEADER}\rPID|1||\\XC3A9\\`).first('PID')?.text(3)).toBe('é')
})

test('the trigger event is MSH-9.2, else EVN-1; MSH-9.3 is never asked', () => {
  expect(triggerEvent(read('MSH|^~\\&|||||||ADT^A08^ADT_A01\rEVN|A01'))).toBe('A08')
  expect(triggerEvent(read('MSH|^~\\&|||||||ADT\rEVN|A01'))).toBe('A01')
  expect(triggerEvent(read('MSH|^~\\&|||||||ADT^""\rEVN|A04'))).toBe('A04')
  expect([triggerEvent(read(`MSH|^~\\&|||||||ADT`)), messageCode(read('MSH|^~\\&|||||||ADT'))]).toEqual([
    undefined,
    'ADT',
  ])
})
