import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { triggers } from '../../../../src/mappers/adt/events/triggers.ts'
import type { InboundRecord } from '../../../../src/commands/ingest-adt/inbound.ts'
import { er7 } from '../../../support/adt/er7.ts'
import { hospitalStore, type HospitalStore } from '../../../support/adt/hospital-store.ts'
import { dayEvents, hospitalDay, type DayOptions } from '../../../support/adt/hospital-day.ts'
import { businessDifferences } from '../../../support/adt/business-ending.ts'
import {
  delivered,
  differences,
  ending,
  inOrder,
  shuffledWithRepeats,
  strays,
} from '../../../support/adt/hospital-ending.ts'

/**
 * A day of two hospitals through the ingest handler over a store in memory, duties of cases included: whatever happens to
 * the messages on their way, the same stands in the end. A failure names its seeds; CASEWIRE_SEED repeats a run.
 */
const isLong = process.env['CASEWIRE_LONG'] === '1'
const seed = Number(process.env['CASEWIRE_SEED'] ?? (isLong ? Date.now() % 2 ** 31 : 2026))
const size = isLong ? { patients: 4, steps: 10 } : { patients: 2, steps: 6 }
const numRuns = isLong ? 400 : 5

if (isLong) process.stderr.write(`hospital days: seed ${seed}, ${numRuns} runs\n`)

const number = fc.integer({ min: 0, max: 2 ** 31 - 1 })
const textsOf = (day: number, who: Partial<DayOptions> = {}): readonly string[] =>
  hospitalDay({ seed: day, ...size, ...who }).map(({ text }) => text)

/** Merges, links and changed numbers, while each visit stays with the patient under whom it is sent. */
const ownVisits = { identities: isLong ? 5 : 3, follows: false }
/** Moves and swaps besides; what is told afterwards uses the numbers that hold then. */
const movedVisits = { identities: isLong ? 5 : 3, patients: isLong ? 4 : 3 }

const businessDifferencesOf = (one: HospitalStore, other: HospitalStore): readonly string[] =>
  businessDifferences(ending(one), ending(other))

