import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { Stay, StayMovement } from './stay.ts'

/** An announced stay has not begun; a discharge is its end. */
const outside: ReadonlySet<StayMovement['kind']> = new Set(['pre-admission', 'discharge'])

/** Whether the patient was an inpatient at some time of the day, in its zone, on which something happened. */
export function isInpatientOn(stays: readonly Stay[], at: string, timeZone: string): boolean {
  const dayOf = (time: string): string => localDate(startMsOf(time, timeZone), timeZone)
  const day = dayOf(at)
  return stays.some(({ movements }) => {
    const live = movements.filter(({ cancelledAt }) => cancelledAt === undefined)
    const begun = live.find(({ kind, classAfter }) => !outside.has(kind) && classAfter === 'inpatient')
    const over = live.findLast(({ kind }) => kind === 'discharge')
    return begun !== undefined && dayOf(begun.at) <= day && (over === undefined || dayOf(over.at) >= day)
  })
}
