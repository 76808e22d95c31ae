import { describe, expect, test } from 'vitest'
import { businessDifferences } from '../../../support/adt/business-ending.ts'
import { er7 } from '../../../support/adt/er7.ts'
import { delivered, ending, inOrder, strays } from '../../../support/adt/hospital-ending.ts'
import type { HospitalStore } from '../../../support/adt/hospital-store.ts'

interface Said {
  readonly event: string
  readonly hour: number
  readonly patient: string
  /** PID-7 */
  readonly born: string
  readonly visit?: string
}

const said = ({ event, hour, patient, born, visit = 'V1' }: Said): string =>
  er7({ event, id: `C${hour}`, at: `202610011${hour}0000`, patient, visit, pid: { 7: born } })
const merge = (hour: number, kept: string, gone: string): string =>
  er7({
    ...{ event: 'A40', id: `C${hour}`, at: `202610011${hour}0000`, patient: kept, visit: '', pid: { 7: '' } },
    segments: [`MRG|${gone}^^^VALLEY^MR`],
  })

const orders = (texts: readonly string[]): readonly (readonly string[])[] =>
  texts.length < 2
    ? [texts]
    : texts.flatMap((first, at) => orders(texts.toSpliced(at, 1)).map(rest => [first, ...rest]))

const visitsOf = (store: HospitalStore): number =>
  [...ending(store).keys()].filter(key => key.startsWith('Encounter/')).length

const one = said({ event: 'A01', hour: 1, patient: 'M1', born: '19800101' })
const unborn = said({ event: 'A02', hour: 2, patient: 'M2', born: '' })
const apart = said({ event: 'A08', hour: 3, patient: 'M2', born: '19900202' })
const corrected = said({ event: 'A08', hour: 4, patient: 'M2', born: '19800101' })
const correctedAlone = said({ event: 'A31', hour: 4, patient: 'M2', born: '19800101', visit: '' })

const third = said({ event: 'A03', hour: 5, patient: 'M3', born: '19900202' })
const fourth = said({ event: 'A08', hour: 6, patient: 'M4', born: '20000303' })
const mended = said({ event: 'A31', hour: 7, patient: 'M2', born: '19800101', visit: '' })

describe('a visit number under two patients', () => {
  test.for([
    ['one visit where they may be one', 1, [one, unborn]],
    ['two where they turn out to be born on different days', 2, [one, unborn, apart]],
    ['one where that was mended', 1, [one, unborn, apart, corrected]],
    ['one where that was mended without a word of the visit', 1, [one, apart, correctedAlone]],
    ['one where they were merged', 1, [one, apart, merge(5, 'M1', 'M2')]],
    ['one of the two who may be one, and not of a third', 2, [one, apart, third]],
    ['one for each day of birth', 3, [one, apart, fourth]],
    ['one of the other two where a birthday was mended', 2, [one, apart, third, mended]],
    ['two where the third was merged', 2, [one, apart, fourth, merge(8, 'M4', 'M2')]],
  ] as const)('is %s, in whatever order that becomes known', async ([, visits, texts]) => {
    const calm = await delivered(texts, inOrder)
    expect(visitsOf(calm)).toBe(visits)
    for (const order of orders(texts)) {
      const wild = await delivered(order, inOrder)
      expect(businessDifferences(ending(calm), ending(wild))).toEqual([])
      expect(strays(wild)).toEqual([])
    }
  })
})
