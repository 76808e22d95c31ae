import type { ContactPoint } from '@medplum/fhirtypes'
import { mapCode } from '../codes.ts'
import { element, valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { dtmPeriod } from './period.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

/** XTN (TN before 2.3) -> ContactPoint. Source: IG XTN[ContactPoint]. */
export function xtnToContactPoint(
  xtn: Repetition,
  context: MapContext,
  at: string,
  defaultUse?: ContactPoint['use'],
): ContactPoint | undefined {
  const equipment = valued(xtn, 3)
  const system = contactSystem(xtn, equipment, context)
  const value = system === 'email' ? (valued(xtn, 4) ?? valued(xtn, 1)) : (phoneNumber(xtn) ?? valued(xtn, 4))
  if (value === undefined) return undefined
  return element<ContactPoint>({
    system,
    value,
    use:
      contactUse(valued(xtn, 2), equipment, context) ??
      (valued(xtn, 2) === undefined ? defaultUse : undefined),
    rank: rankOf(valued(xtn, 18)),
    period: dtmPeriod(valued(xtn, 13), valued(xtn, 14), context, at),
  })
}

/** FHIR wants a system with every value (cpt-2): what looks like mail is mail, what says nothing is a telephone. */
function contactSystem(
  xtn: Repetition,
  equipment: string | undefined,
  { settings }: MapContext,
): ContactPoint['system'] {
  const mapped =
    equipment === undefined ? undefined : mapCode('TelecommunicationEquipmentType', equipment, settings)
  if (mapped && mapped.code !== 'mobile') return mapped.code as ContactPoint['system']
  const address = valued(xtn, 4)
  const isAddress = address !== undefined && phoneNumber(xtn) === undefined
  // A mobile phone's number stands in XTN.4 of some senders.
  const isMail = isAddress && (mapped === undefined || address.includes('@'))
  return isMail || valued(xtn, 1)?.includes('@') ? 'email' : 'phone'
}

function contactUse(
  use: string | undefined,
  equipment: string | undefined,
  { settings }: MapContext,
): ContactPoint['use'] {
  const mapped = use === undefined ? undefined : mapCode('TelecommunicationUseCode', use, settings)
  if (mapped) return mapped.code as ContactPoint['use']
  return USES[equipment?.toUpperCase() ?? '']
}

/** What a kind of equipment says of its use: a cellular phone, and the letters that some write there instead of a kind. */
const USES: Readonly<Record<string, ContactPoint['use']>> = {
  CP: 'mobile',
  H: 'home',
  M: 'mobile',
  W: 'work',
}

/** XTN.12 as dialled, else built from country, area, local number and extension, else XTN.1. */
function phoneNumber(xtn: Repetition): string | undefined {
  const whole = valued(xtn, 12)
  if (whole !== undefined) return whole
  const [country, area, local, extension] = [valued(xtn, 5), valued(xtn, 6), valued(xtn, 7), valued(xtn, 8)]
  if (local === undefined) return valued(xtn, 1)
  const parts = [country && `+${country.replace(/^\+/, '')}`, area, local, extension && `X${extension}`]
  return parts.filter(part => part !== undefined).join(' ')
}

function rankOf(text: string | undefined): number | undefined {
  const rank = Number(text)
  return text !== undefined && Number.isInteger(rank) && rank > 0 && rank < 2 ** 31 ? rank : undefined
}
