import { recordedIn } from '../events/message-uri.ts'
import { groupItems } from '../registers/register-index.ts'
import { everySource, type Fields, type Register } from '../registers/registers.ts'

/**
 * Entry of the patient's register for the last time that PID-29 or PID-30 told of a death: what is told later stands
 * elsewhere, so that in any order it is known that a death was taken back. No field of a segment, hence no dash.
 */
const TOLD_DEAD = 'DIED'

/** Entry for the last time that they said the patient lives. */
const TOLD_ALIVE = 'LIVES'

/** What of the patient's register is of the person's record (PID), word of a death included. */
export const isOfRecord = (field: string): boolean =>
  field.startsWith('PID-') || field.startsWith(TOLD_DEAD) || field === TOLD_ALIVE

/** Adds to what a message says about the patient its word of a death: when each was said, for the first one counts. */
export function addWordOfDeath(fields: Record<string, string>, stamp: string): void {
  if (tellsOfDeath(fields)) {
    fields[TOLD_DEAD] = ''
    fields[`${TOLD_DEAD}/${recordedIn(stamp)}`] = ''
  } else if (tellsOfLife(fields)) fields[TOLD_ALIVE] = ''
}

/**
 * When it was first recorded (EVN-2, else MSH-7) that a patient is dead who wasn't said to live since: the time of a death
 * of which no message says when it was.
 */
export function firstToldDead(register: Register): string | undefined {
  const [alive] = everySource(register, TOLD_ALIVE)
  const since = alive && recordedIn(alive.stamp)
  return groupItems(register, TOLD_DEAD)
    .map(({ key }) => key)
    .filter(at => since === undefined || at > since)
    .toSorted()[0]
}

const tellsOfLife = ({ 'PID-30': isDead = '' }: Fields): boolean =>
  isDead.toUpperCase() === 'N' || isDead === '""'

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
  return last && { at: recordedIn(last.stamp) }
}
