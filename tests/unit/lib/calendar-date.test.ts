import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  addDays,
  dateInWords,
  dateOf,
  dayNumber,
  daysBetween,
  weekdayOf,
} from '../../../src/lib/calendar-date.ts'

describe('a calendar date', () => {
  it('has the day number that the platform counts, for every day of the years 1600 to 2400', () => {
    for (let day = -135_140; day < 157_054; day += 1) {
      const date = new Date(day * 86_400_000).toISOString().slice(0, 10)
      if (dayNumber(date) !== day || dateOf(day) !== date) expect.unreachable(`${date} is day ${day}`)
    }
  })

  it('has the weekday that the platform knows', () => {
    fc.assert(
      fc.property(fc.integer({ min: -100_000, max: 100_000 }), day => {
        expect(weekdayOf(dateOf(day))).toBe(new Date(day * 86_400_000).getUTCDay())
      }),
    )
  })

  it('is counted over leap days and year ends', () => {
    expect(addDays('2028-02-28', 1)).toBe('2028-02-29')
    expect(addDays('2026-02-28', 1)).toBe('2026-03-01')
    expect(addDays('2027-01-01', -1)).toBe('2026-12-31')
    expect(daysBetween('2026-11-25', '2026-12-25')).toBe(30)
    expect(daysBetween('2026-12-25', '2026-11-25')).toBe(-30)
  })

  it('is written for people', () => {
    expect(dateInWords('2026-10-14')).toBe('Wednesday 14 October 2026')
    expect(dateInWords('2026-01-04')).toBe('Sunday 4 January 2026')
    expect(dateInWords('2026-12-05')).toBe('Saturday 5 December 2026')
  })
})
