import { expect, test } from 'vitest'
import { acksOf } from '../../../../src/commands/ingest-adt/acks-of.ts'
import type { Outcome } from '../../../../src/commands/ports/store.ts'

const timestamp = '2026-10-05T18:30:00.000Z'
const header = (accept = '', application = ''): Buffer =>
  Buffer.from(`MSH|^~\\&|A|H|B|C|20261005||ADT^A01|C1|P|2.5|||${accept}|${application}\rPID|1`)

const verdict = (outcome: Outcome, reason?: string, raw = header()) => ({
  outcome,
  raw,
  inboxId: 'i1',
  ...(reason !== undefined && { reason }),
})
type Taken = Parameters<typeof acksOf>[0]
const codes = (taken: Taken, mode: 'original' | 'as-asked' = 'as-asked'): readonly string[] =>
  acksOf(taken, { timestamp, mode }).map(ack => ack.split('\r')[1]?.split('|')[1] ?? '')
const refused = (code: string, raw = header()): Taken => ({
  raw,
  failure: { kind: 'too-large', code, message: 'too large' },
})

test.each([
  ['applied', undefined, 'AA'],
  ['duplicate', undefined, 'AA'],
  ['no-change', undefined, 'AA'],
  ['ignored', 'event-not-mapped:MSH-9', 'AA'],
  ['parked', undefined, 'AA'],
  ['dead-letter', 'adt-patient-identifier-missing:PID-3', 'AE'],
  ['dead-letter', 'version-unsupported:MSH-12', 'AR'],
  ['dead-letter', 'test-message-refused:MSH-11', 'AR'],
] as const)('%s for %s is %s in the original mode', (outcome, reason, code) => {
  expect(codes(verdict(outcome, reason))).toEqual([code])
})

test('what was refused or is not durable is rejected', () => {
  expect(codes(refused('message-too-large'))).toEqual(['AR'])
  expect(
    codes({ raw: Buffer.from('hello'), failure: { kind: 'invalid', code: 'msh-missing', message: '' } }),
  ).toEqual(['AR'])
  expect(codes(refused('store-unavailable', header('AL', 'AL')))).toEqual(['CE'])
})

const good = verdict('applied')
const dead = verdict('dead-letter', 'adt-patient-missing:PID')
const version = verdict('dead-letter', 'version-unsupported:MSH-12')
test.each([
  ['AL', 'AL', ['CA', 'AA'], ['CA', 'AE'], ['CR']],
  ['AL', 'NE', ['CA'], ['CA'], ['CR']],
  ['NE', 'AL', ['AA'], ['AE'], []],
  ['NE', 'NE', [], [], []],
  ['ER', 'ER', [], ['AE'], ['CR']],
  ['SU', 'SU', ['CA', 'AA'], ['CA'], []],
  ['AL', '', ['CA'], ['CA'], ['CR']],
  ['', 'AL', ['AA'], ['AE'], []],
  ['al', 'er', ['CA'], ['CA', 'AE'], ['CR']],
] as const)('MSH-15 %s and MSH-16 %s get what table 0155 says', (accept, application, ...expected) => {
  const raw = header(accept, application)
  expect([good, dead, version].map(taken => codes({ ...taken, raw }))).toEqual(expected)
  expect(codes({ ...good, raw }, 'original')).toEqual(['AA'])
})

test('an answer names the message, and where and what is wrong, in HL7 words', () => {
  const [ack = ''] = acksOf(verdict('dead-letter', 'adt-patient-identifier-missing:PID-3'), {
    timestamp,
    mode: 'original',
  })
  expect(ack.split('\r').slice(1, 3)).toEqual([
    'MSA|AE|C1|dead-letter adt-patient-identifier-missing',
    'ERR||PID^1^3|101^Required field missing^HL70357|E||||dead-letter adt-patient-identifier-missing',
  ])
})

test('two answers to one message have ids of their own', () => {
  const acks = acksOf(verdict('applied', undefined, header('AL', 'AL')), { timestamp, mode: 'as-asked' })
  expect(new Set(acks.map(ack => ack.split('|')[9])).size).toBe(2)
})

test('names in a character set of their own come back as they are', () => {
  const raw = Buffer.from('MSH|^~\\&|Klinikum Süd|H|B|C|||ADT^A01|C1|P|2.5||||||8859/1\rPID|1', 'latin1')
  expect(acksOf(verdict('applied', undefined, raw), { timestamp, mode: 'original' })[0]).toContain(
    '|Klinikum Süd|',
  )
})

test('a message that is too long to be read gets its control id back; one of another name gets none', () => {
  const raw = Buffer.concat([header(), Buffer.from(`|${'x'.repeat(1024 * 1024)}`)])
  const asked = (controlId: string) =>
    acksOf(
      { ...verdict('dead-letter', 'message-too-large', raw), controlId },
      { timestamp, mode: 'original' },
    )[0]
  expect(asked('C1')).toContain('\rMSA|AE|C1|dead-letter message-too-large\r')
  expect(asked('of-the-content')).toContain('\rMSA|AE||')
})
