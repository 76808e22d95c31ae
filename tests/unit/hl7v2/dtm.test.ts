import { expect, test } from 'vitest'
import { dtmPrecision, dtmToDate, dtmToDateTime, dtmToInstant, zoneRule } from '../../../src/hl7v2/dtm.ts'
import { readMessage } from '../../../src/hl7v2/read-message.ts'

const newYork = { timeZone: 'America/New_York' }
const value = (result: ReturnType<typeof dtmToDate>): string =>
  result.ok ? result.value : result.failure.code

test.each([
  ['2026', '2026', '2026', '2026-01-01T05:00:00.000Z', 'year'],
  ['202607', '2026-07', '2026-07', '2026-07-01T04:00:00.000Z', 'month'],
  ['20260314', '2026-03-14', '2026-03-14', '2026-03-14T04:00:00.000Z', 'day'],
  ['2026031408', '2026-03-14T08:00:00-04:00', '2026-03-14', '2026-03-14T12:00:00.000Z', 'hour'],
  ['202603140830', '2026-03-14T08:30:00-04:00', '2026-03-14', '2026-03-14T12:30:00.000Z', 'minute'],
  ['20260314083015', '2026-03-14T08:30:15-04:00', '2026-03-14', '2026-03-14T12:30:15.000Z', 'second'],
  ['20260314083015.1', '2026-03-14T08:30:15.1-04:00', '2026-03-14', '2026-03-14T12:30:15.100Z', 'fraction'],
  [
    '20260314083015.1239',
    '2026-03-14T08:30:15.1239-04:00',
    '2026-03-14',
    '2026-03-14T12:30:15.123Z',
    'fraction',
  ],
  [
    '20260314083015.12+0530',
    '2026-03-14T08:30:15.12+05:30',
    '2026-03-14',
    '2026-03-14T03:00:15.120Z',
    'fraction',
  ],
  ['20261231233000-0500', '2026-12-31T23:30:00-05:00', '2026-12-31', '2027-01-01T04:30:00.000Z', 'second'],
  ['20240301003000+0100', '2024-03-01T00:30:00+01:00', '2024-03-01', '2024-02-29T23:30:00.000Z', 'second'],
  ['20260314-0500', '2026-03-14', '2026-03-14', '2026-03-14T05:00:00.000Z', 'day'],
  ['20260314083000-0000', '2026-03-14T08:30:00+00:00', '2026-03-14', '2026-03-14T08:30:00.000Z', 'second'],
  ['202612312400', '2027-01-01T00:00:00-05:00', '2026-12-31', '2027-01-01T05:00:00.000Z', 'minute'],
  [
    '20240228240000.00+0100',
    '2024-02-29T00:00:00.00+01:00',
    '2024-02-28',
    '2024-02-28T23:00:00.000Z',
    'fraction',
  ],
  ['2026031424', '2026-03-15T00:00:00-04:00', '2026-03-14', '2026-03-15T04:00:00.000Z', 'hour'],
  ['20240229', '2024-02-29', '2024-02-29', '2024-02-29T05:00:00.000Z', 'day'],
])('%s keeps its precision', (text, ...expected) => {
  const [dateTime, instant] = [dtmToDateTime(text, newYork), dtmToInstant(text, newYork)]
  expect([value(dateTime), value(dtmToDate(text)), value(instant), dtmPrecision(text)]).toEqual(expected)
})

test.each([
  '',
  '""',
  'garbage',
  '1013-11-13',
  '10131113',
  '17991231',
  '20241345',
  '20260230',
  '20230229',
  '19000229',
  '20260431',
  '20260100',
  '20260001',
  '00000101',
  '202',
  '20263',
  '2026031',
  '202603142',
  '2026031425',
  '202603142401',
  '20260314240001',
  '20260314240000.1',
  '202603140860',
  '20260314083060',
  '20260314083015.',
  '202603140830.1',
  '20260314083000Z',
  '20260314083000+1500',
  '20260314083000-1401',
  '20260314083000+0560',
  '20260314083000-05',
  ' 20260314',
  '２０２６',
])('%j is refused as a value, without showing it', text => {
  for (const result of [dtmToDateTime(text, newYork), dtmToDate(text), dtmToInstant(text, newYork)]) {
    expect(result).toMatchObject({ ok: false, failure: { code: 'dtm-invalid' } })
  }
  expect(dtmPrecision(text)).toBeUndefined()
})

