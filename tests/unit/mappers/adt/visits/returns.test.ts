import type { Encounter } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { comparable, memory, type Memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

const day = (of: string): string => `202610${of}080000`
const admit: Er7 = { event: 'A01', id: '1', at: day('01'), pv1: { 44: day('01') } }
const leave: Er7 = { event: 'A03', id: '2', at: day('05'), pv1: { 36: '01', 44: day('01'), 45: day('05') } }
const back: Er7 = { event: 'A01', id: '3', at: day('10'), pv1: { 44: day('10') } }
const again: Er7 = { ...admit, id: '4', recorded: day('11') }
const leaveAgain: Er7 = {
  ...{ event: 'A03', id: '5', at: day('15') },
  pv1: { 36: '03', 44: day('10'), 45: day('15') },
}
const cancelLeave: Er7 = { event: 'A13', id: '6', at: day('16') }
const cancelBack: Er7 = { event: 'A11', id: '7', at: day('17'), pv1: { 44: day('10') } }

function told(...messages: readonly Er7[]): Memory {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  return store
}

const encounterOf = (store: Memory): Encounter =>
  store.resources().find(({ resourceType }) => resourceType === 'Encounter') as unknown as Encounter

const lines = ({ status, period, statusHistory = [] }: Encounter): readonly string[] => [
  ...statusHistory.map(
    one => `${one.status} ${one.period.start?.slice(8, 10)}-${one.period.end?.slice(8, 10)}`,
  ),
  `${status} until ${period?.end?.slice(8, 10) ?? 'now'}`,
]

const movementsOf = (store: Memory): readonly string[] =>
  (store.stays()[0]?.movements ?? []).map(
    ({ kind, at, cancelledAt }) => `${kind} ${at.slice(8, 10)}${cancelledAt ? ' taken back' : ''}`,
  )

test('A13 keeps in the history a discharge that only an update told (adt.md 3.4)', () => {
  const all = [admit, { ...leave, event: 'A08' }, { ...cancelLeave, at: day('06') }]
  const store = told(...all)
  expect(lines(encounterOf(store))).toEqual(['in-progress 01-05', 'finished 05-06', 'in-progress until now'])
  const state = comparable(store.resources())
  for (const order of permutations(all)) expect(comparable(told(...order).resources())).toEqual(state)
})

describe('an admission after the discharge of the same visit (adt.md 3.2.5)', () => {
  test('has the patient in again, as an A13 would, and leaves the first admission standing', () => {
    const store = told(admit, leave, back)
    expect(lines(encounterOf(store))).toEqual([
      'in-progress 01-05',
      'finished 05-10',
      'in-progress until now',
    ])
    expect(encounterOf(store).hospitalization).toBeUndefined()
    expect(movementsOf(store)).toEqual(['admission 01', 'admission 10', 'discharge 05 taken back'])
  })

  test('is another one only when it is of a later time: a repeat takes nothing back', () => {
    const finished = ['in-progress 01-05', 'finished until 05']
    expect(lines(encounterOf(told(admit, leave, again)))).toEqual(finished)
    const corrected: Er7 = { ...again, pv1: { 44: day('02') } }
    expect(lines(encounterOf(told(admit, leave, corrected))).at(-1)).toBe('finished until 05')
    const sameDay: Er7 = { ...leave, at: day('01'), recorded: '20261001200000', pv1: { 45: '20261001' } }
    expect(lines(encounterOf(told(admit, sameDay, again))).at(-1)).toBe('finished until 01')
  })

  test('has a discharge of its own, which an A13 takes back and no other', () => {
    const twice = told(admit, leave, back, again, leaveAgain)
    expect(lines(encounterOf(twice))).toEqual([
      ...['in-progress 01-05', 'finished 05-10', 'in-progress 10-15'],
      'finished until 15',
    ])
    expect(movementsOf(twice)).toContain('discharge 05 taken back')
    const open = encounterOf(told(admit, leave, back, again, leaveAgain, cancelLeave))
    expect(lines(open).at(-1)).toBe('in-progress until now')
    expect(open.meta?.tag ?? []).toEqual([])
  })

  test('lets the discharge stand again when it is cancelled', () => {
    const store = told(admit, leave, back, cancelBack)
    expect(lines(encounterOf(store))).toEqual(['in-progress 01-05', 'finished until 05'])
    expect(movementsOf(store)).toContain('discharge 05')
  })

  test('takes back a discharge that only an update told, too, and in any order', () => {
    const update: Er7 = { ...leave, event: 'A08' }
    const store = told(admit, update, back)
    expect(lines(encounterOf(store))).toEqual([
      'in-progress 01-05',
      'finished 05-10',
      'in-progress until now',
    ])
    expect(encounterOf(store).hospitalization).toBeUndefined()
    expect(movementsOf(store)).toEqual(['admission 01', 'admission 10', 'discharge 05 taken back'])
    const finished = ['in-progress 01-05', 'finished until 05']
    expect(lines(encounterOf(told(admit, update, again)))).toEqual(finished)
    expect(lines(encounterOf(told(admit, update, back, cancelBack)))).toEqual(finished)
    const all = [admit, update, back, again, cancelBack]
    const state = comparable(told(...all).resources())
    for (const order of permutations(all)) expect(comparable(told(...order).resources())).toEqual(state)
  })

  test('comes to the same in any order', () => {
    const all = [admit, leave, back, leaveAgain, cancelLeave, cancelBack]
    const state = comparable(told(...all).resources())
    for (const order of permutations(all)) expect(comparable(told(...order).resources())).toEqual(state)
  })
})
