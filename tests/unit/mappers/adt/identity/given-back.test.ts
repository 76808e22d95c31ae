import type { Account, Encounter } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { comparable, memory, type Memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

function told(...messages: readonly Er7[]): Memory {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return store
}

const all = (store: Memory, type: string): readonly unknown[] =>
  store.resources().filter(({ resourceType }) => resourceType === type)
/** Numbers of what stands, with what is out of use marked so. */
const numbersOf = (store: Memory, type: 'Encounter' | 'Account'): readonly (readonly string[])[] =>
  (all(store, type) as readonly (Encounter | Account)[])
    .filter(({ status }) => status !== 'entered-in-error')
    .map(({ identifier = [] }) =>
      identifier.map(({ value, use }) => `${value}${use === 'old' ? ' old' : ''}`),
    )

/** What stands in the end, but for what was withdrawn on the way there. */
const stateOf = (store: Memory): string =>
  canonicalJson(
    comparable(store.resources()).filter(one => !('status' in one) || one['status'] !== 'entered-in-error'),
  )
const endsOf = (messages: readonly Er7[]): number =>
  new Set(permutations(messages).map(order => stateOf(told(...order)))).size

const account = (number: string): Readonly<Record<number, string>> => ({ 18: `${number}^^^VALLEY^AN` })
const emergency: Er7 = {
  ...{ event: 'A04', id: 'C1', at: '20261001080000', visit: 'V1' },
  ...{ pid: account('ACC1'), pv1: { 2: 'E' } },
}
const inpatient: Er7 = {
  ...{ event: 'A06', id: 'C2', at: '20261001120000', visit: 'V2' },
  ...{ pid: account('ACC2'), pv1: { 2: 'I' } },
  segments: ['MRG|M1^^^VALLEY^MR||ACC1^^^VALLEY^AN||V1^^^VALLEY^VN'],
}
const cancel = (visit: string, more: Partial<Er7> = {}): Er7 => ({
  ...{ event: 'A11', id: 'C3', at: '20261001130000', visit },
  ...{ pid: account(visit === 'V1' ? 'ACC1' : 'ACC2'), pv1: { 2: 'E' } },
  ...more,
})
const byId: Partial<Er7> = { segments: ['ZBE|MOV2^ADTAPP|20261001130000||CANCEL|N|A06'] }
const named: Er7 = {
  ...inpatient,
  segments: [...(inpatient.segments ?? []), 'ZBE|MOV2^ADTAPP|20261001120000||INSERT|N'],
}

describe('a cancelled A06 gives the visit the number back that it had', () => {
  test.each(['V1', 'V2'])('whether the cancel comes under the old number or the new (%s)', visit => {
    const store = told(emergency, inpatient, cancel(visit))
    expect(numbersOf(told(emergency, inpatient), 'Encounter')).toEqual([['V2', 'V1 old']])
    expect(numbersOf(store, 'Encounter')).toEqual([['V1', 'V2 old']])
    expect(all(store, 'Encounter')).toMatchObject([{ status: 'in-progress', class: { code: 'EMER' } }])
  })

  test('and the account likewise', () => {
    expect(numbersOf(told(emergency, inpatient), 'Account')).toEqual([['ACC2', 'ACC1 old']])
    expect(numbersOf(told(emergency, inpatient, cancel('V2')), 'Account')).toEqual([['ACC1', 'ACC2 old']])
  })

  test('where the cancel names its movement (ZBE-4 CANCEL)', () => {
    const store = told(emergency, named, cancel('V2', { ...byId, event: 'Z99' }))
    expect(numbersOf(store, 'Encounter')).toEqual([['V1', 'V2 old']])
  })

  test('until it is told anew', () => {
    const again = { ...inpatient, id: 'C4', at: '20261001140000' }
    expect(numbersOf(told(emergency, inpatient, cancel('V1'), again), 'Encounter')).toEqual([
      ['V2', 'V1 old'],
    ])
  })

  test('an A07 by the same way', () => {
    const turned: Er7 = { ...named, event: 'A07', pv1: { 2: 'O' } }
    const back = cancel('V2', { event: 'Z99', segments: ['ZBE|MOV2^ADTAPP|20261001130000||CANCEL|N|A07'] })
    expect(numbersOf(told(emergency, turned, back), 'Encounter')).toEqual([['V1', 'V2 old']])
  })

  test('any order of the messages ends in the same state', () => {
    const later: Er7 = { ...emergency, event: 'A08', id: 'C5', at: '20261001150000' }
    expect(endsOf([emergency, inpatient, cancel('V1')])).toBe(1)
    expect(endsOf([emergency, inpatient, cancel('V2'), later])).toBe(1)
  })

  test('a discharge that is cancelled takes nothing of that back', () => {
    const left: Er7 = { ...inpatient, event: 'A03', id: 'C6', at: '20261003120000', segments: [] }
    const undone: Er7 = { ...left, event: 'A13', id: 'C7', at: '20261003130000' }
    expect(numbersOf(told(emergency, inpatient, left, undone), 'Encounter')).toEqual([['V2', 'V1 old']])
  })
})
