import { describe, expect, test } from 'vitest'
import {
  BEGINNING_MS,
  dateInterval,
  END_MS,
  periodInterval,
} from '../../../../src/fhir/search/date-interval.ts'

const span = (text: string) => {
  const interval = dateInterval(text)
  return interval && [new Date(interval.lowMs).toISOString(), new Date(interval.highMs).toISOString()]
}

describe('the interval of a date', () => {
  test.each([
    ['2026', '2026-01-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-02', '2026-02-01T00:00:00.000Z', '2026-03-01T00:00:00.000Z'],
    ['2024-02', '2024-02-01T00:00:00.000Z', '2024-03-01T00:00:00.000Z'],
    ['2026-12', '2026-12-01T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-12-31', '2026-12-31T00:00:00.000Z', '2027-01-01T00:00:00.000Z'],
    ['2026-03-14T10:15', '2026-03-14T10:15:00.000Z', '2026-03-14T10:16:00.000Z'],
    ['2026-03-14T10:15:30Z', '2026-03-14T10:15:30.000Z', '2026-03-14T10:15:31.000Z'],
    ['2026-03-14T10:15:30.5Z', '2026-03-14T10:15:30.500Z', '2026-03-14T10:15:30.600Z'],
    ['2026-03-14T10:15:30.123Z', '2026-03-14T10:15:30.123Z', '2026-03-14T10:15:30.124Z'],
    ['2026-03-14T10:15:30.123456Z', '2026-03-14T10:15:30.123Z', '2026-03-14T10:15:30.124Z'],
    ['2026-03-14T00:15:00+02:00', '2026-03-13T22:15:00.000Z', '2026-03-13T22:15:01.000Z'],
    ['2026-03-14T23:15:00-05:30', '2026-03-15T04:45:00.000Z', '2026-03-15T04:45:01.000Z'],
    ['1900-02', '1900-02-01T00:00:00.000Z', '1900-03-01T00:00:00.000Z'],
  ])('%s is from %s to before %s', (text, low, high) => expect(span(text)).toEqual([low, high]))

  test.each([
    '2026-13',
    '2026-00',
    '2026-02-29',
    '2026-04-31',
    '2026-1',
    '26',
    '2026-03-14T24:00',
    '2026-03-14T10',
    '2026-03-14T10:60',
    '0000',
    'x',
    '',
    '2026-03-14T10:15:00+15:00',
  ])('%s is no date', text => expect(dateInterval(text)).toBeUndefined())
})

test('a Period without an end or a start is open there', () => {
  expect(periodInterval({ start: '2026' })?.highMs).toBe(END_MS)
  expect(periodInterval({ end: '2026' })?.lowMs).toBe(BEGINNING_MS)
  expect(periodInterval({})).toBeUndefined()
  expect(periodInterval({ start: 'x', end: '2026' })).toBeUndefined()
})
