import type { MappedEvent } from './adt-event.ts'
import { isMovement } from './zbe.ts'

/** Events that say something of accounts and of nothing else. */
const ACCOUNT_EVENTS: ReadonlySet<string> = new Set(['A35', 'A41', 'A49'])
const ACTIONS: ReadonlySet<string> = new Set(['INSERT', 'UPDATE', 'CANCEL'])

/**
 * What its own event lacks to be understood, though all else that a message says was taken: `code:place` each, as in
 * docs/reference/errors.md.
 */
export function messageFlags({ message, trigger, visit, fact, identity }: MappedEvent): readonly string[] {
  const zbe = message.first('ZBE')
  const action = zbe?.text(4)?.toUpperCase()
  const original = zbe?.text(6)?.toUpperCase()
  return [
    ...(action === undefined || ACTIONS.has(action) ? [] : ['value-invalid:ZBE-4']),
    ...(original === undefined || isMovement(original) ? [] : ['value-invalid:ZBE-6']),
    ...(trigger === 'Z99' && visit && !fact ? ['movement-unknown:ZBE'] : []),
    ...(ACCOUNT_EVENTS.has(trigger) && identity.length === 0 ? ['account-missing:MRG-3'] : []),
  ]
}
