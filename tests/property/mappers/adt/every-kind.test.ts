import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../../src/lib/json.ts'
import { triggers } from '../../../../src/mappers/adt/events/triggers.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { comparable, memory } from '../../../support/adt/memory.ts'

const isLong = process.env['CASEWIRE_LONG'] === '1'

const pv2 = (field: number, text: string): string => `PV2${'|'.repeat(field)}${text}`
const at = (day: number, hour = 12): string => `202610${String(day).padStart(2, '0')}${hour}0000`
const zbe = (id: string, day: number, rest: string): string => `ZBE|${id}|${at(day)}||${rest}`
const xray = { 11: 'XRAY^1^^VALLEY' }
const icu = { 3: 'ICU^7^B^VALLEY', 6: 'MED^101^A^VALLEY' }

/** Six messages of one visit each; together they tell every event that says something of a visit. */
const stories: Readonly<Record<string, readonly Er7[]>> = {
  'a plan that is fulfilled, an outpatient turned inpatient and back': [
    { event: 'A05', id: '1', at: at(1), pv1: { 2: 'P' }, segments: [pv2(8, at(3))] },
    { event: 'A04', id: '2', at: at(3), pv1: { 2: 'O', 3: 'CLI^1^^VALLEY' } },
    { event: 'A06', id: '3', at: at(4), pv1: { 3: 'MED^101^A^VALLEY' } },
    { event: 'A07', id: '4', at: at(5), pv1: { 2: 'V' } },
    { event: 'A14', id: '5', at: at(2), segments: [pv2(8, at(4))] },
    { event: 'A27', id: '6', at: at(2, 14) },
  ],
  'plans that come to nothing': [
    { event: 'A05', id: '1', at: at(1), pv1: { 2: 'P' }, segments: [pv2(8, at(3))] },
    { event: 'A38', id: '2', at: at(2), pv1: { 2: 'P' } },
    { event: 'A14', id: '3', at: at(2, 14), segments: [pv2(8, at(4))] },
    { event: 'A27', id: '4', at: at(2, 16) },
    { event: 'A08', id: '5', at: at(2, 17), pv1: { 7: '1^WEST' } },
    { event: 'A05', id: '6', at: at(2, 18), pv1: { 2: 'P' }, segments: [pv2(8, at(5))] },
  ],
  'leaves and their cancels': [
    { event: 'A01', id: '1', at: at(1) },
    { event: 'A21', id: '2', at: at(2), segments: [pv2(47, at(3))] },
    { event: 'A52', id: '3', at: at(2, 14) },
    { event: 'A21', id: '4', at: at(4), segments: [pv2(47, at(5))] },
    { event: 'A22', id: '5', at: at(5) },
    { event: 'A53', id: '6', at: at(5, 14) },
  ],
  'tracking, and a pending transfer': [
    { event: 'A01', id: '1', at: at(1) },
    { event: 'A10', id: '2', at: at(2), pv1: xray },
    { event: 'A32', id: '3', at: at(2, 13), pv1: xray },
    { event: 'A09', id: '4', at: at(2, 14), pv1: { 6: 'MED^101^A^VALLEY', ...xray } },
    { event: 'A33', id: '5', at: at(2, 15) },
    { event: 'A15', id: '6', at: at(3), pv1: { 42: 'ICU^7^B^VALLEY' } },
  ],
  'transfers, pending and cancelled': [
    { event: 'A01', id: '1', at: at(1) },
    { event: 'A15', id: '2', at: at(2), pv1: { 42: 'ICU^7^B^VALLEY' } },
    { event: 'A26', id: '3', at: at(2, 13), pv1: { 42: 'ICU^7^B^VALLEY' } },
    { event: 'A02', id: '4', at: at(3), pv1: icu },
    { event: 'A12', id: '5', at: at(3, 14), pv1: { 6: 'ICU^7^B^VALLEY' } },
    { event: 'A11', id: '6', at: at(4) },
  ],
  'people and a pending discharge': [
    { event: 'A01', id: '1', at: at(1), pv1: { 7: '1^WEST', 9: '2^REED' }, segments: [pv2(9, at(20))] },
    { event: 'A54', id: '2', at: at(2), pv1: { 7: '3^NOOR' } },
    { event: 'A55', id: '3', at: at(2, 13), pv1: { 7: '3^NOOR' } },
    { event: 'A61', id: '4', at: at(3), pv1: { 9: '3^NOOR' } },
    { event: 'A62', id: '5', at: at(3, 13), pv1: { 9: '3^NOOR' } },
    { event: 'A16', id: '6', at: at(4), segments: [pv2(9, at(9))] },
  ],
  'an end that is pending, made, taken back, and a visit that is deleted': [
    { event: 'A01', id: '1', at: at(1) },
    { event: 'A16', id: '2', at: at(2), segments: [pv2(9, at(5))] },
    { event: 'A25', id: '3', at: at(3) },
    { event: 'A03', id: '4', at: at(5), pv1: { 36: '01', 45: at(5) } },
    { event: 'A13', id: '5', at: at(6) },
    { event: 'A23', id: '6', at: at(7) },
  ],
  'movements by their ids, historic ones among them': [
    { event: 'A01', id: '1', at: at(1), segments: [zbe('M1', 1, 'INSERT|N')] },
    { event: 'A02', id: '2', at: at(4), pv1: icu, segments: [zbe('M2', 4, 'INSERT|N')] },
    { event: 'Z99', id: '3', at: at(5), pv1: icu, segments: [zbe('M2~M9', 3, 'UPDATE|Y|A02')] },
    { event: 'Z99', id: '4', at: at(6), segments: [zbe('M3', 2, 'INSERT|Y|A21')] },
    { event: 'Z99', id: '5', at: at(7), segments: [zbe('M3', 2, 'CANCEL|Y|A21')] },
    { event: 'A03', id: '6', at: at(8), pv1: { 36: '01' }, segments: [zbe('M4', 8, 'INSERT|N')] },
  ],
}

function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items]
  return items.flatMap((item, i) => orders(items.toSpliced(i, 1)).map(rest => [item, ...rest]))
}

function stateAfter(messages: readonly Er7[]): string {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return canonicalJson([comparable(store.resources()), store.stays()])
}

describe('messages of every kind', () => {
  test('are in the stories', () => {
    const told = new Set(Object.values(stories).flatMap(story => story.map(({ event }) => event)))
    const known = Object.entries(triggers).flatMap(([event, { does }]) =>
      does === 'movement' || does === 'cancel' ? [event] : [],
    )
    expect(known.filter(event => !told.has(event) && event !== 'A17')).toEqual([])
  })

  test.each(Object.entries(stories))(
    '%s: any order ends in one state',
    { timeout: 600_000 },
    (_name, story) => {
      const wanted = stateAfter(story)
      if (isLong) for (const order of orders(story)) expect(stateAfter(order)).toBe(wanted)
      fc.assert(
        fc.property(fc.shuffledSubarray([...story], { minLength: story.length }), order => {
          expect(stateAfter(order)).toBe(wanted)
        }),
        { numRuns: 10 },
      )
    },
  )

  test.each(Object.entries(stories))('%s: what is told again changes nothing', (_name, story) => {
    const wanted = stateAfter(story)
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...story], { minLength: story.length }),
        fc.subarray([...story]),
        (order, again) => {
          expect(stateAfter([...order, ...again])).toBe(wanted)
        },
      ),
      { numRuns: 4 },
    )
  })
})
