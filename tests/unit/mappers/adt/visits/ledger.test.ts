import { describe, expect, test } from 'vitest'
import type { Encounter } from '@medplum/fhirtypes'
import { er7, type Er7 } from '../../../../support/adt/er7.ts'
import { memory } from '../../../../support/adt/memory.ts'

/** The Encounter and the stay after some messages of one visit; times are New York's (-04:00 in October). */
function visitAfter(...messages: readonly Er7[]) {
  const store = memory()
  for (const message of messages) store.take(er7(message))
  const encounter = store
    .resources()
    .find(({ resourceType }) => resourceType === 'Encounter') as unknown as Encounter
  const [stay] = store.stays()
  return { encounter, stay, flags: encounter.meta?.tag?.map(({ code }) => code) ?? [] }
}

const register: Er7 = {
  event: 'A04',
  id: '1',
  at: '20261001080000',
  pv1: { 2: 'E', 3: 'ED^1^^VALLEY', 44: '20261001080000' },
}
const admit: Er7 = { event: 'A01', id: '2', at: '20261001120000', pv1: { 2: 'I', 44: '20261001120000' } }
const transfer: Er7 = { event: 'A02', id: '3', at: '20261003090000', pv1: { 3: 'ICU^7^B^VALLEY' } }
const discharge: Er7 = {
  event: 'A03',
  id: '4',
  at: '20261005150000',
  pv1: { 36: '01', 45: '20261005150000' },
}
const cancelDischarge: Er7 = { event: 'A13', id: '5', at: '20261005170000' }
const cancelAdmit: Er7 = { event: 'A11', id: '6', at: '20261001130000', pv1: { 44: '20261001120000' } }

