import type { Resource } from '../../src/fhir/resource.ts'
import { admission, discharge, stay, taskOf, written, type World } from './case-world.ts'

export const admitted = [stay('e1', [admission('2026-10-05T18:30:00')])]
export const leaving = (disposition: string | undefined) => [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', disposition)]),
]
export const home = (disposition = '01') => leaving(disposition)
export const withdrawnHome = [
  stay('e1', [
    admission('2026-10-05T18:30:00'),
    discharge('2026-10-10T10:30:00', '01', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
  ]),
]
export const cancelledAdmission = [
  stay('e1', [admission('2026-10-05T18:30:00', { cancelledAt: '2026-10-06T08:00:00-04:00' })]),
]

/** What shows: history lines, without the JSON around them. */
export const historyOf = (episode: Resource): readonly string[] =>
  (
    episode as unknown as { statusHistory: { status: string; period: { start: string; end?: string } }[] }
  ).statusHistory.map(({ status, period }) => `${status} ${period.start} ${period.end ?? ''}`.trim())

export const accepted = (world: World, code: string): World =>
  written(world, [{ ...taskOf(world, code), status: 'accepted', owner: { reference: 'Practitioner/noor' } }])
