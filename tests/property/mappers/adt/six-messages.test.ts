import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { comparable, memory } from '../../../support/adt/memory.ts'

/** One visit from the emergency department to home, with a discharge taken back and the admission cancelled at last. */
const visit: readonly Er7[] = [
  { event: 'A04', id: 'S1', at: '20261001080000', pv1: { 2: 'E', 3: 'ED^1^A^VALLEY' } },
  { event: 'A01', id: 'S2', at: '20261001120000', pv1: { 3: 'ICU^1^A^VALLEY', 44: '20261001120000' } },
  { event: 'A02', id: 'S3', at: '20261003090000', pv1: { 3: 'MED^7^B^VALLEY' } },
  {
    event: 'A08',
    id: 'S4',
    at: '20261004100000',
    pv1: { 3: 'MED^7^B^VALLEY', 10: 'SUR' },
    pid: { 13: '5550000' },
  },
  {
    event: 'A03',
    id: 'S5',
    at: '20261005150000',
    pv1: { 3: 'MED^7^B^VALLEY', 36: '01', 45: '20261005150000' },
  },
  { event: 'A13', id: 'S6', at: '20261005170000', pv1: { 3: 'MED^7^B^VALLEY' } },
  {
    event: 'A03',
    id: 'S7',
    at: '20261006110000',
    pv1: { 3: 'MED^7^B^VALLEY', 36: '62', 45: '20261006110000' },
  },
  { event: 'A11', id: 'S8', at: '20261006120000', pv1: { 3: 'MED^7^B^VALLEY' } },
]

function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map(rest => [item, ...rest]))
}

function stateAfter(messages: readonly Er7[]): unknown {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return { resources: comparable(store.resources()), stays: store.stays() }
}

describe('the messages of one visit', () => {
  test('in each of the 720 orders of the first six end in one state', { timeout: 300_000 }, () => {
    const six = visit.slice(0, 6)
    const wanted = stateAfter(six)
    for (const order of orders(six))
      expect(stateAfter(order), order.map(({ id }) => id).join(' ')).toEqual(wanted)
  })

  test(
    'in any order of all eight, cancelled admission included, end in one state',
    { timeout: 300_000 },
    () => {
      const wanted = stateAfter(visit)
      fc.assert(
        fc.property(fc.shuffledSubarray([...visit], { minLength: visit.length }), order => {
          expect(stateAfter(order)).toEqual(wanted)
        }),
        { numRuns: process.env['CASEWIRE_LONG'] === '1' ? 5000 : 200 },
      )
    },
  )
})
