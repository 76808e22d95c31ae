import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { standardDelimiters, type Delimiters } from '../../../src/hl7v2/delimiters.ts'
import { dtmToDate, dtmToDateTime, dtmToInstant } from '../../../src/hl7v2/dtm.ts'
import { escapeText, unescapeText } from '../../../src/hl7v2/escapes.ts'
import { readPayload } from '../../../src/hl7v2/payload.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'
const runs = { numRuns: isLong ? 20_000 : 500 }

const among = (characters: string) => fc.constantFrom(...characters.split(''))

/** Everything a text may hold except the control characters that FHIR has no place for. */
const plainText = fc
  .string({
    unit: fc.oneof(
      among('|^~\\&"\r\n\t.XFSTREHNPZ0A#'),
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
    ),
  })
  // oxlint-disable-next-line no-control-regex -- these are the characters to leave out
  .map(text => text.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFD\uFEFF]/g, '').toWellFormed())

const delimiters = fc
  .uniqueArray(among("|^~\\&#!$%*+,-./:;<=>?@[]_`{}'"), { minLength: 5, maxLength: 5 })
  .map(([field = '', component = '', repetition = '', escape = '', subcomponent = '']): Delimiters => ({
    field,
    component,
    repetition,
    escape,
    subcomponent,
  }))

/** Reads everything there is to read. */
function readAll(bytes: Buffer): number {
  const payload = readPayload(bytes)
  if (!payload.ok) return 0
  const results = payload.value.map(({ text }) => readMessage(text))
  return results.reduce((count, result) => {
    if (!result.ok) return count
    for (const segment of result.value.segments) {
      for (let field = 0; field < 12; field += 1) {
        segment.text(field)
        segment.text(field, 2, 2)
        segment.repetitions(field).forEach(repetition => repetition.text(3))
      }
    }
    return count + 1
  }, 0)
}

test('unescaping what was escaped gives the text back, under any delimiters', () => {
  fc.assert(
    fc.property(plainText, delimiters, (text, own) => {
      expect(unescapeText(escapeText(text, own), own)).toBe(text)
    }),
    runs,
  )
})

test('escaped text holds no delimiter but the escape character', () => {
  fc.assert(
    fc.property(plainText, delimiters, (text, own) => {
      const bare = escapeText(text, own)
      expect(
        [own.field, own.component, own.repetition, own.subcomponent, '\r', '\n'].some(mark =>
          bare.includes(mark),
        ),
      ).toBe(false)
    }),
    runs,
  )
})

test('a message built of escaped texts is read back field by field, repetition by repetition, under any delimiters', () => {
  const value = plainText.map(text => text.trim()).filter(text => text !== '')
  const field = fc.array(fc.array(value, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 })
  fc.assert(
    fc.property(fc.array(field, { minLength: 1, maxLength: 5 }), delimiters, (fields, own) => {
      const written = fields.map(repetitions =>
        repetitions
          .map(parts => parts.map(part => escapeText(part, own)).join(own.component))
          .join(own.repetition),
      )
      const encoding = own.component + own.repetition + own.escape + own.subcomponent
      const message = readMessage(`MSH${own.field}${encoding}\rZZZ${own.field}${written.join(own.field)}`)
      const segment = message.ok ? message.value.first('ZZZ') : undefined
      const back = fields.map((repetitions, at) =>
        repetitions.map((parts, nth) =>
          parts.map((_, part) => segment?.repetitions(at + 1)[nth]?.text(part + 1)),
        ),
      )
      expect(back).toEqual(fields)
      expect(fields.map((_, at) => segment?.rawField(at + 1))).toEqual(written)
    }),
    runs,
  )
})

test('unescaping never fails and never makes the text longer than the longest command allows', () => {
  fc.assert(
    fc.property(fc.string({ unit: among('\\FSTREXCMZP.brsp0123456789Aa +-') }), text => {
      expect(unescapeText(text, standardDelimiters).length).toBeLessThanOrEqual(text.length * 3)
    }),
    runs,
  )
})

