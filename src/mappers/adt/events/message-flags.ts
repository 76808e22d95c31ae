import { isEndOfDay } from '../../../hl7v2/dtm.ts'
import type { Message } from '../../../hl7v2/message.ts'
import { isTypeRecased } from '../../../hl7v2/message-type.ts'
import type { MappedEvent } from './adt-event.ts'
import { triggers } from './triggers.ts'
import { isAction, isMovement } from './zbe.ts'

/** Events that say something of accounts and of nothing else. */
const ACCOUNT_EVENTS: ReadonlySet<string> = new Set(['A35', 'A41', 'A49'])

/**
 * What its own event lacks to be understood, though all else that a message says was taken, and what was read otherwise
 * than written: `code:place` each, as in docs/reference/errors.md.
 */
export function messageFlags(event: MappedEvent): readonly string[] {
  const { message, trigger, visit, fact, identity, leftOut = [] } = event
  const zbe = message.first('ZBE')
  const action = zbe?.text(4)?.toUpperCase()
  const original = zbe?.text(6)?.toUpperCase()
  return [
    ...leftOut,
    ...(isTypeRecased(message) ? ['event-recased:MSH-9'] : []),
    ...(visit ? [] : visitMissing(event)),
    ...(action === undefined || isAction(action) ? [] : ['value-invalid:ZBE-4']),
    ...(original === undefined || isMovement(original) ? [] : ['value-invalid:ZBE-6']),
    ...(trigger === 'Z99' && visit && !fact ? ['movement-unknown:ZBE'] : []),
    ...(ACCOUNT_EVENTS.has(trigger) && identity.length === 0 ? ['account-missing:MRG-3'] : []),
    ...nextDays(message),
    ...['PID', 'PV1'].filter(name => message.all(name).length > 1).map(name => `segment-repeated:${name}`),
  ]
}

/** An event that tells something of a visit, and no number says of which; class N says that there is none. */
function visitMissing({ message, trigger }: MappedEvent): readonly string[] {
  const { does } = triggers[trigger]
  if (does !== 'movement' && does !== 'cancel') return []
  const pv1 = message.first('PV1')
  if (pv1?.text(2)?.toUpperCase() === 'N') return []
  return [pv1 ? 'visit-number-missing:PV1-19' : 'visit-number-missing:PV1']
}

/** Times of events that case management goes by. */
const TIMES: readonly (readonly [segment: string, fields: readonly number[]])[] = [
  ['MSH', [7]],
  ['EVN', [2, 6]],
  ['PID', [7, 29]],
  ['PV1', [44, 45]],
  ['PV2', [8, 9, 47]],
  ['ZBE', [2]],
]

const nextDays = (message: Message): readonly string[] =>
  TIMES.flatMap(([name, fields]) => {
    const segment = message.first(name)
    const found = segment ? fields.filter(field => isEndOfDay(segment.rawField(field))) : []
    return found.map(field => `time-end-of-day:${name}-${field}`)
  })
