import type { HumanName, Identifier, Practitioner, Reference } from '@medplum/fhirtypes'
import { mapCode, mappedCoding } from '../codes.ts'
import { derived, type Derived } from '../resources/derived.ts'
import { directoryId } from '../resources/directory.ts'
import { element, several, valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { identifierKey, identifierType } from './cx-identifier.ts'
import { assignerSystem, hdIn } from './hd.ts'
import { isNpi, NPI_SYSTEM } from './npi.ts'
import { assemblyOrder, nameUse } from './xpn-human-name.ts'
import { dtmPeriod } from './period.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** XCN (CN before 2.3) -> Practitioner; without a number (XCN.1) there is none to share. Source: IG XCN[Practitioner]. */
export function xcnToPractitioner(xcn: Repetition, context: MapContext, at: string): Derived | undefined {
  const identifier = xcnToIdentifier(xcn, context)
  if (identifier === undefined) return undefined
  const name = xcnToHumanName(xcn, context, at)
  const degree = valued(xcn, 7)
  const known =
    degree === undefined ? undefined : mapCode('DegreeLicenseCertificate', degree, context.settings)
  const id = directoryId('Practitioner', identifierKey(identifier), context)
  return derived<Practitioner>({
    resourceType: 'Practitioner',
    id,
    identifier: [identifier],
    name: several(name),
    qualification:
      degree === undefined
        ? undefined
        : [{ code: known ? { coding: [mappedCoding(known)] } : { text: degree } }],
  })
}

/** A reference to the Practitioner with the name as display; the display alone when there is no number. */
export function xcnToReference(xcn: Repetition, context: MapContext): Reference<Practitioner> | undefined {
  const identifier = xcnToIdentifier(xcn, context)
  const display = [valued(xcn, 6), valued(xcn, 3), valued(xcn, 4), valued(xcn, 2), valued(xcn, 5)]
    .filter(part => part !== undefined)
    .join(' ')
  return element<Reference<Practitioner>>({
    reference:
      identifier && `Practitioner/${directoryId('Practitioner', identifierKey(identifier), context)}`,
    display: display === '' ? undefined : display,
  })
}

function xcnToIdentifier(xcn: Repetition, context: MapContext): Identifier | undefined {
  const value = valued(xcn, 1)
  if (value === undefined) return undefined
  const authority = hdIn(xcn, 9)
  return element<Identifier>({
    type: identifierType(valued(xcn, 13), context),
    system: isNpi(value, valued(xcn, 13) ?? valued(xcn, 8), authority)
      ? NPI_SYSTEM
      : assignerSystem(authority, context),
    value,
  })
}

function xcnToHumanName(xcn: Repetition, context: MapContext, at: string): HumanName | undefined {
  const name = element<HumanName>({
    family: valued(xcn, 2),
    given: several(valued(xcn, 3), valued(xcn, 4)),
    prefix: several(valued(xcn, 6)),
    suffix: several(valued(xcn, 5), valued(xcn, 21)),
  })
  if (name === undefined) return undefined
  return element<HumanName>({
    extension: assemblyOrder(valued(xcn, 18), context),
    use: nameUse(valued(xcn, 10), context),
    ...name,
    period: dtmPeriod(
      valued(xcn, 19) ?? valued(xcn, 17, 1),
      valued(xcn, 20) ?? valued(xcn, 17, 2),
      context,
      at,
    ),
  })
}
