import { describe, expect, test, vi } from 'vitest'
import { canonicalQuantity } from '../../../../src/fhir/search/canonical-quantity.ts'

const point = (value: string, code: string) => canonicalQuantity({ low: value, high: value, code })

describe('a quantity in canonical units', () => {
  test.each([
    ['5', 'g', '5', 'g'],
    ['5000', 'mg', '5', 'g'],
    ['0.005', 'kg', '5', 'g'],
    ['37', 'Cel', '310.15', 'K'],
    ['98.6', '[degF]', '310.15', 'K'],
    ['90', 'min', '5400', 's'],
    ['1.5', 'h', '5400', 's'],
    ['60', '{beats}/min', '1', 's-1'],
    ['12', '%', '0.12', '1'],
    ['3', '{score}', '3', '1'],
    ['120', 'mm[Hg]', '15998640', 'g.m-1.s-2'],
  ])('%s %s is %s %s', (value, code, canonical, base) =>
    expect(point(value, code)).toEqual({ low: canonical, high: canonical, code: base }),
  )

  test('is the same for one amount in any unit of its dimension', () => {
    expect(point('250', 'ug/mL')).toEqual(point('25', 'mg/dL'))
    expect(point('1', '[lb_av]')).toEqual(point('453.59237', 'g'))
    expect(point('0.1', 'g')).toEqual(point('100', 'mg'))
  })

  test('keeps open sides open', () =>
    expect(canonicalQuantity({ low: '-Infinity', high: '5', code: 'mg' })).toEqual({
      low: '-Infinity',
      high: '0.005',
      code: 'g',
    }))

  test('prints nothing of a code, whatever it is', () => {
    const log = vi.spyOn(console, 'log')
    for (const code of [
      'Cel/m',
      'Cel2',
      'm Miller',
      'm{a',
      '(m',
      'm)',
      '/',
      '10*',
      'm{Miller}5',
      '((m))5',
      'mol/g',
    ]) {
      point('1', code)
    }
    expect(log).not.toHaveBeenCalled()
    log.mockRestore()
  })

  test.each(['[iU]', '[iU]/L', '[pH]', 'foo', '', 'gram', 'g'.repeat(65), '1 g', "g'; --"])(
    '%j has none: what it measures can only be compared as it is written',
    code => expect(point('5', code)).toBeUndefined(),
  )
})
