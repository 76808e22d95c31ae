import { expect, test } from 'vitest'
import { parseJson } from '../../../src/lib/json.ts'

test.each([
  '{"a":1.50}',
  '{"a":[0.10,-3.0]}',
  '{"a":12345678901234567890}',
  '{"a":0.1234567890123456789}',
  '{"a":-1e3}',
  '{"a":{"b":[1,9007199254740993 ]}}',
  '{"system":"urn:oid:1.2.36.146.595.217.0.1","value":1.50}',
  '{"text":":1234567890123456","value":2.0}',
])('%s is printed with the digits it was read with', text => {
  expect(JSON.stringify(parseJson(text))).toBe(text.replaceAll(' ', ''))
})

test('an OID is a text like any other', () => {
  expect(parseJson('{"system":"urn:oid:1.2.36.146.595.217.0.1","n":1}')).toEqual({
    system: 'urn:oid:1.2.36.146.595.217.0.1',
    n: 1,
  })
})
