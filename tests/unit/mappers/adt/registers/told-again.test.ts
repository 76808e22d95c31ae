import { describe, expect, test } from 'vitest'
import type { Fact } from '../../../../../src/mappers/adt/events/fact.ts'
import { tell, type Fields, type Register } from '../../../../../src/mappers/adt/registers/registers.ts'
import { addTellings } from '../../../../../src/mappers/adt/registers/tellings.ts'
import { isToldAgain, movedIn } from '../../../../../src/mappers/adt/registers/told-again.ts'
import { addFirstWords, addValueDays } from '../../../../../src/mappers/adt/registers/watched-words.ts'

const instantOf = (day: string): string => `2026-03-${day}T00:00:00.000Z`
const stampOn = (day: string): string => `${instantOf(day)}|${day}|a`
const fields: Fields = {
  ...{ 'PID-5': 'RIVER^ALEX', 'PID-11': '1 ELM ST^^AUSTIN^TX', 'PV1-3': 'W^1', 'PV1-7': '7^Doe' },
  ...{ DG1: '', 'DG1/k': 'DG1|1||I10', IN1: '', 'IN1/p': 'IN1|1|P1|INS1' },
}

interface Day {
  readonly said?: Fields
  readonly source?: string
  readonly pidStamp?: string
  readonly moved?: string
  readonly arrival?: string
}

/** What `before` is once `said` is told on a day, and whether that is told again. */
function telling(day: string, before: Register, { said = fields, source = 'A|B', ...about }: Day = {}) {
  const words = { ...said }
  addTellings(words, instantOf(day))
  addFirstWords(words, 'A08')
  addValueDays(words, stampOn(day))
  const after = tell(before, source, stampOn(day), words)
  const { pidStamp = stampOn(day), moved = '2026-03-01T00:00:00', arrival } = about
  const since = { second: moved, arrival }
  return { after, isAgain: isToldAgain({ source, stamp: stampOn(day), pidStamp }, before, after, since) }
}

const { after: before } = telling('02', {})
const isAgain = (day: string, standing: Register, about?: Day): boolean =>
  telling(day, standing, about).isAgain

describe('a message that says what was said', () => {
  test('is told again, in whole or in part', () => {
    expect(isAgain('03', before)).toBe(true)
    expect(isAgain('03', before, { said: { 'PID-5': 'RIVER^ALEX' } })).toBe(true)
    expect(isAgain('03', before, { said: { DG1: '', 'DG1/k': 'DG1|1||I10' } })).toBe(true)
    expect(isAgain('03', before, { said: {} })).toBe(true)
    expect(isAgain('04', telling('03', before).after)).toBe(true)
  })

  test.each<readonly [what: string, said: Fields]>([
    ['another word', { 'PV1-3': 'W^2' }],
    ['a word that was not said', { 'PV1-14': '4' }],
    ['another address', { 'PID-11': '9 OAK AVE^^DALLAS^TX' }],
    ['another attending', { 'PV1-7': '8^Roe' }],
    ['an item more', { DG1: '', 'DG1/k': 'DG1|1||I10', 'DG1/l': 'DG1|2||I11' }],
    ['another item in place of one', { DG1: '', 'DG1/l': 'DG1|1||I11' }],
    ['an item that changed', { 'DG1/k': 'DG1|1||I10|worse' }],
    ['an empty list', { DG1: '' }],
    ['a list that was not said', { NK1: '', 'NK1/k': 'NK1|1|LEE^SAM' }],
  ])('is not with %s', (_what, said) => {
    expect(isAgain('03', before, { said })).toBe(false)
  })

  test('is not when it goes back to what was said before something else', () => {
    for (const [field, other] of [
      ['PID-11', '9 OAK AVE^^DALLAS^TX'],
      ['PV1-7', '8^Roe'],
    ] as const) {
      const { after } = telling('03', before, { said: { [field]: other } })
      expect(isAgain('04', after, { said: { [field]: fields[field] ?? '' } })).toBe(false)
      expect(isAgain('04', after, { said: { [field]: other } })).toBe(true)
    }
  })

  test('is not when an item comes back that its list had lost', () => {
    const { after } = telling('03', before, { said: { DG1: '', 'DG1/l': 'DG1|1||I11' } })
    expect(isAgain('04', after, { said: { DG1: '', 'DG1/k': 'DG1|1||I10' } })).toBe(false)
    expect(isAgain('04', after, { said: { 'DG1/k': 'DG1|1||I10' } })).toBe(false)
    expect(isAgain('04', after, { said: { DG1: '', 'DG1/l': 'DG1|1||I11' } })).toBe(true)
  })

  test('is not when another value was told in the same second', () => {
    const { after } = telling('02', before, { said: { 'PV1-7': '8^Roe' } })
    expect(isAgain('03', after, { said: { 'PV1-7': '8^Roe' } })).toBe(false)
  })

  test('is not when an item counts by its day and it is another one', () => {
    const ended = { IN1: '', 'IN1/p': 'IN1|1|P1|INS1||||||||||20260401' }
    const { after } = telling('02', {}, { said: ended })
    expect(isAgain('03', after, { said: ended })).toBe(false)
  })

  test('is not when it isn’t the latest, of another source, or its record is older than itself', () => {
    expect(isAgain('01', before)).toBe(false)
    expect(isAgain('02', before)).toBe(false)
    expect(isAgain('03', before, { source: 'C|D' })).toBe(false)
    expect(isAgain('04', telling('03', before, { source: 'C|D' }).after)).toBe(false)
    expect(isAgain('03', before, { pidStamp: stampOn('01') })).toBe(false)
  })

  test('is not when a movement was recorded since, or it tells of a discharge', () => {
    expect(isAgain('03', before, { moved: '2026-03-02T00:00:00' })).toBe(false)
    const said = { 'PV1-45': '20260301' }
    expect(isAgain('03', telling('02', {}, { said }).after, { said })).toBe(false)
  })

  test('is told again after nothing but the arrival that said it first', () => {
    const moved = '2026-03-02T00:00:00'
    expect(isAgain('03', before, { moved, arrival: stampOn('02') })).toBe(true)
    expect(isAgain('03', before, { moved, arrival: stampOn('01') })).toBe(false)
  })
})

describe('what the facts of a visit say of what may be said again', () => {
  const fact = (event: string, about: Partial<Fact> = {}): Fact => ({
    ...{
      id: event,
      subject: 's',
      kind: 'movement',
      scope: 'v',
      at: instantOf('02'),
      recorded: instantOf('02'),
    },
    ...{ actor: 'Device/a', source: 'A|B', body: { event, stamp: stampOn('02') } },
    ...about,
  })

  test('is the second of the last one, and the message of an arrival that stands alone and had happened by then', () => {
    expect(movedIn([])).toEqual({ second: '', arrival: undefined })
    expect(movedIn([fact('A01')])).toEqual({ second: '2026-03-02T00:00:00', arrival: stampOn('02') })
    expect(movedIn([fact('A04', { at: instantOf('01') })]).arrival).toBe(stampOn('02'))
    expect(movedIn([fact('A04', { at: instantOf('03') })]).arrival).toBeUndefined()
    expect(movedIn([fact('A21')]).arrival).toBeUndefined()
    expect(movedIn([fact('A01', { kind: 'cancel' })]).arrival).toBeUndefined()
    expect(movedIn([fact('A01'), fact('A02')]).arrival).toBeUndefined()
  })
})
