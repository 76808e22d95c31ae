import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateInterval } from '../../../src/fhir/search/date-interval.ts'

const pad = (value: number, length = 2): string => String(value).padStart(length, '0')

test('the days of a month fill its interval without a gap, in every year', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 9999 }), fc.integer({ min: 1, max: 12 }), (year, month) => {
      const prefix = `${pad(year, 4)}-${pad(month)}`
      const whole = dateInterval(prefix)
      const days = Array.from({ length: 31 }, (_, day) => dateInterval(`${prefix}-${pad(day + 1)}`)).filter(
        day => day !== undefined,
      )
      expect(days[0]?.lowMs).toBe(whole?.lowMs)
      expect(days.at(-1)?.highMs).toBe(whole?.highMs)
      days.slice(1).forEach((day, index) => expect(day.lowMs).toBe(days[index]?.highMs))
    }),
  )
})

test('an instant is where the platform says it is', () => {
  const instants = fc.date({
    min: new Date('0001-01-01T00:00:00Z'),
    max: new Date('9999-12-31T00:00:00Z'),
    noInvalidDate: true,
  })
  fc.assert(
    fc.property(instants, fc.integer({ min: -14 * 60, max: 14 * 60 }), (date, offsetMinutes) => {
      const local = new Date(date.getTime() + offsetMinutes * 60_000)
      fc.pre(local.getUTCFullYear() >= 1 && local.getUTCFullYear() <= 9999)
      const zone = `${offsetMinutes < 0 ? '-' : '+'}${pad(Math.floor(Math.abs(offsetMinutes) / 60))}:${pad(Math.abs(offsetMinutes) % 60)}`
      const text = local.toISOString().replace('Z', zone)
      expect(dateInterval(text)).toEqual({ lowMs: date.getTime(), highMs: date.getTime() + 1 })
    }),
  )
})
