import { describe, expect, it } from 'vitest'
import { minutesByMonth } from '../../../../src/care-plan/load/minutes.ts'
import type { Contact, Transition } from '../../../../src/care-plan/nouns/contact.ts'

const timeZone = 'America/New_York'
let born = 0
const contact = (at: string, minutes?: number, more: Partial<Contact> = {}): Contact => ({
  id: `k${(born += 1)}`,
  state: 'made',
  kind: 'phone',
  at,
  ...(minutes !== undefined && { minutes }),
  outcome: 'reached',
  topics: [],
  redFlags: [],
  ...more,
})
const transition = (more: Partial<Transition> = {}): Transition => ({
  id: 't1',
  state: 'discharged-community',
  start: '2026-11-25',
  end: '2026-12-24',
  ...more,
})
const months = (contacts: readonly Contact[], transitions: readonly Transition[] = []) =>
  minutesByMonth({ contacts, transitions }, timeZone).map(
    ({ month, minutes, transitionalMinutes, steps }) => `${month} ${minutes} ${transitionalMinutes} ${steps}`,
  )

describe('the minutes of a month', () => {
  it.each([
    [19, 0],
    [20, 1],
    [39, 1],
    [40, 2],
    [61, 3],
  ])('that add up to %d reach %d steps of twenty', (minutes, steps) => {
    expect(months([contact('2026-10-13T10:00:00-04:00', minutes)])).toEqual([`2026-10 ${minutes} 0 ${steps}`])
  })

  it('are those of the calendar month in the zone of the case, oldest first', () => {
    expect(
      months([
        contact('2026-11-01T03:59:00Z', 10),
        contact('2026-10-13T10:00:00-04:00', 12),
        contact('2026-11-01T04:01:00Z', 15),
      ]),
    ).toEqual(['2026-10 22 0 1', '2026-11 15 0 0'])
  })

  it('leave out what was not made, or has no minutes or no time', () => {
    expect(
      months([
        contact('2026-10-13T10:00:00-04:00', 30, { state: 'attempted' }),
        contact('2026-10-13T10:00:00-04:00', 30, { state: 'entered-in-error' }),
        contact('2026-10-13T10:00:00-04:00'),
        contact('', 30),
      ]),
    ).toEqual([])
  })

  it('are never counted twice: those of a transition stand apart, its first and last day included', () => {
    const made = [
      contact('2026-11-24T23:00:00-05:00', 1),
      contact('2026-11-25T00:30:00-05:00', 22),
      contact('2026-12-24T23:30:00-05:00', 30),
      contact('2026-12-25T00:30:00-05:00', 20),
    ]
    expect(months(made, [transition()])).toEqual(['2026-11 1 22 0', '2026-12 20 30 1'])
    const overlapping = [transition(), transition({ id: 't2', state: 'stabilised' })]
    expect(months(made, overlapping)).toEqual(['2026-11 1 22 0', '2026-12 20 30 1'])
  })

  it('are those of the case when the transition was voided, or has no clock', () => {
    const made = [contact('2026-11-30T10:00:00-05:00', 22)]
    expect(months(made, [transition({ state: 'voided' })])).toEqual(['2026-11 22 0 1'])
    expect(months(made, [transition({ state: 'discharged-facility' })])).toEqual(['2026-11 22 0 1'])
    expect(months(made, [{ id: 't', state: 'discharged-community' }])).toEqual(['2026-11 22 0 1'])
    expect(months(made, [transition({ start: '2026-11-25T14:00:00-05:00' })])).toEqual(['2026-11 0 22 0'])
  })

  it('name the contacts that they are made of', () => {
    const one = contact('2026-10-13T10:00:00-04:00', 10)
    expect(minutesByMonth({ contacts: [one], transitions: [] }, timeZone)[0]?.contacts).toEqual([one.id])
  })
})
