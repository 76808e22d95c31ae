import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { canonicalJson } from '../../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { comparable, mapped, memory, type Memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

const admit: Er7 = {
  event: 'A01',
  id: 'C1',
  at: '20261001080000',
  patient: 'M1',
  visit: 'V1',
  pid: { 13: '111' },
}
const other: Er7 = {
  event: 'A01',
  id: 'C2',
  at: '20261002080000',
  patient: 'M2',
  visit: 'V2',
  pid: { 5: 'RIVERS^AL' },
}

/** M2 is merged into M1. */
const merge: Er7 = {
  event: 'A40',
  id: 'C3',
  at: '20261003080000',
  patient: 'M1',
  visit: '',
  pv1: { 3: '' },
  segments: ['MRG|M2^^^VALLEY^MR'],
}

/** A37: two groups, each PID and PV1. */
function unlink(id: string, at: string, a = 'M1', b = 'M2'): string {
  const first = er7({ event: 'A37', id, at, patient: a, visit: '' })
  const second = er7({ event: 'A37', id, at, patient: b, visit: '', pid: { 5: 'RIVERS^AL' } })
  return first + second.split('\r').slice(2).join('\r')
}

function told(...messages: readonly (Er7 | string)[]): Memory {
  const store = memory()
  for (const message of messages) store.take(typeof message === 'string' ? message : er7(message))
  return store
}

const idOf = (patient: string): string => mapped(er7({ ...admit, patient })).patient.id
const [m1, m2] = [idOf('M1'), idOf('M2')]

const patient = (store: Memory, id: string): Resource => {
  const found = store.get({ type: 'Patient', id })
  if (!found) throw new Error('no such Patient')
  return found
}
const encounters = (store: Memory): readonly Resource[] =>
  store.resources().filter(({ resourceType }) => resourceType === 'Encounter')

const stateOf = (store: Memory): string => canonicalJson(comparable(store.resources()))