test('no bytes make the reader throw', () => {
  const head = fc.constantFrom(
    '',
    'MSH|^~\\&|',
    'BHS|^~\\&\rMSH|^~\\&|',
    '\u001f\u008b\u0008',
    '{"data":"',
    '\u000bMSH|',
    'TVNI',
    '\u00ff\u00fe',
  )
  const bytes = fc
    .tuple(head, fc.uint8Array({ maxLength: 200 }))
    .map(([start, rest]) => Buffer.concat([Buffer.from(start, 'latin1'), rest]))
  fc.assert(
    fc.property(bytes, value => {
      expect(readAll(value)).toBeGreaterThanOrEqual(0)
    }),
    runs,
  )
})

const folder = join(process.env['CASEWIRE_DATA'] ?? '../shared/data', 'adt-corpus')
if (!existsSync(folder))
  throw new Error(`The public ADT corpus is missing at ${folder}: set CASEWIRE_DATA to the data folder`)
const corpus = readdirSync(folder)
  .filter(name => name.endsWith('.hl7'))
  .map(name => readFileSync(join(folder, name)))

test('no mutation of a real message makes the reader throw', () => {
  const mutation = fc.tuple(fc.nat(), fc.nat({ max: 3 }), fc.uint8Array({ minLength: 1, maxLength: 4 }))
  fc.assert(
    fc.property(
      fc.constantFrom(...corpus),
      fc.array(mutation, { minLength: 1, maxLength: 8 }),
      (bytes, mutations) => {
        const mutated = mutations.reduce<Buffer>((now, [place, removed, added]) => {
          const at = place % (now.length + 1)
          return Buffer.concat([now.subarray(0, at), added, now.subarray(at + removed)])
        }, bytes)
        expect(readAll(mutated)).toBeGreaterThanOrEqual(0)
      },
    ),
    runs,
  )
})

test('each message of a batch is the one that was put in', () => {
  fc.assert(
    fc.property(
      fc.array(plainText, { minLength: 1, maxLength: 6 }),
      fc.constantFrom('\r', '\n', '\r\n'),
      (fields, end) => {
        const messages = fields.map(field => ['MSH|^~\\&|A', `PID|1||${escapeText(field)}|E`].join(end))
        const batch = ['BHS|^~\\&', ...messages, `BTS|${messages.length}`, ''].join(end)
        const payload = readPayload(Buffer.from(batch))
        expect(
          payload.ok && payload.value.map(({ text, raw, warnings }) => [text, raw.toString(), warnings]),
        ).toEqual(messages.map(text => [text, text, []]))
      },
    ),
    runs,
  )
})

const FHIR_DATE_TIME =
  /^([0-9]([0-9]([0-9][1-9]|[1-9]0)|[1-9]00)|[1-9]000)(-(0[1-9]|1[0-2])(-(0[1-9]|[1-2][0-9]|3[0-1])(T([01][0-9]|2[0-3]):[0-5][0-9]:([0-5][0-9]|60)(\.[0-9]+)?(Z|(\+|-)((0[0-9]|1[0-3]):[0-5][0-9]|14:00)))?)?)?$/

test('whatever a DTM holds, the outcome is FHIR text or a failure, and all three conversions agree on which', () => {
  const digits = fc.string({ unit: among('0123456789'), minLength: 0, maxLength: 14 })
  const plausible = fc
    .tuple(
      fc.integer({ min: 1900, max: 2100 }),
      digits,
      fc.constantFrom('', '.1', '.1234'),
      fc.constantFrom('', '+0000', '-0500', '+1400', '+9900'),
    )
    .map(([year, rest, fraction, offset]) => `${year}${rest}${fraction}${offset}`)
  const zone = { timeZone: 'Europe/Rome' }
  fc.assert(
    fc.property(fc.oneof(plausible, fc.string()), text => {
      const [dateTime, date, instant] = [dtmToDateTime(text, zone), dtmToDate(text), dtmToInstant(text, zone)]
      expect([date.ok, instant.ok]).toEqual([dateTime.ok, dateTime.ok])
      if (!dateTime.ok || !date.ok || !instant.ok) return
      expect(dateTime.value).toMatch(FHIR_DATE_TIME)
      expect(date.value).toMatch(/^\d{4}(-\d\d){0,2}$/)
      expect(instant.value).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/)
      if (dateTime.value.includes('T')) expect(Date.parse(dateTime.value)).toBe(Date.parse(instant.value))
    }),
    runs,
  )
})
