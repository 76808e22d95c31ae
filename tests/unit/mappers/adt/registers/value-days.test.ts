import { expect, test } from 'vitest'
import fc from 'fast-check'
import { dayTime, joinedDays } from '../../../../../src/mappers/adt/registers/value-days.ts'

const instants = fc
  .tuple(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 0, max: 86_399 }))
  .map(([day, second]) => dayTime(new Date(Date.UTC(2026, 9, day, 0, 0, second)).toISOString()))

test('of each day the first and the last time stay, in whatever order they were told', () => {
  fc.assert(
    fc.property(
      fc.array(instants, { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.nat()),
      (times, at) => {
        const order = times.map(time => ({ time, at: at.next().value ?? 0 })).toSorted((a, b) => a.at - b.at)
        const days = Map.groupBy(times.toSorted(), time => time.slice(0, 5))
        const kept = [...days.values()].flatMap(own => [...new Set([own[0], own.at(-1)])])
        expect(order.map(({ time }) => time).reduce(joinedDays)).toBe(kept.join(' '))
        expect(joinedDays(kept.join(' '), kept.join(' '))).toBe(kept.join(' '))
      },
    ),
  )
})
