import { localDate, startMsOf } from '../../lib/fhir-time.ts'
import type { Stay } from './stay.ts'

export interface BirthFacts {
  /** Type of the case, e.g. `maternal-newborn`. */
  readonly caseType?: string
  /** Of the patient. */
  readonly birthDate?: string
  readonly timeZone: string
}

/**
 * Whether a stay was about a birth: of the newborn or of the mother. Nurses visit at home after it, whatever the risk
 * (domain.md 1, 28).
 */
export function isBirthStay(stay: Stay, { caseType, birthDate, timeZone }: BirthFacts): boolean {
  if (stay.admissionType === 'newborn' || stay.admissionType === 'labour') return true
  return caseType === 'maternal-newborn' || (birthDate !== undefined && isBornIn(stay, birthDate, timeZone))
}

/** The patient was born on a day of the stay. */
function isBornIn({ movements }: Stay, birthDate: string, timeZone: string): boolean {
  const days = movements
    .filter(({ kind, cancelledAt }) => cancelledAt === undefined && kind !== 'pre-admission')
    .map(({ at }) => startMsOf(at, timeZone))
    .filter(atMs => !Number.isNaN(atMs))
    .map(atMs => localDate(atMs, timeZone))
    .toSorted()
  const [first, last] = [days[0], days.at(-1)]
  return first !== undefined && last !== undefined && first <= birthDate && birthDate <= last
}
