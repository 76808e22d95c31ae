import type { HumanName } from '@medplum/fhirtypes'
import { mapCode } from '../codes.ts'
import { element, several, valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { dtmPeriod } from './period.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** XPN (PN before 2.3) -> HumanName. Source: IG XPN[HumanName]. */
export function xpnToHumanName(xpn: Repetition, context: MapContext, at: string): HumanName | undefined {
  const name = element<HumanName>({
    family: valued(xpn, 1),
    given: several(valued(xpn, 2), valued(xpn, 3)),
    prefix: several(valued(xpn, 5)),
    suffix: several(valued(xpn, 4), valued(xpn, 6), valued(xpn, 14)),
  })
  if (name === undefined) return undefined
  const use = nameUse(valued(xpn, 7), context)
  const period = namePeriod(xpn, context, at)
  const order = assemblyOrder(valued(xpn, 11), context)
  const extension = [...representation(valued(xpn, 8)), ...(order ?? [])]
  return element<HumanName>({ ...(extension.length > 0 && { extension }), use, ...name, period })
}

/** XPN.15: what somebody is called, a name of its own. */
export function xpnToNickname(xpn: Repetition): HumanName | undefined {
  const called = valued(xpn, 15)
  return called === undefined ? undefined : { use: 'nickname', given: [called] }
}

export const nameUse = (code: string | undefined, { settings }: MapContext): HumanName['use'] =>
  code === undefined ? undefined : (mapCode('NameType', code, settings)?.code as HumanName['use'])

export function assemblyOrder(code: string | undefined, { settings }: MapContext): HumanName['extension'] {
  const order = code === undefined ? undefined : mapCode('NameAssemblyOrder', code, settings)
  return (
    order && [
      { url: 'http://hl7.org/fhir/StructureDefinition/humanname-assembly-order', valueCode: order.code },
    ]
  )
}

/** HL7 table 0465; the guide leaves it out, but two names that differ in script alone are told apart by nothing else. */
const REPRESENTATIONS: Readonly<Record<string, string>> = { A: 'ABC', I: 'IDE', P: 'SYL' }

function representation(code: string | undefined): NonNullable<HumanName['extension']> {
  const known = code === undefined ? undefined : REPRESENTATIONS[code.toUpperCase()]
  return known === undefined
    ? []
    : [{ url: 'http://hl7.org/fhir/StructureDefinition/iso21090-EN-representation', valueCode: known }]
}

function namePeriod(xpn: Repetition, context: MapContext, at: string): HumanName['period'] {
  return dtmPeriod(valued(xpn, 12) ?? valued(xpn, 10, 1), valued(xpn, 13) ?? valued(xpn, 10, 2), context, at)
}
