import { describe, expect, test } from 'vitest'
import { parseJson } from '../../../../../src/lib/json.ts'
import { numbersOf, positionOf, quantitiesOf } from '../../../../../src/fhir/search/indexing/index-numbers.ts'

const UCUM = 'http://unitsofmeasure.org'
/** As a body is read: the digits of decimals are kept. */
const read = (json: string): unknown => parseJson(`{"x":${json}}`)
const of = (json: string): unknown => (read(json) as { readonly x: unknown }).x
const pointOf = (json: string): string | undefined => numbersOf(of(json))[0]?.low

describe('a number in the index', () => {
  test.each([
    ['5.40', '5.4'],
    ['5.4', '5.4'],
    ['54e-1', '5.4'],
    ['-0', '0'],
    ['0', '0'],
    ['-0.0', '0'],
    ['100', '100'],
    ['1.00e2', '100'],
    ['12345678901234567.89', '12345678901234567.89'],
    ['1e400', 'Infinity'],
    ['-1e400', '-Infinity'],
    ['1e-400', '0'],
  ])('%s is the point %s: how precisely it is stored does not count', (json, point) => {
    expect(numbersOf(of(json))).toEqual([{ low: point, high: point, canonical: false }])
  })

  test('has a text that an index row can hold, however long it was written', () => {
    expect(pointOf(`0.${'1'.repeat(5_000)}`)?.length).toBeLessThan(50)
    expect(pointOf('9'.repeat(300))?.length).toBeLessThan(50)
  })

  test.each(['"5"', 'true', 'null', '{}', '[]'])('%s is none', json =>
    expect(numbersOf(of(json))).toEqual([]),
  )
})

describe('a quantity in the index', () => {
  test('stands there as written and in canonical units', () =>
    expect(quantitiesOf(of(`{"value":5.40,"unit":"milligrams","system":"${UCUM}","code":"mg"}`))).toEqual([
      { low: '5.4', high: '5.4', system: UCUM, code: 'mg', unit: 'milligrams', canonical: false },
      { low: '0.0054', high: '0.0054', code: 'g', canonical: true },
    ]))

  test.each([
    ['<', '-Infinity', '5'],
    ['<=', '-Infinity', '5'],
    ['>', '5', 'Infinity'],
    ['>=', '5', 'Infinity'],
  ])('with the comparator %s is the interval [%s, %s]', (comparator, low, high) =>
    expect(quantitiesOf({ value: 5, comparator, code: 'x' })).toEqual([
      { low, high, code: 'x', canonical: false },
    ]),
  )

  test('of another system than UCUM, or without a code, stands there as written only', () => {
    expect(quantitiesOf({ value: 2, unit: 'tablets' })).toEqual([
      { low: '2', high: '2', unit: 'tablets', canonical: false },
    ])
    expect(quantitiesOf({ value: 2, system: 'http://snomed.info/sct', code: 'g' })).toHaveLength(1)
    expect(quantitiesOf({ unit: 'mg' })).toEqual([])
  })

  test('of money has its currency as code', () =>
    expect(quantitiesOf({ value: 12.5, currency: 'EUR' })).toEqual([
      { low: '12.5', high: '12.5', system: 'urn:iso:std:iso:4217', code: 'EUR', canonical: false },
    ]))

  test('of a Range is from its low to its high, and open where one is absent', () => {
    const years = { unit: 'a', system: UCUM, code: 'a' }
    expect(quantitiesOf({ low: { value: 30, ...years }, high: { value: 40, ...years } })[0]).toEqual({
      ...{ low: '30', high: '40', ...years },
      canonical: false,
    })
    expect(quantitiesOf({ high: { value: 40, ...years } })[0]).toMatchObject({ low: '-Infinity', code: 'a' })
    expect(quantitiesOf({ low: { value: 30, ...years } })[1]).toMatchObject({ low: '946728000', code: 's' })
    expect(quantitiesOf({ low: {}, high: {} })).toEqual([])
  })

  test('of sampled data is the bounds of what was measured, else of what could be', () => {
    const origin = { value: 2, system: UCUM, code: 'mV' }
    const sampled = { origin, factor: 0.5, lowerLimit: -100, upperLimit: 100, data: '4 E -2 U 10 L' }
    expect(quantitiesOf(sampled)[0]).toMatchObject({ low: '1', high: '7', code: 'mV' })
    expect(quantitiesOf({ ...sampled, data: 'E E' })[0]).toMatchObject({ low: '-100', high: '100' })
    expect(quantitiesOf({ origin, data: 'E' })).toEqual([])
  })

  test('of sampled data with a million points needs no call for each on the stack', () =>
    expect(quantitiesOf({ origin: { value: 0 }, data: '1 2 3 '.repeat(100_000) })[0]).toMatchObject({
      low: '1',
      high: '3',
    }))
})

test('a position is its two angles, or nothing', () => {
  expect(positionOf(of('{"latitude":42.256500,"longitude":-83.694710}'))).toMatchObject({
    latitude: { low: '42.2565', high: '42.2565' },
    longitude: { low: '-83.69471' },
  })
  expect(positionOf({ latitude: 1 })).toBeUndefined()
  expect(positionOf(undefined)).toBeUndefined()
})
