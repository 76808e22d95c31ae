import type { Address, Extension } from '@medplum/fhirtypes'
import { mapCode } from '../codes.ts'
import { element, several, valued } from '../element.ts'
import type { MapContext } from '../map-context.ts'
import { dtmPeriod } from './period.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** XAD (AD before 2.3) -> Address. Source: IG XAD[Address]. */
export function xadToAddress(xad: Repetition, context: MapContext, at: string): Address | undefined {
  const address = element<Address>({
    line: several(street(xad), valued(xad, 2), valued(xad, 19)),
    city: valued(xad, 3),
    district: valued(xad, 9),
    state: valued(xad, 4),
    postalCode: valued(xad, 5),
    country: valued(xad, 6),
  })
  if (address === undefined) return undefined
  const kind = valued(xad, 7)
  return element<Address>({
    extension: extensions(xad, kind),
    use:
      kind === undefined
        ? undefined
        : (mapCode('AddressUse', kind, context.settings)?.code as Address['use']),
    type:
      kind === undefined
        ? undefined
        : (mapCode('AddressType', kind, context.settings)?.code as Address['type']),
    ...address,
    period: dtmPeriod(
      valued(xad, 13) ?? valued(xad, 12, 1),
      valued(xad, 14) ?? valued(xad, 12, 2),
      context,
      at,
    ),
  })
}

/** SAD: the whole street address, else number and street name. */
function street(xad: Repetition): string | undefined {
  const whole = valued(xad, 1, 1)
  const [name, number] = [valued(xad, 1, 2), valued(xad, 1, 3)]
  const parts = name === undefined ? undefined : [number, name].filter(part => part !== undefined).join(' ')
  if (whole === undefined || whole === name || whole === parts) return parts ?? whole
  return parts === undefined ? whole : `${whole}, ${parts}`
}

function extensions(xad: Repetition, kind: string | undefined): Extension[] | undefined {
  const tract = valued(xad, 10)
  return several<Extension>(
    kind?.toUpperCase() === 'HV'
      ? { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-AD-use', valueCode: 'HV' }
      : undefined,
    tract === undefined
      ? undefined
      : { url: 'http://hl7.org/fhir/StructureDefinition/iso21090-ADXP-censusTract', valueString: tract },
  )
}