describe('A40 merges a patient into another', () => {
  test('the loser is inactive and replaced by the survivor, who has its numbers as old ones', () => {
    const store = told(admit, other, merge)
    expect(patient(store, m2)).toMatchObject({
      active: false,
      link: [{ other: { reference: `Patient/${m1}` }, type: 'replaced-by' }],
    })
    expect(patient(store, m1)).toMatchObject({
      link: [{ other: { reference: `Patient/${m2}` }, type: 'replaces' }],
      identifier: [{ value: 'M1' }, { value: 'M2', use: 'old' }],
      name: [{ family: 'RIVER' }],
    })
    expect(patient(store, m1)).not.toHaveProperty('active')
  })

  test('what was sent under the old number keeps its ids and belongs to the survivor', () => {
    const [before, after] = [told(admit, other), told(admit, other, merge)]
    expect(encounters(after).map(({ id }) => id)).toEqual(encounters(before).map(({ id }) => id))
    expect(encounters(after).map(({ subject }) => subject)).toEqual([
      { reference: `Patient/${m1}` },
      { reference: `Patient/${m1}` },
    ])
  })

  test('A37 takes it back: everything is as if it had never been', () => {
    const [store, apart] = [told(admit, other, merge, unlink('C4', '20261004080000')), told(admit, other)]
    expect(stateOf(store)).toBe(stateOf(apart))
  })

  test('a list in MRG-1 that repeats the number in PID-3 names the patient of its other numbers', () => {
    const list = { ...merge, segments: ['MRG|M1^^^VALLEY^MR~M2^^^VALLEY^MR'] }
    const store = told(admit, other, list)
    expect(patient(store, m2)).toMatchObject({ active: false })
    expect(patient(store, m1)).toMatchObject({ identifier: [{ value: 'M1' }, { value: 'M2', use: 'old' }] })
    expect(() => told(admit, { ...merge, segments: ['MRG|M1^^^VALLEY^MR~M1^^^VALLEY^MR'] })).toThrow()
  })

  test('a list in MRG-1 that names several known patients merges them all, in any order, and A37 parts them again', () => {
    const third: Er7 = { ...other, id: 'C5', patient: 'M3', visit: 'V3', pid: { 5: 'RIVERS^A' } }
    const list = { ...merge, segments: ['MRG|M2^^^VALLEY^MR~M3^^^VALLEY^MR~M9^^^VALLEY^PI~7^^^VALLEY^SS'] }
    const messages = [er7(admit), er7(other), er7(third), er7(list)]
    const store = told(...messages)
    const m3 = idOf('M3')
    for (const gone of [m2, m3]) {
      expect(patient(store, gone)).toMatchObject({
        active: false,
        link: [{ other: { reference: `Patient/${m1}` }, type: 'replaced-by' }],
      })
      const replaces = { other: { reference: `Patient/${gone}` }, type: 'replaces' }
      expect(patient(store, m1)).toMatchObject({ link: expect.arrayContaining([replaces]) })
    }
    expect(patient(store, m1)['link']).toHaveLength(2)
    expect(patient(store, m1)['identifier']).toHaveLength(4)
    expect(encounters(store).map(({ subject }) => subject)).toEqual(
      encounters(store).map(() => ({ reference: `Patient/${m1}` })),
    )
    expect(store.get({ type: 'Patient', id: idOf('M9') })).toBeUndefined()
    expect(new Set(permutations(messages).map(order => stateOf(told(...order)))).size).toBe(1)
    const apart = told(...messages, unlink('C6', '20261004080000'))
    expect(stateOf(apart)).toBe(stateOf(told(admit, other, third)))
  })

  test('a lesser number in MRG-1 that comes alone later is the survivor’s', () => {
    const list = { ...merge, segments: ['MRG|M2^^^VALLEY^MR~M9^^^VALLEY^PI'] }
    const late: Er7 = { ...other, id: 'C5', patient: 'M9', visit: 'V9', at: '20261005080000' }
    const store = told(admit, other, list, late)
    expect(patient(store, idOf('M9'))).toMatchObject({ active: false })
    expect(encounters(store)).toHaveLength(3)
    for (const { subject } of encounters(store)) expect(subject).toEqual({ reference: `Patient/${m1}` })
  })

  test('a lesser number that was merged into the same loser before says nothing new, and can be parted from it', () => {
    const third: Er7 = { ...other, id: 'C5', patient: 'M3', visit: 'V3', pid: { 5: 'RIVERS^A' } }
    const before = {
      ...merge,
      id: 'C6',
      at: '20261002180000',
      patient: 'M2',
      segments: ['MRG|M3^^^VALLEY^MR'],
    }
    const list = { ...merge, segments: ['MRG|M2^^^VALLEY^MR~M3^^^VALLEY^MR'] }
    const part = unlink('C7', '20261004080000', 'M2', 'M3')
    const back = unlink('C8', '20261005080000')
    const all = [er7(admit), er7(other), er7(third), er7(before), er7(list)]
    const links = (store: Memory) =>
      [m1, m2, idOf('M3')].map(id => patient(store, id)).map(({ active, link }) => ({ active, link }))
    expect(links(told(...all, back))).toEqual(links(told(admit, other, third, before)))
    expect(links(told(...all, part))).toEqual(links(told(admit, other, third, merge)))
    expect(links(told(...all, part, back))).toEqual(links(told(admit, other, third)))
  })

  test('a merge that comes before either patient creates both', () => {
    const store = told(merge)
    expect(patient(store, m2)).toMatchObject({ active: false, identifier: [{ value: 'M2' }] })
    expect(patient(store, m1)).toMatchObject({ link: [{ type: 'replaces' }] })
  })

  test('any order of the messages ends in the same state', () => {
    const messages = [er7(admit), er7(other), er7(merge), unlink('C4', '20261004080000')]
    const states = permutations(messages).map(order => stateOf(told(...order)))
    expect(new Set(states).size).toBe(1)
  })
})

describe('messages on a number that was merged', () => {
  const late: Er7 = {
    ...other,
    event: 'A08',
    id: 'C6',
    at: '20261006080000',
    pid: { 5: 'RIVERS^ALEXA', 13: '222' },
  }

  test('one that is recorded after the merge speaks of the survivor', () => {
    expect(patient(told(admit, other, merge, late), m1)).toMatchObject({
      name: [{ family: 'RIVERS', given: ['ALEXA'] }],
      identifier: [{ value: 'M1' }, { value: 'M2', use: 'old' }],
    })
  })

  test('one that was recorded before it does not', () => {
    const early = { ...late, at: '20261002230000' }
    expect(patient(told(admit, other, merge, early), m1)).toMatchObject({ name: [{ family: 'RIVER' }] })
  })

  test('a visit that goes on under the new number is one visit', () => {
    const discharge: Er7 = {
      ...other,
      event: 'A03',
      id: 'C7',
      at: '20261007080000',
      patient: 'M1',
      pv1: { 36: '01' },
    }
    const store = told(admit, other, merge, discharge)
    expect(encounters(store)).toHaveLength(2)
    const found = encounters(store).find(({ id }) => id === mapped(er7(other)).visit?.id)
    expect(found).toMatchObject({ status: 'finished', subject: { reference: `Patient/${m1}` } })
  })

  test('what was said of it under the new number stays with the patient that it began with when the merge is undone', () => {
    const discharge: Er7 = { ...other, event: 'A03', id: 'C7', at: '20261007080000', patient: 'M1' }
    const store = told(admit, other, merge, discharge, unlink('C8', '20261008080000'))
    const found = encounters(store).find(({ id }) => id === mapped(er7(other)).visit?.id)
    expect(found).toMatchObject({ status: 'finished', subject: { reference: `Patient/${m2}` } })
  })
})

