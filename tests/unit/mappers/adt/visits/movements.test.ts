import { describe, expect, it } from 'vitest'
import type { Stay } from '../../../../../src/care-plan/stays/stay.ts'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'

const day = (n: number, hour = 12): string => `202610${String(n).padStart(2, '0')}${hour}0000`

function after(...messages: readonly Er7[]) {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  const encounter = store.resources().find(({ resourceType }) => resourceType === 'Encounter')
  const [stay] = store.stays()
  return {
    stay,
    status: encounter?.['status'],
    history: ((encounter?.['statusHistory'] ?? []) as readonly { status: string }[]).map(
      ({ status }) => status,
    ),
    spans: ((encounter?.['statusHistory'] ?? []) as readonly { period: Span }[]).map(({ period }) => ({
      start: period.start?.slice(0, 10),
      end: period.end?.slice(0, 10),
    })),
    places: ((encounter?.['location'] ?? []) as readonly Place[]).map(
      ({ location, status }) => `${location.display} ${status}`,
    ),
    flags: encounter?.meta?.tag?.map(({ code }) => code) ?? [],
  }
}

interface Span {
  readonly start?: string
  readonly end?: string
}

interface Place {
  readonly location: { readonly display: string }
  readonly status: string
}

const kindsOf = (stay: Stay | undefined): readonly string[] =>
  (stay?.movements ?? []).map(({ kind, cancelledAt }) => (cancelledAt === undefined ? kind : `no ${kind}`))

const admit: Er7 = { event: 'A01', id: 'A', at: day(1) }
const toIcu: Er7 = { event: 'A02', id: 'I', at: day(2), pv1: { 3: 'ICU^7^B^VALLEY' } }
const toSurgery: Er7 = { event: 'A02', id: 'S', at: day(3), pv1: { 3: 'SUR^1^A^VALLEY' } }

describe('movements at one moment', () => {
  it('follow their rank: registered, admitted, moved, on leave, discharged', () => {
    const at = day(1)
    const all = ['A03', 'A21', 'A02', 'A01', 'A04'].map((event, n): Er7 => ({ event, id: `C${n}`, at }))
    expect(kindsOf(after(...all).stay)).toEqual([
      'registration',
      'admission',
      'transfer',
      'leave',
      'discharge',
    ])
  })
})

describe('a cancel', () => {
  it('of a transfer means the one that went to PV1-6', () => {
    const cancel: Er7 = { event: 'A12', id: 'X', at: day(4), pv1: { 6: 'ICU^7^B^VALLEY' } }
    const { places, flags } = after(admit, toIcu, toSurgery, cancel)
    expect(places).toEqual(['MED 101 A completed', 'SUR 1 A active'])
    expect(flags).toEqual([])
  })

  it('that names nothing means the latest recorded, and says that it may have meant another', () => {
    const { places, flags } = after(admit, toIcu, toSurgery, { event: 'A12', id: 'X', at: day(4) })
    expect(places).toEqual(['MED 101 A completed', 'ICU 7 B active'])
    expect(flags).toEqual(['ambiguous-cancel'])
  })

  it('takes back one movement, the next one another', () => {
    const { places } = after(
      admit,
      toIcu,
      toSurgery,
      { event: 'A12', id: 'X', at: day(4) },
      { event: 'A12', id: 'Y', at: day(5) },
    )
    expect(places).toEqual(['MED 101 A active'])
  })

  it('cannot mean what was recorded after it', () => {
    const { places, flags } = after(admit, { event: 'A12', id: 'X', at: day(2, 10) }, toIcu)
    expect(places).toEqual(['MED 101 A completed', 'ICU 7 B active'])
    expect(flags).toEqual(['incomplete'])
  })

  it('by any of the ids of a movement takes it back, whatever event it came by', () => {
    const zbe = (ids: string, rest: string): readonly string[] => [`ZBE|${ids}|${day(2)}||${rest}`]
    const { places } = after(
      { ...admit, segments: zbe('M1', 'INSERT|N') },
      { ...toIcu, segments: zbe('M2~M3', 'INSERT|N') },
      { event: 'Z99', id: 'X', at: day(4), segments: zbe('M3', 'CANCEL|N|') },
    )
    expect(places).toEqual(['MED 101 A active'])
  })

  it('of a leave (A52) or a return (A53) leaves the time that it was thought so in the history', () => {
    const leave: Er7 = { event: 'A21', id: 'L', at: day(2) }
    const back: Er7 = { event: 'A22', id: 'B', at: day(3) }
    expect(after(admit, leave, { event: 'A52', id: 'X', at: day(2, 15) })).toMatchObject({
      status: 'in-progress',
      history: ['in-progress', 'onleave'],
    })
    expect(after(admit, leave, back, { event: 'A53', id: 'X', at: day(4) })).toMatchObject({
      status: 'onleave',
      history: ['in-progress', 'onleave', 'in-progress'],
    })
  })

  it('of a return is no news once the patient came back at another time', () => {
    const { status, history } = after(
      admit,
      { event: 'A21', id: 'L', at: day(2) },
      { event: 'A22', id: 'B', at: day(3) },
      { event: 'A53', id: 'X', at: day(5) },
      { event: 'A22', id: 'C', at: day(4), recorded: day(6) },
    )
    expect([status, history]).toEqual(['in-progress', ['in-progress', 'onleave']])
  })

  it('of a visit (A23) makes it an error with all its movements, until somebody is admitted under its number', () => {
    const deleted: Er7 = { event: 'A23', id: 'X', at: day(4) }
    expect(after(admit, toIcu, deleted)).toMatchObject({
      status: 'entered-in-error',
      places: ['MED 101 A completed', 'ICU 7 B completed'],
    })
    expect(kindsOf(after(admit, toIcu, deleted).stay)).toEqual(['no admission', 'no transfer'])
    expect(after(admit, deleted, { ...admit, id: 'N', at: day(9) }).status).toBe('in-progress')
  })
})

