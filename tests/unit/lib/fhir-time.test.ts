import { describe, expect, it } from 'vitest'
import {
  endOfDay,
  laterOf,
  localDate,
  spanOf,
  startMsOf,
  withTime,
  zonedTextOf,
} from '../../../src/lib/fhir-time.ts'

const ZONE = 'America/New_York'
const ms = (text: string): number => Date.parse(text)

describe('the span of a FHIR time', () => {
  it.each([
    ['2026', '2026-01-01T00:00:00-05:00', '2026-12-31T23:59:59.999-05:00'],
    ['2026-02', '2026-02-01T00:00:00-05:00', '2026-02-28T23:59:59.999-05:00'],
    ['2026-12', '2026-12-01T00:00:00-05:00', '2026-12-31T23:59:59.999-05:00'],
    ['2026-03-08', '2026-03-08T00:00:00-05:00', '2026-03-08T23:59:59.999-04:00'],
    ['2026-10-05T18:30:00-04:00', '2026-10-05T18:30:00-04:00', '2026-10-05T18:30:00.999-04:00'],
    ['2026-10-05T18:30:00.25Z', '2026-10-05T18:30:00.250Z', '2026-10-05T18:30:00.250Z'],
    ['2026-10-05T18:30:00+05:30', '2026-10-05T13:00:00Z', '2026-10-05T13:00:00.999Z'],
  ])('%s is all that it leaves open', (text, start, end) => {
    expect(spanOf(text, ZONE)).toEqual({ startMs: ms(start), endMs: ms(end) })
  })

  it.each([
    '',
    'soon',
    '2026-13-01',
    '2026-02-30',
    '2026-10-05T24:00:00Z',
    '2026-10-05T18:30Z',
    '2026-10-05T18:60:00Z',
  ])('%j is none', text => {
    expect(spanOf(text, ZONE)).toBeUndefined()
    expect(startMsOf(text, ZONE)).toBeNaN()
  })
})

describe('an instant', () => {
  it('is shown as the clocks of a zone show it', () => {
    expect(zonedTextOf(ms('2026-10-05T22:30:00Z'), ZONE)).toBe('2026-10-05T18:30:00-04:00')
    expect(zonedTextOf(ms('2026-12-05T22:30:00Z'), ZONE)).toBe('2026-12-05T17:30:00-05:00')
    expect(zonedTextOf(ms('2026-10-05T22:30:00Z'), 'Asia/Kolkata')).toBe('2026-10-06T04:00:00+05:30')
    expect(zonedTextOf(ms('2026-10-05T22:30:00Z'), 'UTC')).toBe('2026-10-05T22:30:00+00:00')
    expect(zonedTextOf(ms('1969-12-31T23:00:00Z'), 'UTC')).toBe('1969-12-31T23:00:00+00:00')
  })

  it('is shown right on the days when the clocks change', () => {
    expect(zonedTextOf(ms('2026-11-01T05:59:59Z'), ZONE)).toBe('2026-11-01T01:59:59-04:00')
    expect(zonedTextOf(ms('2026-11-01T06:00:00Z'), ZONE)).toBe('2026-11-01T01:00:00-05:00')
    expect(zonedTextOf(ms('2026-03-08T06:59:59Z'), ZONE)).toBe('2026-03-08T01:59:59-05:00')
    expect(zonedTextOf(ms('2026-03-08T07:00:00Z'), ZONE)).toBe('2026-03-08T03:00:00-04:00')
  })

  it('is on the day of the zone', () => {
    expect(localDate(ms('2026-10-06T03:59:59Z'), ZONE)).toBe('2026-10-05')
    expect(localDate(ms('2026-10-06T04:00:00Z'), ZONE)).toBe('2026-10-06')
  })
})

describe('a day', () => {
  it('ends with the offset of that evening', () => {
    expect(endOfDay('2026-10-31', ZONE)).toBe('2026-10-31T23:59:59-04:00')
    expect(endOfDay('2026-11-01', ZONE)).toBe('2026-11-01T23:59:59-05:00')
  })

  it('gets the time of its start, what has a time keeps it', () => {
    expect(withTime('2026-10-05', ZONE)).toBe('2026-10-05T00:00:00-04:00')
    expect(withTime('2026-10-05T18:30:00Z', ZONE)).toBe('2026-10-05T18:30:00Z')
    expect(withTime('never', ZONE)).toBe('never')
  })
})

it('the later of two times is found across offsets', () => {
  expect(laterOf('2026-10-05T18:30:00-04:00', '2026-10-05T22:00:00Z')).toBe('2026-10-05T18:30:00-04:00')
  expect(laterOf('2026-10-05T18:30:00-04:00', '2026-10-05T23:00:00Z')).toBe('2026-10-05T23:00:00Z')
  expect(laterOf('2026-10-05T18:30:00-04:00', '2026-10-05T22:30:00Z')).toBe('2026-10-05T18:30:00-04:00')
})