describe('the status of a visit', () => {
  test('a registration is in progress, whatever the guide says of A04', () => {
    expect(visitAfter(register).encounter.status).toBe('in-progress')
  })

  test('a discharge finishes it, with its end, disposition and a closed place', () => {
    const { encounter, flags } = visitAfter(admit, discharge)
    expect(encounter.status).toBe('finished')
    expect(encounter.period).toEqual({ start: '2026-10-01T12:00:00-04:00', end: '2026-10-05T15:00:00-04:00' })
    expect(encounter.hospitalization?.dischargeDisposition?.coding?.[0]?.code).toBe('home')
    expect(encounter.location?.map(({ status }) => status)).toEqual(['completed'])
    expect(encounter.statusHistory).toEqual([
      {
        status: 'in-progress',
        period: { start: '2026-10-01T12:00:00-04:00', end: '2026-10-05T15:00:00-04:00' },
      },
    ])
    expect(flags).toEqual([])
  })

  test('a cancelled discharge leaves it in progress and keeps the finished time in the history', () => {
    const { encounter } = visitAfter(admit, discharge, cancelDischarge)
    expect(encounter.status).toBe('in-progress')
    expect(encounter.period?.end).toBeUndefined()
    expect(encounter.hospitalization).toBeUndefined()
    expect(encounter.location?.map(({ status }) => status)).toEqual(['active'])
    expect(encounter.statusHistory?.[1]).toEqual({
      status: 'finished',
      period: { start: '2026-10-05T15:00:00-04:00', end: '2026-10-05T17:00:00-04:00' },
    })
  })

  test('a cancelled discharge stays cancelled when senders repeat its time and disposition', () => {
    const again: Er7 = {
      event: 'A08',
      id: '7',
      at: '20261006080000',
      pv1: { 36: '01', 45: '20261005150000' },
    }
    expect(visitAfter(admit, discharge, cancelDischarge, again).encounter.status).toBe('in-progress')
  })

  test('an update never changes it but by a discharge time', () => {
    const update: Er7 = { event: 'A08', id: '7', at: '20261004080000' }
    expect(visitAfter(admit, update).encounter.status).toBe('in-progress')
    const ending: Er7 = { ...update, pv1: { 45: '20261004070000', 36: '03' } }
    const { encounter, stay } = visitAfter(admit, ending)
    expect(encounter.status).toBe('finished')
    expect(encounter.period?.end).toBe('2026-10-04T07:00:00-04:00')
    expect(stay?.movements.at(-1)).toMatchObject({
      kind: 'discharge',
      disposition: '03',
      at: '2026-10-04T07:00:00-04:00',
    })
  })

  test('a discharge time that an update told is denied by a later A13', () => {
    const ending: Er7 = { event: 'A08', id: '7', at: '20261004080000', pv1: { 45: '20261004070000' } }
    const denial: Er7 = { ...cancelDischarge, at: '20261004100000' }
    const { encounter, stay, flags } = visitAfter(admit, ending, denial)
    expect(encounter.status).toBe('in-progress')
    expect(stay?.movements.at(-1)?.cancelledAt).toBe('2026-10-04T10:00:00-04:00')
    expect(flags).toEqual([])
  })

  test('a discharge that says "still a patient" (30) does not finish it', () => {
    const interim: Er7 = { ...discharge, pv1: { 36: '30', 45: '20261005150000' } }
    expect(visitAfter(admit, interim).encounter.status).toBe('in-progress')
  })

  test('a cancelled admission leaves the registration before it', () => {
    const { encounter } = visitAfter(register, admit, cancelAdmit)
    expect(encounter.status).toBe('in-progress')
    expect(encounter.class?.code).toBe('EMER')
    expect(encounter.location?.map(({ location }) => location.display)).toEqual(['ED 1'])
  })

  test('it is cancelled when no admission is left, with its course as it was', () => {
    const { encounter, stay } = visitAfter(admit, cancelAdmit)
    expect(encounter.status).toBe('cancelled')
    expect(encounter.period).toEqual({ start: '2026-10-01T12:00:00-04:00' })
    expect(encounter.location?.[0]).toMatchObject({
      status: 'completed',
      period: { start: '2026-10-01T12:00:00-04:00', end: '2026-10-01T13:00:00-04:00' },
    })
    expect(stay).toMatchObject({
      status: 'cancelled',
      movements: [{ cancelledAt: '2026-10-01T13:00:00-04:00' }],
    })
  })

  test('a cancel that comes before its target waits for it', () => {
    const store = memory()
    expect(store.take(er7(cancelAdmit)).waits).toBe(true)
    expect(store.take(er7(admit)).waits).toBe(false)
    const encounter = store.resources().find(({ resourceType }) => resourceType === 'Encounter')
    expect(encounter?.['status']).toBe('cancelled')
    expect(encounter?.meta?.tag).toBeUndefined()
  })

  test('a visit of which only a transfer is known is in progress and flagged incomplete', () => {
    const { encounter, flags } = visitAfter({
      ...transfer,
      pv1: { 3: 'ICU^7^B^VALLEY', 6: 'MED^101^A^VALLEY' },
    })
    expect(encounter.status).toBe('in-progress')
    expect(flags).toEqual(['incomplete'])
    expect(encounter.location?.map(({ status, location }) => [status, location.display])).toEqual([
      ['completed', 'MED 101 A'],
      ['active', 'ICU 7 B'],
    ])
  })

  test('a cancel that could mean two movements takes the latest recorded and says so', () => {
    const { encounter, flags } = visitAfter(register, admit, { ...cancelAdmit, pv1: {} })
    expect(encounter.class?.code).toBe('EMER')
    expect(flags).toEqual(['ambiguous-cancel'])
  })

  test('a transfer at or after the discharge does not reopen it', () => {
    const { encounter } = visitAfter(admit, discharge, { ...transfer, at: '20261006090000' })
    expect(encounter.status).toBe('finished')
    expect(encounter.location?.map(({ location }) => location.display)).toEqual(['MED 101 A'])
  })
})

describe('a movement', () => {
  test('keeps its id when it is corrected without a cancel between', () => {
    const corrected: Er7 = {
      event: 'A03',
      id: '9',
      at: '20261005160000',
      pv1: { 36: '03', 45: '20261005160000' },
    }
    const first = visitAfter(admit, discharge).stay?.movements.at(-1)
    const last = visitAfter(admit, discharge, corrected).stay?.movements
    expect(last?.filter(({ kind }) => kind === 'discharge')).toHaveLength(1)
    expect(last?.at(-1)).toMatchObject({ id: first?.id, at: '2026-10-05T16:00:00-04:00', disposition: '03' })
  })

  test('is another one after a cancel', () => {
    const again: Er7 = {
      event: 'A03',
      id: '9',
      at: '20261007100000',
      pv1: { 36: '01', 45: '20261007100000' },
    }
    const { encounter, stay } = visitAfter(admit, discharge, cancelDischarge, again)
    expect(
      stay?.movements.filter(({ kind }) => kind === 'discharge').map(({ cancelledAt }) => cancelledAt),
    ).toEqual([undefined, '2026-10-05T17:00:00-04:00'])
    expect(encounter.statusHistory?.map(({ status }) => status)).toEqual([
      'in-progress',
      'finished',
      'in-progress',
    ])
    expect(encounter.period?.end).toBe('2026-10-07T10:00:00-04:00')
  })

  test('is cancelled with all its repeats by one A13', () => {
    const repeated: Er7 = { ...discharge, id: '4b' }
    expect(visitAfter(admit, discharge, repeated, cancelDischarge).encounter.status).toBe('in-progress')
  })

  test('is the one that ZBE-1 names, whatever else could be meant', () => {
    const zbe = (id: string) => [`ZBE|${id}|20261001120000||INSERT`]
    const { encounter } = visitAfter(
      { ...register, segments: zbe('R1') },
      { ...admit, segments: zbe('A1') },
      { ...cancelAdmit, segments: zbe('R1') },
    )
    expect(encounter.status).toBe('in-progress')
    expect(encounter.class?.code).toBe('IMP')
    expect(encounter.classHistory).toBeUndefined()
  })
})

