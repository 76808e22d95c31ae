import type { Identifier } from '@medplum/fhirtypes'
import type { Repetition } from '../../../hl7v2/segment.ts'
import { valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { assignerSystem, type Hd } from './hd.ts'

/** EI -> Identifier; its authority makes the system. Source: IG EI[Identifier-Extension], EI[Identifier-System]. */
export function eiToIdentifier(ei: Repetition, context: MapContext): Identifier | undefined {
  const value = valued(ei, 1)
  return value === undefined ? undefined : { system: assignerSystem(authorityOf(ei), context), value }
}

function authorityOf(ei: Repetition): Hd | undefined {
  const [namespace, universalId] = [valued(ei, 2), valued(ei, 3)]
  if (namespace === undefined && universalId === undefined) return undefined
  return { namespace, universalId, universalIdType: valued(ei, 4) }
}
