import type { Coverage, Identifier } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { valued } from '../element.ts'
import { rowsFor, segmentMap, type Scene } from '../rows.ts'
import { cxToIdentifier, identifierType } from '../types/cx-identifier.ts'
import { assignerSystem } from '../types/hd.ts'

const row = rowsFor<Coverage>()

const ours =
  'The guide has no map of IN2; these are the numbers by which a payer knows the patient, beside the policy of IN1.'

/** IN2 -> Coverage: numbers that IN1 has no field for. Social security numbers (IN2-2) are never taken from here. */
export const in2Coverage = segmentMap(
  'IN2[Coverage]',
  ['identifier'],
  [
    row({ v2: 'IN2-6', to: 'identifier', via: 'ST[Identifier]', ours, value: numberOf('MC') }),
    row({ v2: 'IN2-8', to: 'identifier', via: 'ST[Identifier]', ours, value: numberOf('MA') }),
    row({ v2: 'IN2-26', to: 'identifier', via: 'CX[Identifier]', ours, value: member }),
    row({ v2: 'IN2-61', to: 'identifier', via: 'CX[Identifier]', ours, value: member }),
  ],
)

/** A number of a national programme: its type (HL7 table 0203) says whose it is. */
function numberOf(type: 'MC' | 'MA') {
  return (st: Repetition, { context }: Scene): Identifier | undefined => {
    const value = valued(st)
    const kind = identifierType(type, context)
    return value === undefined || !kind
      ? undefined
      : { type: kind, system: assignerSystem(undefined, context), value }
  }
}

function member(cx: Repetition, { context, at }: Scene): Identifier | undefined {
  return cxToIdentifier(cx, context, at, 'MB')
}
