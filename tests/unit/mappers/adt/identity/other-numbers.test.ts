import { describe, expect, test } from 'vitest'
import type { Resource } from '../../../../../src/fhir/resource.ts'
import { canonicalJson } from '../../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { comparable, mapped, memory, type Memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

const number = (value: string): string => `${value}^^^VALLEY^MR`
const admit = (id: string, patient: string, day: string): Er7 => ({
  ...{ event: 'A01', id, at: `202610${day}080000`, patient, visit: `V${id}` },
})
const one = admit('C1', 'M1', '01')
const two = admit('C2', 'M2', '02')
/** Of M1, which has M2 as another number. */
const both: Er7 = {
  ...one,
  event: 'A08',
  id: 'C3',
  at: '20261003080000',
  pid: { 3: `${number('M1')}~${number('M2')}` },
}
const again: Er7 = { ...both, id: 'C5', at: '20261006080000' }

function unlink(): string {
  const [first, second] = ['M1', 'M2'].map(patient =>
    er7({ event: 'A37', id: 'C4', at: '20261004080000', patient, visit: '' }),
  )
  return `${first}${second?.split('\r').slice(2).join('\r')}`
}

function told(...messages: readonly (Er7 | string)[]): Memory {
  const store = memory()
  for (const message of messages) store.take(typeof message === 'string' ? message : er7(message))
  return store
}
const idOf = (patient: string): string => mapped(er7({ ...one, patient })).patient.id
const patient = (store: Memory, name: string): Resource | undefined =>
  store.get({ type: 'Patient', id: idOf(name) })
const linkTo = (name: string) => [{ other: { reference: `Patient/${idOf(name)}` }, type: 'seealso' }]
const stateOf = (store: Memory): string => canonicalJson(comparable(store.resources()))

describe('PID-3 that names two known patients (adt.md 3.2.7)', () => {
  test('the message is the first one’s, and the two are linked, never merged', () => {
    const store = told(one, two, both)
    expect(patient(store, 'M1')).toMatchObject({ link: linkTo('M2') })
    expect(patient(store, 'M2')).toMatchObject({ link: linkTo('M1') })
    expect(patient(store, 'M2')).not.toHaveProperty('active')
  })

  test('people have to look whether the two are one, on both sides', () => {
    const store = memory()
    for (const message of [one, two]) store.take(er7(message))
    const reviews = store.take(er7(both)).persons.flatMap(({ identityReviews = [] }) => identityReviews)
    expect(reviews).toMatchObject([
      { kind: 'possible-duplicate', id: `duplicate:${idOf('M2')}` },
      { kind: 'possible-duplicate', id: `duplicate:${idOf('M1')}` },
    ])
  })

  test('a number that nobody came with as a patient makes nothing', () => {
    expect(patient(told(one, both), 'M1')).not.toHaveProperty('link')
    expect(patient(told(one, both), 'M2')).toBeUndefined()
  })

  test('any order of the messages ends in the same state, whichever patient comes last', () => {
    expect(new Set(permutations([one, two, both]).map(order => stateOf(told(...order)))).size).toBe(1)
  })

  test('a link leads both ways to whoever the other is now, by merges and changed numbers, in any order', () => {
    const change = (event: string, id: string, to: string, from: string): Er7 => ({
      ...{ event, id, at: `202610${id}`, patient: to, visit: '', segments: [`MRG|${number(from)}`] },
    })
    const renumber = change('A47', '04080000', 'M3', 'M2')
    const merge = change('A40', '05080000', 'M4', 'M1')
    const messages = [one, two, both, renumber, merge, admit('C6', 'M4', '06')]
    const end = told(...messages)
    expect(patient(end, 'M4')).toMatchObject({ link: expect.arrayContaining(linkTo('M2')) })
    expect(patient(end, 'M2')).toMatchObject({ link: linkTo('M4') })
    expect(new Set(permutations(messages).map(order => stateOf(told(...order)))).size).toBe(1)
  })

  test('an A37 takes it back for good, in any order', () => {
    const messages = [one, two, both, unlink(), again]
    expect(patient(told(...messages), 'M1')).not.toHaveProperty('link')
    expect(new Set(permutations(messages).map(order => stateOf(told(...order)))).size).toBe(1)
  })

  test('a merge by a number that somebody has beside their own is for people to look at, in any order', () => {
    const three = admit('C6', 'M3', '02')
    const merge: Er7 = {
      ...{ event: 'A40', id: 'C7', at: '20261004080000', patient: 'M3', visit: '' },
      segments: [`MRG|${number('M2')}`],
    }
    const store = memory()
    for (const message of [both, three]) store.take(er7(message))
    const reviews = store.take(er7(merge)).persons.flatMap(({ identityReviews = [] }) => identityReviews)
    expect(reviews.filter(({ kind }) => kind === 'possible-duplicate')).toHaveLength(2)
    expect(patient(store, 'M1')).toMatchObject({ link: linkTo('M3') })
    expect(new Set(permutations([both, three, merge]).map(order => stateOf(told(...order)))).size).toBe(1)
  })

  test('after a merge the old number says nothing new', () => {
    const merge = {
      ...one,
      event: 'A40',
      id: 'C6',
      at: '20261003090000',
      visit: '',
      segments: [`MRG|${number('M2')}`],
    }
    expect(patient(told(one, two, merge, again), 'M1')).toMatchObject({ link: [{ type: 'replaces' }] })
  })
})
