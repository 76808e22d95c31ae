import { expect, test } from 'vitest'
import { utcInstant, zonedText } from '../../../src/lib/zone.ts'

test.each([
  ['America/New_York', '2026-03-08T01:59:59', '2026-03-08T01:59:59-05:00'],
  ['America/New_York', '2026-03-08T02:00:00', '2026-03-08T03:00:00-04:00'],
  ['America/New_York', '2026-03-08T02:59:59', '2026-03-08T03:59:59-04:00'],
  ['America/New_York', '2026-03-08T03:00:00', '2026-03-08T03:00:00-04:00'],
  ['America/New_York', '2026-11-01T00:59:59', '2026-11-01T00:59:59-04:00'],
  ['America/New_York', '2026-11-01T01:30:00', '2026-11-01T01:30:00-04:00'],
  ['America/New_York', '2026-11-01T02:00:00', '2026-11-01T02:00:00-05:00'],
  ['Europe/Berlin', '2026-03-29T02:15:00', '2026-03-29T03:15:00+02:00'],
  ['Europe/Berlin', '2026-10-25T02:15:00', '2026-10-25T02:15:00+02:00'],
  ['Australia/Lord_Howe', '2026-10-04T02:15:00', '2026-10-04T02:45:00+11:00'],
  ['Australia/Lord_Howe', '2026-10-04T02:45:00', '2026-10-04T02:45:00+11:00'],
  ['Australia/Lord_Howe', '2026-04-05T01:15:00', '2026-04-05T01:15:00+11:00'],
  ['Australia/Lord_Howe', '2026-04-05T01:45:00', '2026-04-05T01:45:00+11:00'],
  ['America/Sao_Paulo', '2018-11-04T00:00:00', '2018-11-04T01:00:00-02:00'],
  ['America/New_York', '1880-01-01T00:00:00', '1880-01-01T00:00:00-04:56'],
  ['Pacific/Chatham', '2026-09-27T02:30:00', '2026-09-27T02:30:00+12:45'],
  ['Pacific/Chatham', '2026-09-27T02:50:00', '2026-09-27T03:50:00+13:45'],
  ['Asia/Kolkata', '2026-01-01T12:00:00', '2026-01-01T12:00:00+05:30'],
  ['UTC', '2026-01-01T12:00:00', '2026-01-01T12:00:00+00:00'],
])(
  'in %s the wall clock %s is %s: a skipped time moves forward, a repeated one is the first',
  (timeZone, local, text) => {
    expect(zonedText(timeZone, local)).toBe(text)
    expect(zonedText(timeZone, local)).toBe(text)
  },
)

test.each([
  ['2026-03-14T08:30:00-04:00', '2026-03-14T12:30:00.000Z'],
  ['2026-12-31T23:30:00.5-01:00', '2027-01-01T00:30:00.500Z'],
  ['2000-03-01T00:00:00.12345+00:01', '2000-02-29T23:59:00.123Z'],
  ['0001-01-01T00:00:00+00:01', undefined],
  ['9999-12-31T23:59:00-00:01', undefined],
])('%s is %s in UTC', (text, instant) => {
  expect(utcInstant(text)).toBe(instant)
})