describe('the attributes of a visit', () => {
  test('PV1-44 as last recorded is the start, also when a cancel says it', () => {
    const { encounter } = visitAfter(admit, discharge, { ...cancelDischarge, pv1: { 44: '20261001113000' } })
    expect(encounter.period?.start).toBe('2026-10-01T11:30:00-04:00')
  })

  test('an update after the discharge corrects its time and disposition', () => {
    const update: Er7 = {
      event: 'A08',
      id: '7',
      at: '20261006080000',
      pv1: { 36: '62', 45: '20261005144500' },
    }
    const { encounter, stay } = visitAfter(admit, discharge, update)
    expect(encounter.period?.end).toBe('2026-10-05T14:45:00-04:00')
    expect(stay?.movements.at(-1)).toMatchObject({ disposition: '62', at: '2026-10-05T14:45:00-04:00' })
  })

  test('classes follow the movements; an update recorded later changes the last', () => {
    const update: Er7 = { event: 'A08', id: '7', at: '20261002080000', pv1: { 2: 'V' } }
    const { encounter } = visitAfter(register, admit, update)
    expect(encounter.class?.code).toBe('OBSENC')
    expect(encounter.classHistory?.map(entry => entry.class.code)).toEqual(['EMER', 'IMP'])
  })

  test('obstetrics (B) is an inpatient class, an own code keeps a system of the facility', () => {
    expect(visitAfter({ ...admit, pv1: { 2: 'B' } }).stay?.class).toBe('inpatient')
    expect(visitAfter({ ...admit, pv1: { 2: 'XX' } }).encounter.class).toEqual({
      system: 'https://casewire.example/fhir/CodeSystem/local/VALLEY/0004',
      code: 'XX',
    })
    expect(visitAfter({ ...admit, pv1: { 2: '' } }).encounter.class?.code).toBe('UNK')
  })

  test('a pending place is reserved until the patient is there', () => {
    const pending = { 42: 'ICU^7^B^VALLEY' }
    const waiting = visitAfter({ ...admit, pv1: { ...admit.pv1, ...pending } }).encounter.location
    expect(waiting?.map(({ status }) => status)).toEqual(['active', 'reserved'])
    const there = visitAfter({ ...admit, pv1: { ...admit.pv1, ...pending } }, transfer).encounter.location
    expect(there?.map(({ status, location }) => [status, location.display])).toEqual([
      ['completed', 'MED 101 A'],
      ['active', 'ICU 7 B'],
    ])
  })

  test('of a visit whose end is told as the day on which it began, the start is that day too', () => {
    const same: Er7 = { ...discharge, at: '20261001180000', pv1: { 36: '01', 45: '20261001' } }
    const withoutTime = er7(same).replace('|OP1^DOE^JO|20261001180000', '')
    const store = memory()
    for (const text of [er7(admit), withoutTime]) store.take(text)
    const told = store.resources().find(({ resourceType }) => resourceType === 'Encounter')
    const day = { start: '2026-10-01', end: '2026-10-01' }
    const exact = { start: '2026-10-01T12:00:00-04:00', end: '2026-10-01T18:00:00-04:00' }
    expect(told).toMatchObject({
      ...{ status: 'finished', period: day, statusHistory: [{ status: 'in-progress', period: exact }] },
      location: [{ status: 'completed', period: day }],
    })
    expect(visitAfter(admit, same).encounter.period).toEqual(day)
  })

  test('a start after the end is left out', () => {
    const { encounter } = visitAfter({ ...discharge, pv1: { 44: '20261009000000', 45: '20261005150000' } })
    expect(encounter.period).toEqual({ end: '2026-10-05T15:00:00-04:00' })
  })
})
