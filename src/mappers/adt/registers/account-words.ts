import { hash } from 'node:crypto'
import type { Message } from '../../../hl7v2/message.ts'
import { fieldText } from './field-text.ts'
import type { Group } from './groups.ts'
import type { MapContext } from '../map-context.ts'
import { cxToIdentifier, identifierKey } from '../types/cx-identifier.ts'

/**
 * Adds accounts as items of the patient's register, each part by itself since each may be absent: `ACT/<key>` the number
 * (PID-18), `ACF/<key>` its financial class (PV1-20), `ACG/<key>` and `ACI/<key>` the keys of the guarantors (GT1) and
 * plans (IN1) that were sent with it. There is no list of accounts: one that isn't named again is one still.
 */
export function addAccount(
  fields: Record<string, string>,
  { message, context }: { readonly message: Message; readonly context: MapContext },
  keys: ReadonlyMap<Group, readonly string[]>,
): void {
  const [pid, pv1] = [message.first('PID'), message.first('PV1')]
  const cx = pid?.rawField(18) ? pid.repetitions(18)[0] : undefined
  const identifier = cx && cxToIdentifier(cx, context, 'PID-18', 'AN')
  if (!pid || !identifier) return
  const key = hash('sha256', identifierKey(identifier), 'hex').slice(0, 16)
  const financial = pv1 ? fieldText(pv1, 20, message, context) : ''
  const [guarantors, plans] = [keys.get('GT1'), keys.get('IN1')]
  fields[`ACT/${key}`] = `ACT${'|'.repeat(18)}${fieldText(pid, 18, message, context)}`
  if (financial !== '') fields[`ACF/${key}`] = `ACF|${financial}`
  if (guarantors) fields[`ACG/${key}`] = `ACG|${guarantors.join('~')}`
  if (plans) fields[`ACI/${key}`] = `ACI|${plans.join('~')}`
}
