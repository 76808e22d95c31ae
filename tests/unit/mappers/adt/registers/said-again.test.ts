import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../../../src/mappers/adt/events/fact.ts'
import { tell, type Fields, type Register } from '../../../../../src/mappers/adt/registers/registers.ts'
import { isOnlySaidAgain } from '../../../../../src/mappers/adt/registers/said-again.ts'
import { scopeOf, type Scope } from '../../../../../src/mappers/adt/registers/scope.ts'
import { addTellings } from '../../../../../src/mappers/adt/registers/tellings.ts'

const instantOf = (day: string): string => `2026-03-${day}T00:00:00.000Z`
const movementOn = (day: string): Fact => ({
  ...{ id: `f${day}`, subject: 'p', kind: 'movement', scope: 'v', at: instantOf(day), actor: 'p' },
  ...{ recorded: instantOf(day), source: 'A|B', body: {} },
})
const admission = movementOn('01')
const fields: Fields = { 'PV1-2': 'I', 'PV1-3': 'W^1', 'PV1-7': '7^Doe', DG1: '', 'DG1/k': 'DG1|1||I10' }

function saidOn(day: string, before: Register = {}, said: Fields = fields, source = 'A|B'): Register {
  const words = { ...said }
  addTellings(words, instantOf(day))
  return tell(before, source, `${instantOf(day)}|${day}|a`, words)
}

const scopeWith = (register: Register): Scope =>
  scopeOf({
    ...{ patientId: 'p', shard: 1, visitId: 'v', register },
    contexts: () => {
      throw new Error('what is compared are words')
    },
  })
const isAgain = (before: Register, after: Register, facts: readonly Fact[] = [admission]): boolean =>
  isOnlySaidAgain(scopeWith(before), scopeWith(after), facts)

describe('what is said again of a visit', () => {
  const before = saidOn('02')

  test('is nothing new when all of it was said after the last movement', () => {
    expect(isAgain(before, saidOn('03', before))).toBe(true)
    expect(isAgain(before, saidOn('03', before, { 'PV1-3': 'W^1' }))).toBe(true)
    expect(isAgain(before, before)).toBe(true)
  })

  test('may be new when a movement was recorded in that second or later, or a word came before it', () => {
    const after = saidOn('03', before)
    expect(isAgain(before, after, [admission, movementOn('02')])).toBe(false)
    expect(isAgain(before, after, [admission, movementOn('04')])).toBe(false)
    const early = saidOn('01')
    expect(isAgain(early, saidOn('03', early))).toBe(false)
  })

  test.each<readonly [what: string, said: Fields]>([
    ['another word', { ...fields, 'PV1-3': 'W^2' }],
    ['a word that was not said', { ...fields, 'PV1-14': '4' }],
    ['a list that lost an item', { ...fields, 'DG1/k': 'DG1|1||I11' }],
    ['another attending', { ...fields, 'PV1-7': '8^Roe' }],
  ])('is new with %s', (_what, said) => {
    expect(isAgain(before, saidOn('03', before, said))).toBe(false)
  })

  test('may be new when it tells of a discharge, which is named after who said so', () => {
    const discharged = saidOn('02', {}, { ...fields, 'PV1-45': '20260301' })
    const said = { ...fields, 'PV1-45': '20260301' }
    expect(isAgain(discharged, saidOn('03', discharged, said))).toBe(false)
  })

  test('is new when another value was told since, or a second source speaks', () => {
    const other = saidOn('03', before, { 'PV1-7': '8^Roe' })
    const back = saidOn('04', other, { 'PV1-7': '7^Doe' })
    expect(isAgain(other, back)).toBe(false)
    const late = saidOn('02', saidOn('04', other, { 'PV1-7': '8^Roe' }), { 'PV1-7': '7^Doe' })
    expect(isAgain(late, saidOn('03', late, { 'PV1-7': '7^Doe' }))).toBe(false)
    expect(isAgain(before, saidOn('03', before, fields, 'C|D'))).toBe(false)
  })
})
