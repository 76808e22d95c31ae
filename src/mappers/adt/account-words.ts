import { hash } from 'node:crypto'
import type { Message } from '../../hl7v2/message.ts'
import { fieldText } from './field-text.ts'
import type { Group } from './groups.ts'
import type { MapContext } from './map-context.ts'
import type { Fields } from './registers.ts'
import { cxToIdentifier, identifierKey } from './types/cx-identifier.ts'

/**
 * Accounts as items of the patient's register, each part by itself since each may be absent: `ACT/<key>` the number
 * (PID-18), `ACF/<key>` its financial class (PV1-20), `ACG/<key>` and `ACI/<key>` the keys of the guarantors (GT1) and
 * plans (IN1) that were sent with it. There is no list of accounts: one that isn't named again is one still.
 */
export function accountWords(
  message: Message,
  context: MapContext,
  keys: ReadonlyMap<Group, readonly string[]>,
): Fields {
  const [pid, pv1] = [message.first('PID'), message.first('PV1')]
  const cx = pid?.rawField(18) ? pid.repetitions(18)[0] : undefined
  const identifier = cx && cxToIdentifier(cx, context, 'PID-18', 'AN')
  if (!pid || !identifier) return {}
  const key = hash('sha256', identifierKey(identifier), 'hex').slice(0, 16)
  const financial = pv1 ? fieldText(pv1, 20, message, context) : ''
  const [guarantors, plans] = [keys.get('GT1'), keys.get('IN1')]
  return {
    [`ACT/${key}`]: `ACT${'|'.repeat(18)}${fieldText(pid, 18, message, context)}`,
    ...(financial !== '' && { [`ACF/${key}`]: `ACF|${financial}` }),
    ...(guarantors && { [`ACG/${key}`]: `ACG|${guarantors.join('~')}` }),
    ...(plans && { [`ACI/${key}`]: `ACI|${plans.join('~')}` }),
  }
}
