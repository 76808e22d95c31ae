import { describe, expect, test } from 'vitest'
import {
  compareDecimals,
  decimalText,
  impliedInterval,
  readDecimal,
  tenthAround,
} from '../../../../src/fhir/search/decimal.ts'

const texts = (interval: ReturnType<typeof impliedInterval>) =>
  interval && [decimalText(interval.low), decimalText(interval.high)]

describe('a decimal', () => {
  test.each([
    ['100', ['99.5', '100.5']],
    ['100.00', ['99.995', '100.005']],
    ['5.4', ['5.35', '5.45']],
    ['5.40e-3', ['0.005395', '0.005405']],
    ['1e2', ['95', '105']],
    ['-2', ['-2.5', '-1.5']],
    ['0', ['-0.5', '0.5']],
  ])('%s stands for %j', (text, wanted) => expect(texts(impliedInterval(text))).toEqual(wanted))

  test('is near to what is a tenth away', () => {
    const near = (text: string) => texts(tenthAround(readDecimal(text) ?? { units: 0n, scale: 0 }))
    expect(near('100')).toEqual(['90.0', '110.0'])
    expect(near('-5.4')).toEqual(['-5.94', '-4.86'])
  })

  test('compares without loss, whatever its digits', () => {
    const order = (a: string, b: string) =>
      compareDecimals(readDecimal(a) ?? { units: 0n, scale: 0 }, readDecimal(b) ?? { units: 0n, scale: 0 })
    expect(order('0.10000000000000000001', '0.1')).toBe(1)
    expect(order('1e2', '100.00')).toBe(0)
    expect(order('-1', '1')).toBe(-1)
  })

  test.each(['', 'a', '1.', '.5', '1,5', '1e1000', '--1', 'NaN', '1'.repeat(41), '0x1'])('%s is none', text =>
    expect(readDecimal(text)).toBeUndefined(),
  )
})