test("the order of zones is: the value's own offset, MSH-7's, the source's", () => {
  const rule = { messageOffset: '+02:00', timeZone: 'America/New_York' }
  expect(value(dtmToDateTime('202603140830-0300', rule))).toBe('2026-03-14T08:30:00-03:00')
  expect(value(dtmToDateTime('202603140830', rule))).toBe('2026-03-14T08:30:00+02:00')
  expect(value(dtmToDateTime('202603140830', newYork))).toBe('2026-03-14T08:30:00-04:00')
})

test("a message's rule takes the offset of MSH-7 where it has one", () => {
  const rule = (time: string) => {
    const message = readMessage(`MSH|^~\\&|A|B|C|D|${time}||ADT^A01`)
    return message.ok && zoneRule(message.value, 'Europe/Berlin')
  }
  expect(rule('20260314083000+0100')).toEqual({ messageOffset: '+01:00', timeZone: 'Europe/Berlin' })
  expect([rule('20260314083000'), rule('nonsense'), rule('""')]).toEqual(
    Array.from({ length: 3 }, () => ({ timeZone: 'Europe/Berlin' })),
  )
})

test('a time that the clocks skipped moves forward, one that came twice is the first', () => {
  expect(value(dtmToDateTime('20260308023000', newYork))).toBe('2026-03-08T03:30:00-04:00')
  expect(value(dtmToInstant('20260308023000', newYork))).toBe('2026-03-08T07:30:00.000Z')
  expect(value(dtmToDateTime('20261101013000.5', newYork))).toBe('2026-11-01T01:30:00.5-04:00')
  expect(value(dtmToInstant('20261101013000', newYork))).toBe('2026-11-01T05:30:00.000Z')
})

test('an instant outside the years 1 to 9999 is refused', () => {
  expect(value(dtmToInstant('99991231233000-0500', newYork))).toBe('dtm-invalid')
  expect(value(dtmToInstant('00010101003000+0500', newYork))).toBe('dtm-invalid')
})

/** Skipped and repeated wall-clock times of zones whose clocks do it differently, by the tz database. */
test.each([
  ['America/New_York', '20260308023000', '2026-03-08T03:30:00-04:00', 'skipped'],
  ['America/New_York', '20261101013000', '2026-11-01T01:30:00-04:00', 'repeated'],
  ['America/Los_Angeles', '20260308020000', '2026-03-08T03:00:00-07:00', 'skipped'],
  ['America/Phoenix', '20260308023000', '2026-03-08T02:30:00-07:00', 'never skipped'],
  ['America/Sao_Paulo', '20181104003000', '2018-11-04T01:30:00-02:00', 'skipped at midnight'],
  ['America/Sao_Paulo', '20260201003000', '2026-02-01T00:30:00-03:00', 'without summer time since 2019'],
  ['Europe/Rome', '20260329023000', '2026-03-29T03:30:00+02:00', 'skipped'],
  ['Europe/Rome', '20261025023000', '2026-10-25T02:30:00+02:00', 'repeated'],
  ['Europe/Lisbon', '20260329013000', '2026-03-29T02:30:00+01:00', 'skipped'],
  ['Europe/Lisbon', '20261025013000', '2026-10-25T01:30:00+01:00', 'repeated'],
  ['Europe/Dublin', '20261025013000', '2026-10-25T01:30:00+01:00', 'repeated with summer time as standard'],
  ['Australia/Lord_Howe', '20261004021500', '2026-10-04T02:45:00+11:00', 'skipped by half an hour'],
  ['Australia/Lord_Howe', '20260405014500', '2026-04-05T01:45:00+11:00', 'repeated by half an hour'],
  ['Asia/Kathmandu', '20260314120000', '2026-03-14T12:00:00+05:45', 'at an offset of quarters'],
  ['Pacific/Apia', '20111230100000', '2011-12-31T10:00:00+14:00', 'on a day that was skipped'],
  ['UTC', '20260308023000', '2026-03-08T02:30:00+00:00', 'never skipped'],
])('in %s %s is %s (%s)', (timeZone, text, expected) => {
  expect(value(dtmToDateTime(text, { timeZone }))).toBe(expected)
  expect(value(dtmToDateTime(text, { timeZone, messageOffset: '-03:30' }))).toMatch(/-03:30$/)
  expect(value(dtmToDateTime(`${text}+0400`, { timeZone, messageOffset: '-03:30' }))).toMatch(/\+04:00$/)
})
