import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { canonicalJson } from '../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../support/adt/er7.ts'
import { comparable, memory } from '../../../support/adt/memory.ts'

const runs = process.env['CASEWIRE_LONG'] === '1' ? 2000 : 60

/** What an event and its cancel say beside the visit; times are of the fifth of October unless said otherwise. */
interface Pair {
  readonly event: string
  readonly cancel: string
  readonly pv1?: Readonly<Record<number, string>>
  readonly cancelPv1?: Readonly<Record<number, string>>
  readonly segments?: readonly string[]
  /** What the visit needs for the event to make sense. */
  readonly before?: readonly Er7[]
}

const pv2 = (field: number, text: string): string => `PV2${'|'.repeat(field)}${text}`

const leave: Er7 = { event: 'A21', id: 'L1', at: '20261005080000', segments: [pv2(47, '20261006')] }
const arrival: Er7 = { event: 'A10', id: 'T1', at: '20261005080000', pv1: { 11: 'XRAY^1^^VALLEY' } }

const pairs: readonly Pair[] = [
  { event: 'A02', cancel: 'A12', pv1: { 3: 'ICU^7^B^VALLEY' }, cancelPv1: { 6: 'ICU^7^B^VALLEY' } },
  { event: 'A03', cancel: 'A13', pv1: { 36: '01', 45: '20261005120000' }, cancelPv1: { 36: '01' } },
  {
    event: 'A06',
    cancel: 'A11',
    pv1: { 2: 'I', 3: 'SUR^1^A^VALLEY', 44: '20261005120000' },
    cancelPv1: { 44: '20261005120000' },
  },
  { event: 'A09', cancel: 'A33', pv1: { 43: 'XRAY^1^^VALLEY' }, before: [arrival] },
  { event: 'A10', cancel: 'A32', pv1: { 11: 'CT^1^^VALLEY' } },
  { event: 'A15', cancel: 'A26', pv1: { 42: 'ICU^7^B^VALLEY' }, cancelPv1: { 42: 'ICU^7^B^VALLEY' } },
  { event: 'A16', cancel: 'A25', pv1: { 37: 'SUNNY' }, segments: [pv2(9, '20261010')] },
  { event: 'A21', cancel: 'A52', segments: [pv2(47, '20261007')] },
  { event: 'A22', cancel: 'A53', before: [leave] },
  { event: 'A54', cancel: 'A55', pv1: { 7: '77^WEST^BO' }, cancelPv1: { 7: '77^WEST^BO' } },
  { event: 'A61', cancel: 'A62', pv1: { 9: '77^WEST^BO' }, cancelPv1: { 9: '77^WEST^BO' } },
  { event: 'A05', cancel: 'A38', segments: [pv2(8, '20261020')] },
  { event: 'A14', cancel: 'A27', segments: [pv2(8, '20261020')] },
]

/** The state without what must remember that something was so for a while. */
function stateWithoutHistory(messages: readonly Er7[]): string {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  const kept = comparable(store.resources()).filter(({ resourceType }) => !DIRECTORY.has(resourceType))
  return canonicalJson(kept.map(({ statusHistory: _history, ...rest }: Resource) => rest))
}

/** Places and people that were named stay known. */
const DIRECTORY: ReadonlySet<string> = new Set(['Location', 'Practitioner', 'Organization'])

const admissions = fc.record({
  event: fc.constantFrom('A01', 'A04'),
  class: fc.constantFrom('I', 'E', 'O'),
  attending: fc.constantFrom('', '1234^DOC^ANN'),
  expectedEnd: fc.constantFrom('', '20261030'),
})

describe('a cancel', () => {
  test.each(pairs)('$cancel leaves a visit as it was before the $event, but for its history', pair => {
    const { event, cancel, pv1 = {}, cancelPv1 = {}, segments = [], before = [] } = pair
    fc.assert(
      fc.property(admissions, fc.boolean(), (admission, isLate) => {
        const own = { 2: admission.class, 7: admission.attending, 9: admission.attending }
        const start: Er7 = {
          event: admission.event,
          id: 'C1',
          at: '20261004120000',
          pv1: { ...own, 44: '20261004120000' },
          segments: admission.expectedEnd ? [pv2(9, admission.expectedEnd)] : [],
        }
        const standing = [start, ...before.map(one => ({ ...one, pv1: { ...own, ...one.pv1 } }))]
        const done: Er7 = { event, id: 'C2', at: '20261005120000', pv1: { ...own, ...pv1 }, segments }
        const undone: Er7 = { event: cancel, id: 'C3', at: '20261005130000', pv1: { ...own, ...cancelPv1 } }
        const all = isLate ? [undone, done, ...standing] : [...standing, done, undone]
        expect(stateWithoutHistory(all)).toBe(stateWithoutHistory(standing))
      }),
      { numRuns: Math.ceil(runs / pairs.length) },
    )
  })
})