describe('chains, cycles, repeats', () => {
  const further: Er7 = {
    ...merge,
    id: 'C4',
    at: '20261004080000',
    patient: 'M3',
    segments: ['MRG|M1^^^VALLEY^MR'],
  }
  const m3 = idOf('M3')

  test('a chain is followed to its end', () => {
    const store = told(admit, other, merge, further)
    expect(encounters(store).map(({ subject }) => subject)).toEqual([
      { reference: `Patient/${m3}` },
      { reference: `Patient/${m3}` },
    ])
    expect(patient(store, m2)).toMatchObject({
      link: [{ other: { reference: `Patient/${m3}` }, type: 'replaced-by' }],
    })
  })

  test('one message may merge several', () => {
    const [head, group] = [er7(merge), er7({ ...merge, patient: 'M3', segments: ['MRG|M4^^^VALLEY^MR'] })]
    const store = told(admit, other, head + group.split('\r').slice(2).join('\r'))
    expect(patient(store, m2)).toMatchObject({ active: false })
    expect(patient(store, idOf('M4'))).toMatchObject({
      active: false,
      link: [{ other: { reference: `Patient/${m3}` } }],
    })
  })

  test('a merge back is refused and names MRG-1', () => {
    const store = told(admit, other, merge)
    const back: Er7 = {
      ...merge,
      id: 'C9',
      at: '20261009080000',
      patient: 'M2',
      segments: ['MRG|M1^^^VALLEY^MR'],
    }
    const { refused, flags } = store.take(er7(back))
    expect(refused).toMatchObject({ code: 'merge-cycle', expression: 'MRG-1' })
    expect(flags).toEqual([])
    expect(patient(store, m1)).not.toHaveProperty('active', false)
    expect(encounters(store)).toEqual(encounters(told(admit, other, merge)))
    expect(store.take(er7(back)).refused).toMatchObject({ code: 'merge-cycle' })
  })

  test('what else a refused merge says counts, whichever of the two came first', () => {
    const back: Er7 = {
      ...{ ...merge, id: 'C9', at: '20261009080000', patient: 'M2', pid: { 5: 'RIVERA^ALEXA', 18: 'ACC2' } },
      segments: ['MRG|M1^^^VALLEY^MR||ACC1'],
    }
    const state = stateOf(told(admit, other, merge, back))
    expect(state).toContain('RIVERA')
    expect(stateOf(told(admit, other, back, merge))).toBe(state)
    expect(stateOf(told(back, merge, other, admit))).toBe(state)
  })

  test('of several groups one that leads back is flagged, and the others hold', () => {
    const store = told(admit, other, merge)
    const back = er7({
      ...merge,
      id: 'C9',
      at: '20261009080000',
      patient: 'M2',
      segments: ['MRG|M1^^^VALLEY^MR'],
    })
    const good = 'PID|||M3^^^VALLEY^MR\rMRG|M4^^^VALLEY^MR\r'
    const { refused, flags } = store.take(back + good)
    expect([refused, flags]).toEqual([undefined, ['merge-cycle:MRG-1']])
    expect(patient(store, idOf('M4'))).toMatchObject({ active: false })
  })

  test('a merge that was recorded earlier than the one that it contradicts takes its place', () => {
    const back: Er7 = {
      ...merge,
      id: 'C9',
      at: '20261002090000',
      patient: 'M2',
      segments: ['MRG|M1^^^VALLEY^MR'],
    }
    const store = told(admit, other, merge)
    expect(store.take(er7(back)).flags).toEqual(['merge-cycle:MRG-1'])
    expect(patient(store, m1)).toMatchObject({ active: false })
  })
})
