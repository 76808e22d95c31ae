import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readMessage } from '../../../src/hl7v2/read-message.ts'
import { er7Leaf, writeMessage } from '../../../src/hl7v2/write-message.ts'

const MSH = { name: 'MSH', fields: { 9: [['ADT', 'A01']] } }

test('fields stand at their numbers, MSH counts its separator, and nothing trails', () => {
  expect(
    writeMessage([
      MSH,
      {
        name: 'PID',
        fields: { 3: [['1', '', '', ['H', '1.2', '']], undefined, ['2']], 5: [['A', '', '']], 7: undefined },
      },
      { name: 'EVN', fields: {} },
    ]),
  ).toBe('MSH|^~\\&|||||||ADT^A01\rPID|||1^^^H&1.2~2||A\rEVN\r')
})

test('null deletes, a text of two quotes does not', () => {
  expect(writeMessage([MSH, { name: 'PID', fields: { 5: null, 6: '""', 7: [['a', null]] } }])).toContain(
    'PID|||||""|\\X2222\\|a^""\r',
  )
})

test('a text that may hold escape sequences keeps them', () => {
  expect(er7Leaf('a\\T\\b|c^d~e&f\rg')).toEqual({ er7: 'a\\T\\b\\F\\c\\S\\d\\R\\e\\T\\f\\X0D\\g' })
  expect(er7Leaf(' "" ')).toBeNull()
})

test('what is written is read back, whatever the texts hold', () => {
  const text = fc
    .string({
      unit: fc.oneof(
        fc.constantFrom('|', '^', '~', '\\', '&', '"', '\r', '\n'),
        fc.string({ minLength: 1, maxLength: 1 }),
      ),
    })
    // oxlint-disable-next-line no-control-regex -- no FHIR text holds them
    .map(value => value.replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F]/g, '').trim())
    .filter(value => value !== '')
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.array(text, { minLength: 1, maxLength: 3 }), { minLength: 1, maxLength: 3 }), {
        minLength: 1,
        maxLength: 3,
      }),
      repetitions => {
        const read = readMessage(writeMessage([MSH, { name: 'ZZZ', fields: { 4: repetitions } }]))
        const found = read.ok ? read.value.first('ZZZ')?.repetitions(4) : undefined
        const back = repetitions.map((components, nth) =>
          components.map((parts, at) => parts.map((_part, part) => found?.[nth]?.text(at + 1, part + 1))),
        )
        expect(back).toEqual(repetitions)
      },
    ),
  )
})
