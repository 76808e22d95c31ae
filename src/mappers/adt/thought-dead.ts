import { everySource, type Fields, type Register } from './registers.ts'

/**
 * Entry of the patient's register for the last time that PID-29 or PID-30 told of a death: what is told later stands
 * elsewhere, so that in any order it is known that a death was taken back. No field of a segment, hence no dash.
 */
const TOLD_DEAD = 'DIED'

/** What a message says about the patient, its word of a death included. */
export const withWordOfDeath = (fields: Fields): Fields =>
  tellsOfDeath(fields) ? { ...fields, [TOLD_DEAD]: '' } : fields

function tellsOfDeath({ 'PID-29': at = '', 'PID-30': isDead = '' }: Fields): boolean {
  const word = isDead.toUpperCase()
  return word === 'Y' || (word !== 'N' && at !== '' && at !== '""')
}

/** When a patient who isn't dead after all was last told to be. */
export function thoughtDead(
  register: Register,
  deceased: { readonly at?: string } | undefined,
): { readonly at: string } | undefined {
  const [last] = deceased ? [] : everySource(register, TOLD_DEAD)
  return last && { at: last.stamp.slice(0, last.stamp.indexOf('|')) }
}
