import { describe, expect, it } from 'vitest'
import { missesOf, repeatedMisses, type Miss } from '../../../../src/care-plan/duties/missed-services.ts'
import type { Appointment } from '../../../../src/care-plan/nouns/contact.ts'
import type { Anchor } from '../../../../src/care-plan/duties/series.ts'
import { openFile } from '../../../support/case-file.ts'
import { anActivity } from '../../../support/plan-file.ts'

const timeZone = 'America/New_York'
const day = (n: number): Anchor => ({
  at: `2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`,
  atMs: Date.parse(`2026-10-${String(n).padStart(2, '0')}T10:00:00-04:00`),
})

describe('misses of services', () => {
  const noShow = (id: string, more: Partial<Appointment> = {}): Appointment => ({
    ...{ id, state: 'noshow', purpose: 'service', start: day(5).at },
    ...more,
  })
  const sessions = (...performances: { at: string; kept: boolean; isExcused?: boolean }[]) =>
    anActivity({ performances })

  it('are sessions not kept and not excused, and appointments not come to', () => {
    const activity = sessions(
      { at: day(3).at, kept: false },
      { at: day(4).at, kept: true },
      { at: day(6).at, kept: false, isExcused: true },
      { at: day(7).at, kept: false, isExcused: false },
    )
    const file = openFile({}, { activities: [activity], appointments: [noShow('v1')] })
    expect(missesOf(file, timeZone)).toEqual([
      { id: 'miss:a1:2026-10-03', service: 'a1', ...day(3) },
      { id: 'miss:v1:2026-10-05', service: 'v1', ...day(5) },
      { id: 'miss:a1:2026-10-07', service: 'a1', ...day(7) },
    ])
  })

  it('are none of an activity that was an error, and of appointments that were kept or have no time', () => {
    const wrong = { ...sessions({ at: day(3).at, kept: false }), state: 'entered-in-error' as const }
    const { start: _, ...timeless } = noShow('v2')
    const file = openFile(
      {},
      {
        activities: [wrong, sessions({ at: 'some day', kept: false })],
        appointments: [noShow('v1', { state: 'fulfilled' }), timeless],
      },
    )
    expect(missesOf(file, timeZone)).toEqual([])
  })

  it('count once for a service and day, however often they are told', () => {
    const file = openFile(
      {},
      {
        activities: [sessions({ at: '2026-10-05T08:00:00-04:00', kept: false })],
        appointments: [noShow('v1', { activity: 'a1' })],
      },
    )
    expect(missesOf(file, timeZone).map(({ id, at }) => [id, at])).toEqual([
      ['miss:a1:2026-10-05', '2026-10-05T08:00:00-04:00'],
    ])
  })

  it('at the same time are in order of their names', () => {
    const file = openFile({}, { appointments: [noShow('v2'), noShow('v1'), noShow('v3')] })
    expect(missesOf(file, timeZone).map(({ service }) => service)).toEqual(['v1', 'v2', 'v3'])
  })

  const miss = (n: number, service = 'a1'): Miss => ({ id: `miss:${service}:${n}`, service, ...day(n) })
  const repeated = (misses: readonly Miss[], limit: number | undefined) =>
    repeatedMisses(misses, () => limit, timeZone).map(({ id }) => id)

  it('add up to a call for another plan within 14 days of one service', () => {
    expect(repeated([miss(1), miss(15)], 2)).toEqual(['miss:a1:15'])
    expect(repeated([miss(1), miss(16)], 2)).toEqual([])
    expect(repeated([miss(1), miss(2, 'a2')], 2)).toEqual([])
    expect(repeated([miss(1), miss(2)], 3)).toEqual([])
    expect(repeated([miss(1), miss(2)], undefined)).toEqual([])
    expect(repeated([miss(1)], 1)).toEqual(['miss:a1:1'])
  })

  it('are counted anew after each call', () => {
    const all = [1, 2, 3, 4].map(n => miss(n))
    expect(repeated(all, 2)).toEqual(['miss:a1:2', 'miss:a1:4'])
    expect(repeated(all.slice(0, 3), 2)).toEqual(['miss:a1:2'])
  })
})
