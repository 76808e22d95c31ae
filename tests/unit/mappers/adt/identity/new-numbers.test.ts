import { describe, expect, test } from 'vitest'
import { er7 } from '../../../../support/adt/er7.ts'
import { mapped, memory, type Memory } from '../../../../support/adt/memory.ts'

const at = (hour: number): string => `202610010${hour}0000`
const message = (event: string, hour: number, patient: string, segments: readonly string[] = []): string =>
  er7({ event, id: `C${hour}`, at: at(hour), patient, visit: event === 'A01' ? `V${patient}` : '', segments })
const number = (patient: string): string => `${patient}^^^VALLEY^MR`

const one = message('A01', 1, 'M1')
const other = message('A01', 2, 'M2')
/** M1 has the number N1 from now on. */
const renamed = message('A47', 3, 'N1', [`MRG|${number('M1')}`])
const mergedByNewNumber = message('A40', 4, 'M2', [`MRG|${number('N1')}`])
const unlinked = (hour: number, a: string, b: string): string =>
  message('A37', hour, a) + message('A37', hour, b).split('\r').slice(2).join('\r')

function told(...texts: readonly string[]): Memory {
  const store = memory()
  for (const text of texts) store.take(text)
  return store
}

const idOf = (patient: string): string => mapped(message('A01', 1, patient)).patient.id
const [m1, m2, n1] = [idOf('M1'), idOf('M2'), idOf('N1')]

/** Whose each visit is, in the order of the visits' numbers. */
const owners = (store: Memory): readonly unknown[] =>
  store
    .resources()
    .filter(({ resourceType }) => resourceType === 'Encounter')
    .toSorted((a, b) => (JSON.stringify(a['identifier']) < JSON.stringify(b['identifier']) ? -1 : 1))
    .map(({ subject }) => (subject as { readonly reference: string }).reference.replace('Patient/', ''))

const numbersOf = (store: Memory, id: string): readonly string[] =>
  (
    (store.get({ type: 'Patient', id })?.['identifier'] ?? []) as readonly {
      readonly value: string
      readonly use?: string
    }[]
  ).map(({ value, use }) => `${value} ${use ?? ''}`.trim())

describe('a patient who has another number', () => {
  test('is merged with all that was theirs, by that number too', () => {
    const store = told(one, other, renamed, mergedByNewNumber)
    expect(owners(store)).toEqual([m2, m2])
    expect(store.get({ type: 'Patient', id: m1 })).toMatchObject({ active: false })
    expect(numbersOf(store, m2)).toEqual(['M2', 'M1 old', 'N1 old'])
    expect(store.get({ type: 'Patient', id: n1 })).toBeUndefined()
  })

  test('is one of their own again after an unlink, whichever of their numbers it names', () => {
    for (const name of ['M1', 'N1']) {
      const store = told(one, other, renamed, mergedByNewNumber, unlinked(5, name, 'M2'))
      expect(owners(store)).toEqual([m1, m2])
      expect(numbersOf(store, m1)).toEqual(['N1', 'M1 old'])
    }
  })

  test('may have the first one back', () => {
    const back = message('A47', 5, 'M1', [`MRG|${number('N1')}`])
    const store = told(one, renamed, back)
    expect(owners(store)).toEqual([m1])
    expect(numbersOf(store, m1)).toEqual(['M1', 'N1 old'])
  })

  test('loses no visit that was moved away to a message under the new number', () => {
    const moved = er7({
      ...{ event: 'A45', id: 'C2', at: at(2), patient: 'M2', visit: '' },
      segments: [`MRG|${number('M1')}||||VM1^^^VALLEY^VN`, 'PV1||I|||||||||||||||||VM1^^^VALLEY^VN'],
    })
    const late = er7({ event: 'A08', id: 'C6', at: at(6), patient: 'N1', visit: 'VM1' })
    expect(owners(told(one, moved, renamed, late))).toEqual([m2])
  })
})
