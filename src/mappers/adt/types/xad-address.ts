import type { Address, Extension } from '@medplum/fhirtypes'
import { mapCode } from '../codes.ts'
import { element, several, valued } from '../resources/element.ts'
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
  const text = wholeAddress(xad)
  if (address === undefined && text === undefined) return undefined
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
    text,
    ...address,
    period: dtmPeriod(
      valued(xad, 13) ?? valued(xad, 12, 1),
      valued(xad, 14) ?? valued(xad, 12, 2),
      context,
      at,
    ),
  })
}

/** HL7 table 0190: where somebody was born, which is no address of theirs. */
export const isBirthplace = (xad: Repetition): boolean =>
  ['BDL', 'N'].includes(valued(xad, 7)?.toUpperCase() ?? '')

/** XAD.8 where nothing else says street or city: Japanese senders have the whole address there (SS-MIX2). */
function wholeAddress(xad: Repetition): string | undefined {
  return valued(xad, 1) === undefined && valued(xad, 2) === undefined && valued(xad, 3) === undefined
    ? valued(xad, 8)
    : undefined
}

/** SAD: the whole street address, else number and street name. */
function street(xad: Repetition): string | undefined {
  const whole = valued(xad, 1, 1)
  const [name, number] = [valued(xad, 1, 2), valued(xad, 1, 3)]
  const parts = name === undefined ? undefined : [number, name].filter(part => part !== undefined).join(' ')
  if (whole === undefined || whole === name) return parts ?? whole
  if (parts === undefined || holdsAll(whole, [name, number])) return whole
  return `${whole}, ${parts}`
}

/** Whether a street address says its parts already, in whichever order the country writes them. */
const holdsAll = (whole: string, parts: readonly (string | undefined)[]): boolean =>
  parts.every(part => part === undefined || whole.includes(part))

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
