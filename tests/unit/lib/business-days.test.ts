import { describe, expect, it } from 'vitest'
import {
  addBusinessDays,
  businessDaysBefore,
  isBusinessDay,
  skippedDays,
} from '../../../src/lib/business-days.ts'
import { holidayCalendar, type CalendarName } from '../../../src/lib/holiday-calendars.ts'

const federal = holidayCalendar('us-federal')
const never = { isHoliday: () => false }

describe('business days', () => {
  it.each([
    ['2026-10-10', 2, '2026-10-14'],
    ['2026-11-20', 2, '2026-11-24'],
    ['2026-11-25', 2, '2026-11-30'],
    ['2026-12-23', 2, '2026-12-28'],
    ['2026-12-31', 2, '2027-01-05'],
    ['2026-10-10', 1, '2026-10-13'],
  ])('from %s, %i of them end on %s (federal calendar)', (from, count, end) => {
    expect(addBusinessDays(from, count, federal)).toBe(end)
  })

  it('leave out Saturdays and Sundays', () => {
    expect(addBusinessDays('2026-10-02', 1, never)).toBe('2026-10-05')
    expect(addBusinessDays('2026-10-05', 5, never)).toBe('2026-10-12')
    expect(
      ['2026-10-02', '2026-10-03', '2026-10-04', '2026-10-05'].map(day => isBusinessDay(day, never)),
    ).toEqual([true, false, false, true])
  })

  it('none of them end on the day itself, whatever day it is', () => {
    expect(addBusinessDays('2026-10-10', 0, federal)).toBe('2026-10-10')
  })
})

describe('business days back', () => {
  it.each([
    ['2026-10-28', 2, '2026-10-26'],
    ['2026-10-27', 2, '2026-10-23'],
    ['2026-10-13', 1, '2026-10-09'],
    ['2027-02-04', 5, '2027-01-28'],
    ['2026-10-24', 0, '2026-10-24'],
  ])('from %s, %i of them, lead to %s', (day, count, expected) => {
    expect(businessDaysBefore(day, count, federal)).toBe(expected)
  })

  it('tell what they passed over', () => {
    expect(skippedDays('2026-10-13', 1, federal, -1)).toEqual(['2026-10-12', '2026-10-11', '2026-10-10'])
  })
})

describe('the calendar', () => {
  it('us-federal has the holidays of 2026 as the Office of Personnel Management lists them', () => {
    const listed = [
      ...['2026-01-01', '2026-01-19', '2026-02-16', '2026-05-25', '2026-06-19', '2026-07-03'],
      ...['2026-09-07', '2026-10-12', '2026-11-11', '2026-11-26', '2026-12-25'],
    ]
    const weekdays = daysOf(2026).filter(day => federal.isHoliday(day) && isBusinessDay(day, never))
    expect(weekdays).toEqual(listed)
  })

  it('us-federal observes a New Year that falls on a Saturday in the year before', () => {
    expect(federal.isHoliday('2021-12-31')).toBe(true)
    expect(federal.isHoliday('2026-12-31')).toBe(false)
  })

  it.each<[CalendarName, readonly string[]]>([
    ['it', ['2026-04-25', '2026-06-02', '2026-08-15', '2026-04-06']],
    ['pt', ['2026-04-25', '2026-06-10', '2026-10-05', '2026-04-03']],
    ['br', ['2026-04-21', '2026-09-07', '2026-10-12', '2026-11-20']],
  ])('%s has its own national holidays', (name, days) => {
    const calendar = holidayCalendar(name)
    expect(days.filter(day => !calendar.isHoliday(day))).toEqual([])
    expect(calendar.isHoliday('2026-11-26')).toBe(false)
  })
})

const daysOf = (year: number): readonly string[] =>
  Array.from({ length: 365 }, (_, i) => new Date(Date.UTC(year, 0, 1 + i)).toISOString().slice(0, 10))
