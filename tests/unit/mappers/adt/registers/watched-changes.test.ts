import { expect, test } from 'vitest'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'
import { permutations } from '../../../../support/adt/permutations.ts'

const told = (event: string, id: string, at: string, more: Partial<Er7> = {}): Er7 => ({
  ...{ event, id, at },
  ...more,
})
const insured = (payer: string): Partial<Er7> => ({ segments: [`IN1|1|P1|${payer}|PAYER`] })
const diagnosed = (...codes: readonly string[]): Partial<Er7> => ({
  segments: codes.map((code, i) => `DG1|${i + 1}||${code}^^I10|||W`),
})

const come = told('A01', '1', '20261001120000', insured('INS1'))
const changed = told('A08', '2', '20261003120000', insured('INS2'))

/** `value at` of each change, `replaced` where it stands no more. */
function changesOf(...messages: readonly Er7[]): readonly string[] {
  const store = memory()
  const [last] = messages.map(message => store.take(er7(message))).toReversed()
  return (last?.changes ?? [])
    .map(({ value, at, replacedAt }) => `${value} ${at.slice(0, 10)}${replacedAt ? ' replaced' : ''}`)
    .toSorted()
}

test('a payer that its source had not named before is a change of when it was first named, in every order', () => {
  const again = told('A08', '3', '20261005120000', insured('INS2'))
  for (const order of [
    [come, changed, again],
    [again, changed, come],
    [changed, come, again, changed],
    [again, come, changed],
  ])
    expect(changesOf(...order)).toEqual(['payer 2026-10-03'])
})

test('the first word on a value is no change, nor is the same word written otherwise', () => {
  const home = (id: string, at: string, address: string): Er7 => told('A31', id, at, { pid: { 11: address } })
  const first = home('1', '20261001120000', '1 Elm St.^^Austin^TX')
  expect(changesOf(first)).toEqual([])
  expect(changesOf(first, home('2', '20261002120000', '1 ELM ST^^AUSTIN^TX'))).toEqual([])
  expect(changesOf(first, home('3', '20261003120000', '9 OAK ST^^AUSTIN^TX'))).toEqual(['address 2026-10-03'])
})

test('a value that comes back is a change too, and the one between stands no more, in every order', () => {
  const back = told('A08', '3', '20261005120000', insured('INS1'))
  const repeated = told('A08', '4', '20261007120000', insured('INS1'))
  for (const order of permutations([come, changed, back, repeated]))
    expect(changesOf(...order)).toEqual(['payer 2026-10-03 replaced', 'payer 2026-10-05'])
  const again = told('A08', '5', '20261009120000', insured('INS2'))
  for (const order of permutations([come, changed, back, again]))
    expect(changesOf(...order)).toEqual(['payer 2026-10-03', 'payer 2026-10-05 replaced', 'payer 2026-10-09'])
})

test('a value that comes and goes on one day is told once, however often it is repeated', () => {
  const home = (id: string, hour: number, address: string): Er7 =>
    told('A31', id, `20261001${hour}0000`, { pid: { 11: address } })
  const [elm, oak] = ['1 Elm St^^Austin^TX', '9 Oak St^^Austin^TX']
  const back = [home('1', 10, elm), home('2', 11, oak), home('3', 12, elm)]
  const idsOf = (messages: readonly Er7[]): readonly string[] => {
    const store = memory()
    const [last] = messages.map(message => store.take(er7(message))).toReversed()
    return (last?.changes ?? []).map(({ id, at }) => `${id} ${at}`).toSorted()
  }
  expect(idsOf(back)).toHaveLength(2)
  for (const order of permutations([...back, home('4', 15, elm)])) expect(idsOf(order)).toEqual(idsOf(back))
})

test('a list of insurances that loses an entry is a change, and the plan is cancelled, in every order', () => {
  const plans = (...payers: readonly string[]): Partial<Er7> => ({
    segments: payers.map((payer, i) => `IN1|${i + 1}|P${payer}|${payer}|PAYER`),
  })
  const both = told('A01', '1', '20261001120000', plans('INS1', 'INS2'))
  const one = told('A08', '2', '20261003120000', plans('INS2'))
  const same = told('A31', '3', '20261004120000', plans('INS2'))
  const silent = told('A08', '4', '20261005120000')
  for (const order of permutations([both, one, same, silent])) {
    expect(changesOf(...order)).toEqual(['payer 2026-10-03'])
    const store = memory()
    for (const message of order) store.take(er7(message))
    const coverages = store.resources().filter(({ resourceType }) => resourceType === 'Coverage')
    expect(coverages.map(({ status }) => status).toSorted()).toEqual(['active', 'cancelled'])
  }
  expect(changesOf(both, told('A08', '2', '20261003120000', { segments: ['IN1|1'] }))).toEqual([
    'payer 2026-10-03',
  ])
})

test('a late message that says a value was so before makes two changes of one', () => {
  const before = told('A31', '0', '20260901120000', insured('INS2'))
  expect(changesOf(come, changed, before)).toEqual(['payer 2026-10-01 replaced', 'payer 2026-10-03'])
})

test('a diagnosis that an update adds is a change, one that comes with a movement is not', () => {
  const working = told('A01', '1', '20261001120000', diagnosed('I10'))
  const added = told('A08', '2', '20261002120000', diagnosed('I10', 'I50.9'))
  const coded = told('A03', '3', '20261003120000', diagnosed('I10', 'I50.9', 'N17.9'))
  expect(changesOf(working, added, coded)).toEqual(['diagnosis 2026-10-02'])
  expect(changesOf(coded, added, working)).toEqual(['diagnosis 2026-10-02'])
  expect(changesOf(working, told('A08', '4', '20261004120000', diagnosed('I50.9', 'I10', 'E11.9')))).toEqual([
    'diagnosis 2026-10-04',
  ])
})

test('a primary care provider is known by number, in PD1 and ROL alike', () => {
  const cared = (id: string, at: string, segment: string): Er7 => told('A31', id, at, { segments: [segment] })
  const first = cared('1', '20261001120000', 'PD1||||88^FOLK^MO')
  const same = cared('2', '20261002120000', 'PD1||||88^FOLK^MORRIS')
  const other = cared('3', '20261003120000', 'PD1||||89^REED^CY')
  expect(changesOf(first, same, other)).toEqual(['pcp 2026-10-03'])
  expect(changesOf(first, other, cared('4', '20261004120000', 'PD1||||""'))).toEqual([
    'pcp 2026-10-03 replaced',
  ])
})

test('what another hospital says is no change of its own, for it said nothing else before', () => {
  const elsewhere = told('A31', '5', '20261004120000', { ...insured('INS9'), facility: 'HILL' })
  expect(changesOf(come, elsewhere)).toEqual([])
})

test('names the message that said it first, and the visit of a diagnosis', () => {
  const store = memory()
  store.take(er7(told('A01', '1', '20261001120000', diagnosed('I10'))))
  const { changes, stays } = store.take(er7(told('A08', 'UPD', '20261002120000', diagnosed('I50.9'))))
  expect(changes).toMatchObject([
    { value: 'diagnosis', encounter: stays[0]?.encounter, message: expect.stringContaining('/UPD#') },
  ])
})
