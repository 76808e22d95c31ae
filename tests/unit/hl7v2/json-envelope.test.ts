import { expect, test } from 'vitest'
import { enveloped } from '../../../src/hl7v2/json-envelope.ts'

const envelopeTexts = (value: unknown, pointers: readonly string[]) => enveloped(value, pointers).contents

test('pointers are followed by RFC 6901, through objects and arrays, with ~0 and ~1 undone in that order', () => {
  const envelope = { 'a~b': 'tilde', 'a/b': 'slash', 'a~1b': 'both', list: [{ text: 'in a list' }] }
  expect(envelopeTexts(envelope, ['/a~0b', '/a~1b', '/a~01b', '/list/0/text'])).toEqual([
    'tilde',
    'slash',
    'both',
    'in a list',
  ])
})

test('only own properties that are objects, or texts and not blank, count', () => {
  const envelope = { blank: ' ', number: 1, none: null, list: 7 }
  expect(
    envelopeTexts(envelope, [
      '/blank',
      '/number',
      '/none',
      '/list',
      '/absent',
      '/none/x',
      '/constructor/name',
    ]),
  ).toEqual([])
  expect(envelopeTexts(null, ['/data'])).toEqual([])
})
