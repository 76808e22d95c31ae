import { expect, test } from 'vitest'
import { readResource } from '../../../src/fhir/read-json.ts'

const codeOf = (text: string): string => {
  const read = readResource(text)
  return read.ok ? 'taken' : read.failure.code
}

test('a property that stands twice in one object is refused at any depth, in any spelling', () => {
  expect(codeOf('{"resourceType":"Patient","gender":"male","gender":"female"}')).toBe('json-duplicate-key')
  expect(codeOf('{"resourceType":"Patient","name":[{"family":"A"},{"family":"B","family":"B"}]}')).toBe(
    'json-duplicate-key',
  )
  expect(codeOf(String.raw`{"resourceType":"Patient","gender":"male","g\u0065nder":"male"}`)).toBe(
    'json-duplicate-key',
  )
})

test('one name in several objects, colons in texts and decimals with their digits are taken', () => {
  const text = String.raw`{"resourceType":"Observation","a":{"x":1.50,"y":[{"x":"b: \"c\":"},{"x":2e3}]},"b":{"x":{}},"c:d":null}`
  expect(codeOf(text)).toBe('taken')
})

test('half of a surrogate pair is refused, and the failure names the element; a whole pair is taken', () => {
  const refused = (text: string): unknown => {
    const read = readResource(text)
    return read.ok ? 'taken' : [read.failure.kind, read.failure.code, read.failure.expression]
  }
  const named = (family: string): string =>
    `{"resourceType":"Patient","name":[{"family":"A"},{"family":"${family}"}]}`
  for (const half of ['\\ud800', '\\uDC00x', '\\uD83D\\u0041'])
    expect(refused(named(half)), half).toEqual(['invalid', 'json-malformed', 'Patient.name[1].family'])
  expect(refused('{"resourceType":"Patient","contact":[{"x\\ud800":"a"}]}')).toEqual([
    'invalid',
    'json-malformed',
    'Patient.contact[0]',
  ])
  expect(refused(named('\\ud83d\\ude00'))).toBe('taken')
})
