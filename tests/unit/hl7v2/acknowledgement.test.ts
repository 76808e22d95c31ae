import { expect, test } from 'vitest'
import { acknowledge } from '../../../src/hl7v2/acknowledgement.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const timestamp = '2026-10-05T18:30:00.005Z'

function sent(text: string) {
  const result = readMessage(text)
  if (!result.ok) throw new Error(result.failure.code)
  return result.value
}

const adt = (version = '2.5.1') =>
  sent(`MSH|^~\\&|ADT1|HOSP^1.2.3^ISO|CW|CM|20261005||ADT^A01^ADT_A01|C\\T\\1|T|${version}\rPID|1`)

test('an acceptance answers the sender, keeps version and processing id and names the message', () => {
  expect(acknowledge(adt(), { code: 'AA', controlId: 'K1', timestamp })).toBe(
    'MSH|^~\\&|CW|CM|ADT1|HOSP^1.2.3^ISO|20261005183000.005+0000||ACK^A01^ACK|K1|T|2.5.1||||||UNICODE UTF-8\r' +
      'MSA|AA|C\\T\\1|\r',
  )
})

test('an error has its place in ERR-2 since v2.5 and in ERR-1 before', () => {
  const ack = {
    code: 'AE',
    controlId: 'K1',
    timestamp,
    text: 'No usable id | see log',
    errorLocation: 'PID-3',
  } as const
  expect(acknowledge(adt(), ack).split('\r').slice(1, 3)).toEqual([
    'MSA|AE|C\\T\\1|No usable id \\F\\ see log',
    'ERR||PID^1^3|207^Application internal error^HL70357|E||||No usable id \\F\\ see log',
  ])
  expect(acknowledge(adt('2.3.1'), ack).split('\r')[2]).toBe(
    'ERR|PID^1^3^207&Application internal error&HL70357',
  )
  expect(acknowledge(adt(), { ...ack, errorLocation: 'PID' }).split('\r')[2]).toContain('ERR||PID^1|207^')
})

test('an error says in words of table 0357 what it is', () => {
  const ack = { code: 'AE', controlId: 'K1', timestamp, errorLocation: 'PID-3', condition: '101' } as const
  expect(acknowledge(adt(), ack).split('\r')[2]).toBe('ERR||PID^1^3|101^Required field missing^HL70357|E||||')
  expect(acknowledge(adt('2.4'), ack).split('\r')[2]).toBe('ERR|PID^1^3^101&Required field missing&HL70357')
})

test('a text that could not be read is rejected with standard delimiters', () => {
  expect(acknowledge(undefined, { code: 'AR', controlId: 'K1', timestamp, text: 'no MSH' })).toBe(
    'MSH|^~\\&|||||20261005183000.005+0000||ACK|K1|P|2.5.1||||||UNICODE UTF-8\r' +
      'MSA|AR||no MSH\rERR|||207^Application internal error^HL70357|E||||no MSH\r',
  )
})

test('the answer speaks the delimiters of the message and reads back', () => {
  const answer = acknowledge(sent('MSH*:;!%*A*H*B*C***ADT:A08*77*P*2.6'), {
    code: 'AA',
    controlId: 'K*1',
    timestamp,
    text: 'a:b',
  })
  const back = sent(answer)
  expect([back.first('MSH')?.text(9, 2), back.first('MSH')?.text(10), back.first('MSA')?.text(2)]).toEqual([
    'A08',
    'K*1',
    '77',
  ])
  expect([back.first('MSA')?.text(3), back.first('MSH')?.text(5), back.first('MSH')?.text(18)]).toEqual([
    'a:b',
    'A',
    'UNICODE UTF-8',
  ])
})

test.each([
  ['2.1', 'ACK', undefined, 'no id', 'ERR|PID^1^3^207&'],
  ['2.2', 'ACK^A01', undefined, 'no id', 'ERR|PID^1^3^207&'],
  ['2.3', 'ACK^A01', 'UNICODE UTF-8', 'no id', 'ERR|PID^1^3^207&'],
  ['2.3.1', 'ACK^A01^ACK', 'UNICODE UTF-8', 'no id', 'ERR|PID^1^3^207&'],
  ['2.4', 'ACK^A01^ACK', 'UNICODE UTF-8', 'no id', 'ERR|PID^1^3^207&'],
  ['2.5', 'ACK^A01^ACK', 'UNICODE UTF-8', 'no id', 'ERR||PID^1^3|207^'],
  ['2.6', 'ACK^A01^ACK', 'UNICODE UTF-8', 'no id', 'ERR||PID^1^3|207^'],
  ['2.7.1', 'ACK^A01^ACK', 'UNICODE UTF-8', undefined, 'ERR||PID^1^3|207^'],
  ['2.8.2', 'ACK^A01^ACK', 'UNICODE UTF-8', undefined, 'ERR||PID^1^3|207^'],
  ['2.9', 'ACK^A01^ACK', 'UNICODE UTF-8', undefined, 'ERR||PID^1^3|207^'],
])('version %s is answered in its own form', (version, ...[type, charset, text, error]) => {
  const ack = { code: 'AE', controlId: 'K1', timestamp, text: 'no id', errorLocation: 'PID-3' } as const
  const answer = acknowledge(adt(version), ack)
  const back = sent(answer)
  expect(back.first('MSH')?.rawField(9)).toBe(type)
  expect([back.first('MSH')?.text(12), back.first('MSH')?.text(18)]).toEqual([version, charset])
  expect(back.first('MSA')?.text(3)).toBe(text)
  expect(answer).toContain(`\r${error}`)
})

test('the answer to a message of the enhanced mode asks for no answer', () => {
  const message = sent('MSH|^~\\&|A|H|B|C|||ADT^A01|1|P|2.5|||AL|NE\rPID|1')
  const answer = sent(acknowledge(message, { code: 'CA', controlId: 'K1', timestamp }))
  expect([answer.first('MSH')?.text(15), answer.first('MSH')?.text(16)]).toEqual(['NE', 'NE'])
  expect([answer.first('MSA')?.text(1), answer.first('ERR')]).toEqual(['CA', undefined])
})
