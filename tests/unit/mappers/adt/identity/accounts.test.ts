import type { Account, Encounter } from '@medplum/fhirtypes'
import { describe, expect, test } from 'vitest'
import { canonicalJson } from '../../../../../src/lib/json.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { comparable, mapped, memory, type Memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

const number = (value: string): string => `${value}^^^VALLEY^AN`

const admit = (id: string, day: string, patient: string, account: string): Er7 => ({
  ...{ event: 'A01', id, at: `202610${day}080000`, patient, visit: `V${id}` },
  pid: { 18: number(account) },
})
/** An event that speaks of accounts: MRG-1, MRG-3 to PID-3, PID-18. */
const change = (event: string, day: string, [from, old]: readonly string[], to: Er7): Er7 => ({
  ...{ ...to, event, id: `X${event}${day}`, at: `202610${day}080000`, visit: '', pv1: { 3: '' } },
  segments: [`MRG|${from}^^^VALLEY^MR||${number(old ?? '')}`],
})

function unlink(day: string): string {
  const [first, second] = ['M1', 'M2'].map(patient =>
    er7({ event: 'A37', id: `U${day}`, at: `202610${day}080000`, patient, visit: '' }),
  )
  return `${first}${second?.split('\r').slice(2).join('\r')}`
}

function told(...messages: readonly (Er7 | string)[]): Memory {
  const store = memory()
  for (const message of messages) store.take(typeof message === 'string' ? message : er7(message))
  return store
}

const all = (store: Memory, type: string): readonly unknown[] =>
  store.resources().filter(({ resourceType }) => resourceType === type)
const accountsIn = (store: Memory): readonly Account[] => all(store, 'Account') as readonly Account[]
const numbered = (store: Memory, value: string): Account => {
  const found = accountsIn(store).find(({ identifier = [] }) => identifier[0]?.value === value)
  if (!found) throw new Error('no such Account')
  return found
}
const billed = (store: Memory): readonly unknown[] =>
  (all(store, 'Encounter') as readonly Encounter[]).map(({ account }) => account?.[0]?.reference)
const numbersOf = ({ identifier = [] }: Account): readonly string[] =>
  identifier.map(({ value, use }) => `${value}${use === 'old' ? ' old' : ''}`)
const idOf = (patient: string): string => mapped(er7(admit('Z', '01', patient, 'Z'))).patient.id

/** What stands in the end, but for what was withdrawn on the way there. */
const stateOf = (store: Memory): string =>
  canonicalJson(
    comparable(store.resources()).filter(
      one => !('status' in one) || one['status'] !== 'entered-in-error' || one.resourceType !== 'Account',
    ),
  )

const endsOf = (messages: readonly (Er7 | string)[]): number =>
  new Set(permutations(messages).map(order => stateOf(told(...order)))).size

const one = admit('C1', '01', 'M1', 'ACC1')
const two = admit('C2', '02', 'M1', 'ACC2')
const others = admit('C3', '03', 'M2', 'ACC3')
const update = (day: string, of: Er7): Er7 => ({
  ...of,
  event: 'A08',
  id: `L${day}`,
  at: `202610${day}080000`,
})

describe.each(['A35', 'A41'])('%s merges an account into another of the patient', event => {
  const merge = change(event, '05', ['M1', 'ACC1'], two)

  test('the minor one is inactive and part of the survivor, who has its number as an old one', () => {
    const store = told(one, two, merge)
    const survivor = numbered(store, 'ACC2')
    expect(numbered(store, 'ACC1')).toMatchObject({
      status: 'inactive',
      partOf: { reference: `Account/${survivor.id}` },
    })
    expect([survivor.status, numbersOf(survivor)]).toEqual(['active', ['ACC2', 'ACC1 old']])
    expect(billed(store)).toEqual([`Account/${survivor.id}`, `Account/${survivor.id}`])
  })

  test('any order of the messages ends in the same state, with one that comes late on the old number', () => {
    expect(endsOf([one, two, merge, update('06', one)])).toBe(1)
  })

  test('a number that no message named as an account makes none', () => {
    expect(accountsIn(told(two, merge)).map(numbersOf)).toEqual([['ACC2', 'ACC1 old']])
  })
})

describe('A49 gives an account another number', () => {
  const renumber = change('A49', '05', ['M1', 'ACC1'], { ...one, pid: { 18: number('ACC7') } })
  const later = update('06', { ...one, pid: { 18: number('ACC7') } })

  test('it is one account, which the visit still names', () => {
    const store = told(one, renumber, later)
    expect(accountsIn(store).map(numbersOf)).toEqual([['ACC7', 'ACC1 old']])
    expect(accountsIn(store)[0]?.status).toBe('active')
    expect(billed(store)).toEqual([`Account/${accountsIn(told(one))[0]?.id}`])
  })

  test('numbers that follow one another are old but the last', () => {
    const again = change('A49', '07', ['M1', 'ACC7'], { ...one, pid: { 18: number('ACC9') } })
    expect(accountsIn(told(one, renumber, again)).map(numbersOf)).toEqual([['ACC9', 'ACC1 old', 'ACC7 old']])
    expect(endsOf([one, renumber, again])).toBe(1)
  })

  test('any order of the messages ends in the same state', () => {
    expect(endsOf([one, renumber, later, others])).toBe(1)
  })
})