describe('a movement that mends the history only', () => {
  const historic = (rest: string): readonly string[] => [`ZBE|H1|${day(2)}||${rest}`]

  it('is in it, and leaves the present as it is', () => {
    const { places, stay } = after(admit, toSurgery, {
      event: 'Z99',
      id: 'H',
      at: day(8),
      pv1: { 3: 'ICU^7^B^VALLEY', 7: '9^OTHER' },
      segments: historic('INSERT|Y|A02'),
    })
    expect(places).toEqual(['MED 101 A completed', 'ICU 7 B completed', 'SUR 1 A active'])
    expect(stay?.movements.filter(({ isHistoric }) => isHistoric)).toMatchObject([{ kind: 'transfer' }])
    expect(stay?.attending).toBeUndefined()
  })

  it('never is the last word, also where it is the last in time', () => {
    const late: Er7 = { ...toSurgery, segments: [`ZBE|H2|${day(3)}||INSERT|Y|A02`] }
    expect(after(admit, toIcu, late).places).toEqual(['MED 101 A completed', 'ICU 7 B active'])
    const discharge: Er7 = { event: 'A03', id: 'D', at: day(4), segments: historic('INSERT|Y|A03') }
    expect(after(admit, discharge).status).toBe('in-progress')
  })

  it('counts where nothing else is known of the visit', () => {
    const old = (event: string, at: string): Er7 => ({ event, id: event, at, pv1: { 51: 'H' } })
    expect(after(old('A01', day(1)), old('A03', day(2))).status).toBe('finished')
  })
})

describe('a plan', () => {
  const plan: Er7 = {
    event: 'A05',
    id: 'P',
    at: day(1),
    pv1: { 2: 'P', 3: 'SUR^2^A^VALLEY' },
    segments: [`PV2||||||||${day(9)}`],
  }

  it('is planned with its place to come and no period', () => {
    expect(after(plan)).toMatchObject({ status: 'planned', places: ['SUR 2 A planned'], flags: [] })
    expect(after(plan).stay).toMatchObject({ status: 'planned', expectedStart: '2026-10-09T12:00:00-04:00' })
  })

  it('never makes a visit planned to which the patient came, however late it is told', () => {
    expect(after(admit, { ...plan, at: day(1), recorded: day(8) }).status).toBe('in-progress')
  })

  it('stands when it is made again after the admission was cancelled', () => {
    const cancel: Er7 = { event: 'A11', id: 'X', at: day(2) }
    expect(after(plan, admit, cancel).status).toBe('cancelled')
    expect(after(plan, admit, cancel, { ...plan, id: 'Q', at: day(3) }).status).toBe('planned')
  })

  it('gives way to arrival by tracking (A10), which is no admission', () => {
    expect(after(plan, { event: 'A10', id: 'T', at: day(9, 11) }).status).toBe('arrived')
    expect(after(admit, { event: 'A10', id: 'T', at: day(9, 11) }).status).toBe('in-progress')
  })
})

describe('ZBE-4 as HL7 Germany has it', () => {
  const told = (one: Er7, action: string, time: string): Er7 => ({
    ...one,
    segments: [`ZBE|${one.event}1^KIS|${time}||${action}`],
  })

  it('DELETE takes back the movement that it names, by whatever event', () => {
    const moved = told(toIcu, 'INSERT', day(2))
    for (const event of ['A12', 'A02', 'Z99']) {
      const back: Er7 = { event, id: 'D', at: day(4), segments: [`ZBE|A021^KIS|${day(2)}||DELETE`] }
      expect(kindsOf(after(admit, moved, back).stay)).toEqual(['admission', 'no transfer'])
    }
  })

  it('REFERENCE names a movement of another message: its time is not that of the event', () => {
    const leave: Er7 = { event: 'A03', id: 'L', at: day(6), pv1: { 45: day(5) } }
    const end = after(told(admit, 'INSERT', day(1)), told(leave, 'REFERENCE', day(1)))
    expect(end.stay?.movements.at(-1)).toMatchObject({
      kind: 'discharge',
      at: expect.stringContaining('-05T'),
    })
    expect(end.spans).toEqual([{ start: '2026-10-01', end: '2026-10-06' }])
  })
})
