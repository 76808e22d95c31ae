import fc from 'fast-check'
import { expect, test } from 'vitest'
import { canonicalQuantity } from '../../../src/fhir/search/canonical-quantity.ts'

/** Pairs of units of one dimension: one of the first is `factor` of the second. */
const pairs = [
  ['g', 'mg', 1_000],
  ['kg', 'g', 1_000],
  ['L', 'mL', 1_000],
  ['h', 'min', 60],
  ['m', 'cm', 100],
  ['mmol/L', 'umol/L', 1_000],
  ['mg/dL', 'ug/dL', 1_000],
] as const

const units = ['g', 'mg', 'Cel', '[degF]', 'mm[Hg]', '%', '/min', 'mmol/L', 'a', 'cm[H2O]'] as const

test('one amount is the same in every unit of its dimension', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...pairs),
      fc.integer({ min: 0, max: 9_999_999 }),
      ([large, small, factor], n) => {
        const one = canonicalQuantity({ low: String(n), high: String(n), code: large })
        const other = canonicalQuantity({ low: String(n * factor), high: String(n * factor), code: small })
        expect(one).toBeDefined()
        expect(one).toEqual(other)
      },
    ),
  )
})

test('an interval stays one: what is more is more in canonical units', () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...units),
      fc.integer({ min: -200, max: 5_000 }),
      fc.nat(5_000),
      (code, n, more) => {
        const found = canonicalQuantity({ low: String(n), high: String(n + more), code })
        expect(Number(found?.low)).toBeLessThanOrEqual(Number(found?.high))
      },
    ),
  )
})

test('any text is a unit or none, at once, without a throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 70 }), code => {
      expect(() => canonicalQuantity({ low: '1', high: '1', code })).not.toThrow()
    }),
  )
})
