import type { Stay } from '../../../care-plan/stays/stay.ts'
import { outcomeOf } from '../../../care-plan/stays/disposition.ts'
import { utcInstant } from '../../../lib/zone.ts'
import type { Derived } from '../resources/derived.ts'

/** When a patient died by the earliest discharge as expired (PV1-36 of 20, 40, 41, 42) that stands. */
export function diedInStay(stays: readonly Stay[]): string | undefined {
  const deaths = stays.flatMap(({ movements }) =>
    movements.filter(
      ({ kind, disposition, cancelledAt }) =>
        kind === 'discharge' && cancelledAt === undefined && outcomeOf(disposition) === 'expired',
    ),
  )
  return deaths
    .map(({ at }) => at)
    .toSorted((a, b) => ((utcInstant(a) ?? a) < (utcInstant(b) ?? b) ? -1 : 1))[0]
}

/** Patient.deceasedDateTime from a discharge; what PID-29 and PID-30 say goes first (adt.md 3.4, A03). */
export function withDeath(resource: Derived, at: string | undefined): Derived {
  if (at === undefined || resource.resourceType !== 'Patient') return resource
  const isSaid = 'deceasedBoolean' in resource || 'deceasedDateTime' in resource
  return isSaid ? resource : { ...resource, deceasedDateTime: at }
}