describe('an account whose old number nobody knew', () => {
  const idsIn = (store: Memory): readonly unknown[] => accountsIn(store).map(({ id }) => id)
  const renumber = change('A49', '05', ['M1', 'OLD'], one)

  test.each(['A49', 'A06'])('is the one that is known, with that number as an old one (%s)', event => {
    const turned: Er7 = {
      ...one,
      event,
      id: 'X',
      at: '20261005080000',
      segments: ['MRG|M1^^^VALLEY^MR||OLD^^^VALLEY^AN'],
    }
    const store = told(one, event === 'A49' ? renumber : turned)
    expect(idsIn(store)).toEqual(idsIn(told(one)))
    expect(accountsIn(store).map(numbersOf)).toEqual([['ACC1', 'OLD old']])
    expect(billed(store)).toEqual([`Account/${accountsIn(store)[0]?.id}`])
  })

  test('is of its new number where that is new too, also when it is said twice', () => {
    const again = { ...renumber, id: 'X2', at: '20261006080000' }
    const store = told(renumber, again)
    expect(idsIn(store)).toEqual(idsIn(told(one)))
    expect(accountsIn(store).map(numbersOf)).toEqual([['ACC1', 'OLD old']])
  })

  test('is of the patient in PID after an A44', () => {
    const move = change('A44', '05', ['M2', 'OLD'], one)
    const store = told(one, move)
    expect(idsIn(store)).toEqual(idsIn(told(one)))
    expect(numbered(store, 'ACC1').subject).toEqual([{ reference: `Patient/${idOf('M1')}` }])
  })

  test('is the one under the old number after all when that turns up, in any order', () => {
    const late = update('01', { ...one, pid: { 18: number('OLD') } })
    expect(endsOf([renumber, update('06', one), late])).toBe(1)
    const known = accountsIn(told(late, renumber))
    expect(known.map(numbersOf)).toEqual([['ACC1', 'OLD old']])
  })
})

describe('A44 moves an account to another patient', () => {
  const move = change('A44', '05', ['M2', 'ACC3'], { ...one, pid: { 18: number('ACC3') } })

  test('it is one account, of the patient in PID', () => {
    const store = told(one, others, move)
    expect(accountsIn(store)).toHaveLength(2)
    expect(numbered(store, 'ACC3').subject).toEqual([{ reference: `Patient/${idOf('M1')}` }])
    expect(numbered(store, 'ACC3').id).toBe(numbered(told(others), 'ACC3').id)
  })

  test('moved back it is the first patient’s again', () => {
    const back = change('A44', '06', ['M1', 'ACC3'], others)
    const store = told(one, others, move, back)
    expect(accountsIn(store)).toHaveLength(2)
    expect(numbered(store, 'ACC3').subject).toEqual([{ reference: `Patient/${idOf('M2')}` }])
    expect(endsOf([one, others, move, back])).toBe(1)
  })

  test('any order of the messages ends in the same state', () => {
    const later = update('06', { ...others, patient: 'M1', visit: 'V9' })
    expect(endsOf([one, others, move, later])).toBe(1)
  })
})

describe('a merge of patients that names accounts (A36)', () => {
  const merge = change('A36', '05', ['M2', 'ACC3'], one)

  test('the minor account is the survivor’s, and part of the one that goes on', () => {
    const store = told(one, others, merge)
    expect(numbered(store, 'ACC3')).toMatchObject({
      status: 'inactive',
      subject: [{ reference: `Patient/${idOf('M1')}` }],
      partOf: { reference: `Account/${numbered(store, 'ACC1').id}` },
    })
  })

  test('A37 takes it back: everything is as if it had never been', () => {
    expect(stateOf(told(one, others, merge, unlink('06')))).toBe(stateOf(told(one, others)))
    expect(endsOf([one, others, merge, unlink('06')])).toBe(1)
  })

  test('an account under the same number is one account, and two again after A37', () => {
    const same = { ...others, pid: { 18: number('ACC1') } }
    const joined = change('A40', '05', ['M2', 'ACC1'], one)
    const active = accountsIn(told(one, same, joined)).filter(({ status }) => status === 'active')
    expect(active).toHaveLength(1)
    expect(stateOf(told(one, same, joined, unlink('06')))).toBe(stateOf(told(one, same)))
  })
})

describe('a new number of a visit that nobody knew by its old one, but by the new one (A06, A50)', () => {
  test('the Encounter that is known goes on, with the old number beside', () => {
    const turned: Er7 = {
      ...{ ...one, event: 'A06', id: 'C6', at: '20261002080000', pv1: { 2: 'I' } },
      segments: ['MRG|M1^^^VALLEY^MR||||OLD^^^VALLEY^VN'],
    }
    const registered: Er7 = { ...one, event: 'A04', pv1: { 2: 'E' } }
    const visits = all(told(registered, turned), 'Encounter') as readonly Encounter[]
    expect(visits).toMatchObject([
      { status: 'in-progress', identifier: [{ value: 'VC1' }, { value: 'OLD', use: 'old' }] },
    ])
    expect(visits[0]?.id).toBe((all(told(registered), 'Encounter') as readonly Encounter[])[0]?.id)
    const late = all(told(turned, registered), 'Encounter') as readonly Encounter[]
    expect(late.find(({ id }) => id === visits[0]?.id)).toMatchObject({ status: 'in-progress' })
    expect(late.filter(({ status }) => status !== 'entered-in-error')).toHaveLength(1)
  })
})
