import { localDate, startMsOf } from '../lib/fhir-time.ts'
import type { Stay } from './stay.ts'

/** Whether the patient was an inpatient at some time of the day, in its zone, on which something happened. */
export function isInpatientOn(stays: readonly Stay[], at: string, timeZone: string): boolean {
  const dayOf = (time: string): string => localDate(startMsOf(time, timeZone), timeZone)
  const day = dayOf(at)
  return stays.some(({ movements }) => {
    const live = movements.filter(({ cancelledAt }) => cancelledAt === undefined)
    const begun = live.find(({ kind, classAfter }) => kind !== 'discharge' && classAfter === 'inpatient')
    const over = live.findLast(({ kind }) => kind === 'discharge')
    return begun !== undefined && dayOf(begun.at) <= day && (over === undefined || dayOf(over.at) >= day)
  })
}
