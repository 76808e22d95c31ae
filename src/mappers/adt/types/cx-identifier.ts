import type { CodeableConcept, Identifier } from '@medplum/fhirtypes'
import { hl7System, mapCode, mappedCoding } from '../codes.ts'
import { element, valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { assignerSystem, hdIn } from './hd.ts'
import { dtmPeriod } from './period.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** CX -> Identifier; without a number (CX.1) there is none. Source: IG CX[Identifier]. */
export function cxToIdentifier(
  cx: Repetition,
  context: MapContext,
  at: string,
  typeCode?: string,
): Identifier | undefined {
  const value = valued(cx, 1)
  if (value === undefined || isDropped(cx, context)) return undefined
  const authority = hdIn(cx, 4)
  const checkDigit = valued(cx, 2)
  return element<Identifier>({
    extension:
      checkDigit === undefined
        ? undefined
        : [{ url: 'http://hl7.org/fhir/StructureDefinition/identifier-checkDigit', valueString: checkDigit }],
    type: identifierType(valued(cx, 5) ?? typeCode, context),
    system: assignerSystem(authority, context),
    value,
    period: dtmPeriod(valued(cx, 7), valued(cx, 8), context, at),
    assigner: authority?.namespace === undefined ? undefined : { display: authority.namespace },
  })
}

/** HL7 table 0203; a code that it doesn't have is kept as text, since a made-up one would claim to be in it. */
export function identifierType(
  code: string | undefined,
  { settings }: MapContext,
): CodeableConcept | undefined {
  if (code === undefined) return undefined
  const known = mapCode('IdentifierType', code, settings)
  return known ? { coding: [mappedCoding({ ...known, system: hl7System('0203') })] } : { text: code }
}

/** Social security numbers are not taken unless the source's settings say so. */
const isDropped = (cx: Repetition, { settings }: MapContext): boolean =>
  settings.ssn === 'drop' && valued(cx, 5)?.toUpperCase() === 'SS'

/** `system|value`: by this text an identifier is known, and the id of its Patient made. */
export const identifierKey = ({ system, value }: Identifier): string => `${system}|${value}`
