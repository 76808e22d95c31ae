import { describe, expect, it } from 'vitest'
import { facilityChains } from '../../../../src/care-plan/stays/facility-chain.ts'
import type { Stay } from '../../../../src/care-plan/stays/stay.ts'
import { isBirthStay } from '../../../../src/care-plan/stays/newborn.ts'
import { admission, arrival, discharge, stay } from '../../../support/case-world.ts'

const timeZone = 'America/New_York'
const hospital = stay(
  'e1',
  [arrival('2026-10-10T17:05:00'), admission('2026-10-10T18:30:00'), discharge('2026-10-21T10:00:00', '62')],
  { facility: 'valley' },
)
const rehab = stay('e2', [admission('2026-10-21T11:30:00'), discharge('2026-11-05T14:00:00', '06')], {
  facility: 'north',
})

describe('the way through facilities', () => {
  it('leads from hospital over rehabilitation to home', () => {
    expect(facilityChains([rehab, hospital], timeZone)).toEqual([
      {
        links: [
          {
            encounter: 'e1',
            facility: 'valley',
            from: '2026-10-10T18:30:00-04:00',
            to: '2026-10-21T10:00:00-04:00',
            disposition: '62',
          },
          {
            encounter: 'e2',
            facility: 'north',
            from: '2026-10-21T11:30:00-04:00',
            to: '2026-11-05T14:00:00-04:00',
            disposition: '06',
          },
        ],
        end: 'community',
      },
    ])
  })

  it('goes on while the last stay lasts', () => {
    const running = stay('e2', [admission('2026-10-21T11:30:00')])
    const [chain] = facilityChains([hospital, running], timeZone)
    expect(chain?.end).toBe('ongoing')
    expect(chain?.links.map(({ encounter }) => encounter)).toEqual(['e1', 'e2'])
    expect(chain?.links[1]).toEqual({ encounter: 'e2', from: '2026-10-21T11:30:00-04:00' })
  })

  it('takes up a facility that begins on the next day, not one that begins two days later', () => {
    const lengths = (at: string) =>
      facilityChains([hospital, stay('e2', [admission(at)])], timeZone).map(({ links }) => links.length)
    expect(lengths('2026-10-22T23:00:00')).toEqual([2])
    expect(lengths('2026-10-23T00:30:00')).toEqual([1, 1])
  })

  it('takes up a nursing home whose residents are no inpatients by their class, not a visit to a clinic', () => {
    const classAfter = 'other' as const
    const nursing = stay('e3', [
      admission('2026-11-05T16:00:00', { classAfter }),
      discharge('2026-11-20T10:00:00', '01', { classAfter }),
    ])
    const onward = stay('e2', [admission('2026-10-21T11:30:00'), discharge('2026-11-05T14:00:00', '03')])
    const ways = (last: Stay): readonly string[] =>
      facilityChains([hospital, onward, last], timeZone).map(
        ({ links, end }) => `${links.map(({ encounter }) => encounter).join(' ')} ${end}`,
      )
    expect(ways(nursing)).toEqual(['e1 e2 e3 community'])
    const visit = stay('e3', [
      arrival('2026-11-05T16:00:00', { classAfter }),
      discharge('2026-11-20T10:00:00', '01', { classAfter }),
    ])
    expect(ways(visit)).toEqual(['e1 e2 facility'])
  })

  it('is two ways when the patient went home between', () => {
    const home = stay('e1', [admission('2026-10-10T18:30:00'), discharge('2026-10-21T10:00:00', '01')])
    expect(facilityChains([home, rehab], timeZone).map(({ end }) => end)).toEqual(['community', 'community'])
  })

  it.each([
    ['20', 'expired'],
    ['07', 'against-advice'],
    ['03', 'facility'],
    ['02', 'acute-transfer'],
  ])('ends where disposition %s says: %s', (disposition, end) => {
    const one = stay('e1', [admission('2026-10-10T18:30:00'), discharge('2026-10-21T10:00:00', disposition)])
    expect(facilityChains([one], timeZone)[0]?.end).toBe(end)
  })

  it('knows nothing of emergency visits and of stays that were taken back', () => {
    const visit = stay('v1', [arrival('2026-10-10T17:05:00')])
    const gone = stay('e1', [admission('2026-10-10T18:30:00', { cancelledAt: '2026-10-10T19:00:00-04:00' })])
    expect(facilityChains([visit, gone], timeZone)).toEqual([])
  })
})

describe('a stay about a birth', () => {
  const plain = stay('e1', [admission('2026-10-10T18:30:00'), discharge('2026-10-13T10:00:00', '01')])

  it('is one by PV1-4 of mother or child, by the type of the case, by the date of birth', () => {
    expect(isBirthStay({ ...plain, admissionType: 'newborn' }, { timeZone })).toBe(true)
    expect(isBirthStay({ ...plain, admissionType: 'labour' }, { timeZone })).toBe(true)
    expect(isBirthStay(plain, { timeZone, caseType: 'maternal-newborn' })).toBe(true)
    expect(isBirthStay(plain, { timeZone, birthDate: '2026-10-10' })).toBe(true)
    expect(isBirthStay(plain, { timeZone, birthDate: '2026-10-13' })).toBe(true)
  })

  it('is none otherwise', () => {
    expect(isBirthStay(plain, { timeZone })).toBe(false)
    expect(isBirthStay(plain, { timeZone, birthDate: '2026-10-09', caseType: 'acute' })).toBe(false)
    expect(isBirthStay(plain, { timeZone, birthDate: '2026-10-14' })).toBe(false)
    expect(isBirthStay({ ...plain, admissionType: 'emergency' }, { timeZone })).toBe(false)
  })
})
