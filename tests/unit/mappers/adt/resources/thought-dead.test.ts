import { expect, test } from 'vitest'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'

const admit: Er7 = { event: 'A01', id: '1', at: '20261001120000', pv1: { 44: '20261001120000' } }
const told = (id: string, at: string, pid: Record<number, string>): Er7 => ({ event: 'A08', id, at, pid })
const dies = told('2', '20261002120000', { 29: '20261002', 30: 'Y' })
const lives = told('3', '20261003120000', { 29: '""', 30: 'N' })

function lastOf(...messages: readonly Er7[]) {
  const store = memory()
  const [last] = messages.map(message => store.take(er7(message))).toReversed()
  return [last?.deceased, last?.thoughtDead]
}

test('a death that was told and taken back is known as such in every order', () => {
  const expected = [undefined, { at: '2026-10-02T16:00:00.000Z' }]
  expect(lastOf(admit, dies, lives)).toEqual(expected)
  expect(lastOf(admit, lives, dies)).toEqual(expected)
  expect(lastOf(lives, dies, admit)).toEqual(expected)
  expect(lastOf(dies, lives, admit, lives, dies)).toEqual(expected)
})

test('a death that stands, or was never told, is not one that was taken back', () => {
  expect(lastOf(admit, dies)).toEqual([{ at: '2026-10-02' }, undefined])
  expect(lastOf(admit, lives)).toEqual([undefined, undefined])
  expect(lastOf(admit, told('4', '20261004120000', { 29: '20261002', 30: 'N' }))).toEqual([
    undefined,
    undefined,
  ])
  const again = told('5', '20261005120000', { 30: 'Y' })
  expect(lastOf(admit, dies, lives, again)).toEqual([
    { at: '2026-10-05T16:00:00.000Z', isInexact: true },
    undefined,
  ])
})

test('a death of which nobody says when it was counts from when it was first recorded, in every order', () => {
  const first = told('6', '20261004120000', { 30: 'Y' })
  const again = told('7', '20261009120000', { 30: 'Y' })
  const expected = [{ at: '2026-10-04T16:00:00.000Z', isInexact: true }, undefined]
  expect(lastOf(admit, first)).toEqual(expected)
  expect(lastOf(admit, first, again)).toEqual(expected)
  expect(lastOf(again, first, admit)).toEqual(expected)
  expect(lastOf(admit, again, lives, first)).toEqual(expected)
  const patient = memory()
  patient.take(er7(admit))
  expect(patient.take(er7(first)).resources).toContainEqual(
    expect.objectContaining({ resourceType: 'Patient', deceasedBoolean: true }),
  )
})

test('and not from before it was said that the patient lives', () => {
  const before = told('8', '20261002120000', { 30: 'Y' })
  const after = told('9', '20261004120000', { 30: 'Y' })
  const expected = [{ at: '2026-10-04T16:00:00.000Z', isInexact: true }, undefined]
  expect(lastOf(admit, before, told('10', '20261003120000', { 30: 'N' }), after)).toEqual(expected)
  expect(lastOf(after, told('10', '20261003120000', { 30: 'N' }), admit, before)).toEqual(expected)
})