describe('a hospital day', () => {
  test('holds every event that is mapped, when there are days enough', () => {
    expect(Object.keys(triggers).filter(event => !dayEvents.includes(event))).toEqual([])
    const told = new Set(
      Array.from({ length: 240 }, (_none, day) =>
        hospitalDay({ seed: day, patients: 3, steps: 12, identities: 8 }),
      )
        .flat()
        .map(({ event }) => event),
    )
    expect(dayEvents.filter(event => !told.has(event))).toEqual([])
  })

  const delivery = fc.record({
    day: number,
    order: number,
    partitions: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 20 }),
  })
  const kinds = [
    { what: 'where visits stay with their patients', who: ownVisits, compare: differences },
    { what: 'where visits move between patients', who: movedVisits, compare: businessDifferencesOf },
  ]

  test.for(kinds)(
    'in any order, repeated and cut into batches over one to six partitions, ends as in the order it was recorded, $what',
    { timeout: 7_200_000 },
    async ({ who, compare }) => {
      await fc.assert(
        fc.asyncProperty(delivery, async ({ day, order, partitions, batch }) => {
          const texts = textsOf(day, who)
          const calm = await delivered(texts, inOrder)
          const wild = await delivered(shuffledWithRepeats(texts, order), { seed: order, partitions, batch })
          expect(compare(calm, wild)).toEqual([])
          expect(strays(wild)).toEqual([])
          expect(ending(calm).size).toBeGreaterThan(0)
        }),
        { numRuns, seed },
      )
    },
  )

  test('told again changes nothing', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(number, async day => {
        const texts = textsOf(day, movedVisits)
        const store = await delivered(texts, inOrder)
        const before = JSON.stringify(store.resources())
        const records = texts.toReversed().map(text => ({ value: Buffer.from(text), origin: 'again' }))
        const again = await store.ingest({ lane: 0, door: 'kafka', records })
        expect(again.kind === 'done' && again.verdicts.flat().map(({ outcome }) => outcome)).toEqual(
          texts.map(() => 'duplicate'),
        )
        expect(JSON.stringify(store.resources())).toBe(before)
      }),
      { numRuns: Math.ceil(numRuns / 4), seed },
    )
  })

  test('withdraws what was of a visit of another number, whatever kinds the message speaks of that says so', async () => {
    const at = (time: string): string => `20261001${time}`
    const height = ['OBX|1|NM|8302-2^HEIGHT^LN||170|cm|||||F|||20261001221151']
    const visit = { visit: 'V1' }
    const first = er7({ ...visit, event: 'A08', id: '1', patient: 'D1', at: at('191151') })
    const move = er7({
      ...{ ...visit, event: 'A45', id: '2', patient: 'D0', at: at('191751') },
      segments: ['MRG|D1^^^VALLEY^MR||||V1^^^VALLEY^VN', 'PV1||I|||||||||||||||||V1^^^VALLEY^VN'],
    })
    const news = er7({ ...visit, event: 'A08', id: '3', patient: 'D0', at: at('221151'), segments: height })
    const calm = await delivered([first, move, news], inOrder)
    const wild = await delivered([move, news, first], inOrder)
    expect(businessDifferencesOf(calm, wild)).toEqual([])
  })

  test('leaves nothing incomplete of a visit that was withdrawn for a while, once its admission has come', async () => {
    const [first, then, last] = ['20261001092234', '20261001155834', '20261001203734']
    const admit = er7({ event: 'A04', id: '1', patient: 'D1', at: first })
    const move = er7({
      ...{ event: 'A45', id: '2', patient: 'D2', at: then },
      segments: ['MRG|D1^^^VALLEY^MR||||V1^^^VALLEY^VN', 'PV1||I|||||||||||||||||V1^^^VALLEY^VN'],
    })
    const news = er7({ event: 'A08', id: '3', patient: 'D2', at: last })
    const calm = await delivered([admit, move, news], inOrder)
    const wild = await delivered([news, move, admit], inOrder)
    expect(businessDifferencesOf(calm, wild)).toEqual([])
  })

  test('has a follow-up met by a visit, whether or not its case was known when the visit was told', async () => {
    const at = (day: string, event: string, pv1: Readonly<Record<number, string>>): string =>
      er7({
        event,
        id: day,
        patient: 'D1',
        visit: `V${pv1[19]}`,
        at: `202610${day}0000`,
        pv1: { 2: pv1[2] ?? '' },
      })
    const admit = at('0118', 'A01', { 2: 'I', 19: '1' })
    const leave = at('0202', 'A03', { 2: 'I', 19: '1' })
    const visit = at('0410', 'A04', { 2: 'O', 19: '2' })
    const calm = await delivered([admit, leave, visit], inOrder)
    const wild = await delivered([visit, leave, admit], inOrder)
    expect(businessDifferencesOf(calm, wild)).toEqual([])
    expect([...ending(wild).values()].join()).toContain('a visit to a clinic that a message told of')
  })

  test('makes a Task as urgent as its discharge, whenever that was mended', async () => {
    const visit = { patient: 'D1', visit: 'V1' }
    const admit = er7({ ...visit, event: 'A01', id: '1', at: '20261001031059' })
    const leave = er7({
      ...{ ...visit, event: 'A03', id: '2', at: '20261001181059', pv1: { 36: '07' } },
      segments: ['ZBE|MV1|20261001181059||INSERT|N|'],
    })
    const mended = er7({
      ...{ ...visit, event: 'Z99', id: '3', at: '20261001194059', recorded: '20261005034059' },
      segments: ['ZBE|MV1|20261001194059||UPDATE|N|A03'],
    })
    const calm = await delivered([admit, leave, mended], inOrder)
    for (const order of [
      [mended, leave, admit],
      [mended, admit, leave],
      [leave, mended, admit],
    ])
      expect(differences(calm, await delivered(order, inOrder))).toEqual([])
    expect([...ending(calm).values()].join()).toContain('"priority":"urgent"')
  })

  test('makes a Task no more urgent than the discharge that stands, whichever was told first', async () => {
    const visit = { patient: 'D1', visit: 'V1' }
    const at = (time: string): string => `20261002${time}00`
    const admit = er7({ ...visit, event: 'A01', id: '1', at: '20261001032411' })
    const left = er7({ ...visit, event: 'A03', id: '2', at: at('0554'), pv1: { 36: '07' } })
    const home = er7({
      ...visit,
      event: 'A03',
      id: '3',
      at: at('0624'),
      recorded: at('0924'),
      pv1: { 36: '01' },
    })
    const calm = await delivered([admit, left, home], inOrder)
    for (const order of [
      [left, home, admit],
      [home, left, admit],
      [admit, home, left],
    ])
      expect(differences(calm, await delivered(order, inOrder))).toEqual([])
    expect([...ending(calm).values()].join()).not.toContain('"priority":"urgent"')
  })

  test('has the insurance of an account by the last word of two senders, though it was said before', async () => {
    const pid = { 18: 'A1^^^VALLEY^AN' }
    const visit = { patient: 'D1', visit: '', at: '20261001050009', pid }
    const ours = ['IN1|1|P1|INS2|GOOD PAYER']
    const first = er7({ ...visit, event: 'A08', id: 'D2', segments: ours })
    const theirs = er7({
      ...visit,
      event: 'A04',
      id: 'D3',
      pid: { ...pid, 33: '20260930150114' },
      segments: ['IN1||P1'],
    })
    const again = er7({ ...visit, event: 'A08', id: 'R0', segments: ours })
    const day = [first, theirs.replace('|ADTAPP|', '|REGAPP|'), again]
    const calm = await delivered(day, inOrder)
    for (const order of [day.toReversed(), [...day.slice(2), ...day.slice(0, 2)]])
      expect(differences(calm, await delivered(order, inOrder))).toEqual([])
  })

  test('finds the account of a visit under whichever of the merged patients the visit came first', async () => {
    const at = (hour: number, event: string, patient: string, segments: readonly string[] = []): string =>
      er7({ event, id: `${hour}`, patient, visit: 'V0', at: `202610011${hour}0000`, segments })
    const merge = (hour: number, kept: string, gone: string): string =>
      er7({
        ...{ event: 'A40', id: `${hour}`, patient: kept, visit: '', at: `202610011${hour}0000` },
        segments: [`MRG|${gone}^^^VALLEY^MR`],
      })
    const account = (name: string): string => `${name}^^^VALLEY^AN`
    const renumber = er7({
      ...{
        event: 'A49',
        id: '3',
        patient: 'D1',
        visit: '',
        at: '20261001130000',
        pid: { 18: account('A2') },
      },
      segments: [`MRG|||${account('A1')}`],
    })
    const last = er7({
      ...{ event: 'A08', id: '6', patient: 'D2', visit: 'V0', at: '20261001160000' },
      pid: { 18: account('A2') },
    })
    const day = [
      at(1, 'A01', 'D0'),
      merge(2, 'D1', 'D0'),
      renumber,
      at(4, 'A03', 'D1'),
      merge(5, 'D2', 'D1'),
      last,
    ]
    const calm = await delivered(day, inOrder)
    for (const order of [
      [3, 1, 5, 0, 2, 4],
      [5, 4, 3, 2, 1, 0],
    ]) {
      const wild = await delivered(
        order.flatMap(index => day[index] ?? []),
        inOrder,
      )
      expect(businessDifferencesOf(calm, wild)).toEqual([])
    }
  })

  test('names the account of whoever has the visit now, not that of one who is only tied to them', async () => {
    const text = (event: string, at: string, ...segments: readonly string[]): string =>
      [`MSH|^~\\&|A|V|||${at}||ADT^${event}|${at}|P|2.5.1`, `EVN|${event}|${at}`, ...segments].join('\r')
    const account = '|||||||||||||||D0A0^^^V^AN'
    const visit = 'PV1||E|||||||||||||||||D0V0^^^V^VN'
    const news = text('A31', '20261001165626', `PID|||D0^^^V^MR${account}`)
    const merge = text('A30', '20261001213447', 'PID|||D2^^^V^MR', 'MRG|D0^^^V^MR')
    const stay = text('A08', '20261002115626', `PID|||D1^^^H^MR${account}`, visit)
    const move = text('A45', '20261004145958', 'PID|||D2^^^V^MR', 'MRG|D3^^^H^MR||||D0V0^^^V^VN', visit)
    const calm = await delivered([news, merge, stay, move], inOrder)
    for (const order of [
      [news, stay, move, merge],
      [stay, news, move, merge],
      [move, stay, news, merge],
      [move, merge, stay, news],
    ])
      expect(businessDifferencesOf(calm, await delivered(order, inOrder))).toEqual([])
  })

  test('names the visit that goes on, of a number that was nobody else, though another had the number first', async () => {
    const [moving, merging] = [
      { event: 'A45', id: '2' },
      { event: 'A34', id: '3' },
    ]
    const withoutVisit = (text: string): string => text.replace(/\rPV1\|\|I\|MED[^\r]*/, '')
    const plan = er7({ event: 'A14', id: '1', patient: 'D2', visit: 'V0', at: '20261001170709' })
    const move = er7({
      ...{ ...moving, patient: 'D2', at: '20261002025754' },
      segments: ['MRG|D1^^^VALLEY^MR||||V0^^^VALLEY^VN', 'PV1||I|||||||||||||||||V0^^^VALLEY^VN'],
    })
    const merge = er7({
      ...{ ...merging, patient: 'D3', at: '20261003124609' },
      segments: ['MRG|D2^^^VALLEY^MR'],
    })
    const late = { at: '20261001220709', recorded: '20261005060709' }
    const cancel = er7({ event: 'A38', id: '4', patient: 'D3', visit: 'V0', ...late })
    const day = [plan, withoutVisit(move), withoutVisit(merge), cancel]
    const calm = await delivered(day, inOrder)
    for (const order of [
      [2, 3, 1, 0],
      [3, 1, 0, 2],
      [3, 1, 2, 0],
    ]) {
      const wild = await delivered(
        order.flatMap(index => day[index] ?? []),
        inOrder,
      )
      expect(strays(wild)).toEqual([])
      expect(businessDifferencesOf(calm, wild)).toEqual([])
    }
  })

  test('loses nothing to a merge that comes between a conflict and what is loaded anew for it', async () => {
    const one = (event: string, id: string, patient: string, segments: readonly string[] = []): string =>
      er7({ event, id, patient, visit: `${patient}V`, at: `2026100110${id}000`, segments })
    const [kept, gone] = [one('A01', '1', 'D0'), one('A01', '2', 'D2', ['IN1|1|P1|INS1|GOOD PAYER'])]
    const news = one('A08', '3', 'D0')
    const merge = one('A40', '4', 'D0', ['MRG|D2^^^VALLEY^MR'])
    const meanwhile = [undefined, news, merge]
    let isOther = false
    const store: HospitalStore = hospitalStore(
      async () => {
        if (isOther) return
        const text = meanwhile.shift()
        isOther = true
        if (text) await store.ingest({ lane: 1, door: 'kafka', records: [record(text)] })
        isOther = false
      },
      () => Date.parse('2026-12-01T12:00:00Z'),
    )
    await store.ingest({ lane: 0, door: 'kafka', records: [kept, gone].map(record) })
    expect(store.conflicts()).toBeGreaterThan(0)
    expect(differences(await delivered([kept, gone, news, merge], inOrder), store)).toEqual([])
  })
})

const record = (text: string): InboundRecord => ({ value: Buffer.from(text), origin: 'day' })
