import type { Address, ContactPoint, Identifier, Organization, Reference } from '@medplum/fhirtypes'
import { derived, type Derived } from '../resources/derived.ts'
import { directoryId } from '../resources/directory.ts'
import { element, several, valued } from '../resources/element.ts'
import type { MapContext } from '../map-context.ts'
import { identifierKey, identifierType } from './cx-identifier.ts'
import { assignerSystem, hdIn, universalUri, type Hd } from './hd.ts'
import { isNpi, NPI_SYSTEM } from './npi.ts'
import type { Repetition } from '../../../hl7v2/segment.ts'

export interface OrganizationDetails {
  readonly address?: Address[] | undefined
  readonly telecom?: ContactPoint[] | undefined
  /** CX or XON with its number, when that stands in another field (IN1-3). */
  readonly numbered?: Repetition | undefined
}

/** XON -> Organization, known by its number, else by its name within the sending facility. Source: IG XON[Organization]. */
export function xonToOrganization(
  xon: Repetition | undefined,
  context: MapContext,
  details: OrganizationDetails = {},
): Derived | undefined {
  const identifier = xonToIdentifier(xon, context, details.numbered)
  const name = xon && valued(xon, 1)
  const key = identifier ? identifierKey(identifier) : nameKey(name, context)
  if (key === undefined) return undefined
  return derived<Organization>({
    resourceType: 'Organization',
    id: directoryId('Organization', key, context),
    identifier: several(identifier),
    name: name ?? identifier?.value,
    telecom: details.telecom?.map(notOfAHome),
    address: details.address?.map(notOfAHome),
  })
}

/** No organization has a home, whatever is sent of it: org-2 and org-3 of http://hl7.org/fhir/R4/organization.html. */
function notOfAHome<T extends Address | ContactPoint>(where: T): T {
  const { use, ...rest } = where
  return use === 'home' ? (rest as T) : where
}

export function xonToReference(
  xon: Repetition | undefined,
  context: MapContext,
  numbered?: Repetition,
): Reference<Organization> | undefined {
  const identifier = xonToIdentifier(xon, context, numbered)
  const name = xon && valued(xon, 1)
  const key = identifier ? identifierKey(identifier) : nameKey(name, context)
  if (key === undefined) return undefined
  const reference = `Organization/${directoryId('Organization', key, context)}`
  return name === undefined ? { reference } : { reference, display: name }
}

const nameKey = (name: string | undefined, { settings, facility }: MapContext): string | undefined =>
  name === undefined
    ? undefined
    : `${settings.canonicalBase}/sid/organization/${encodeURIComponent(facility)}|${name.toUpperCase()}`

function xonToIdentifier(
  xon: Repetition | undefined,
  context: MapContext,
  numbered: Repetition | undefined,
): Identifier | undefined {
  if (numbered !== undefined) {
    const value = valued(numbered, 1)
    if (value !== undefined) {
      const authority = hdIn(numbered, 4) ?? hdIn(numbered, 6)
      return element<Identifier>({
        type: identifierType(valued(numbered, 5), context),
        system: assignerSystem(authority, context),
        value,
      })
    }
  }
  const value = xon && (valued(xon, 10) ?? valued(xon, 3))
  if (xon === undefined || value === undefined) return undefined
  const authority = hdIn(xon, 6)
  return element<Identifier>({
    type: identifierType(valued(xon, 7), context),
    system: isNpi(value, valued(xon, 7), authority) ? NPI_SYSTEM : assignerSystem(authority, context),
    value,
  })
}

const facilitySystem = ({ settings }: MapContext): string => `${settings.canonicalBase}/sid/facility`

/** The Organization id of a facility by its namespace: MSH-4, PV1-39. */
export const facilityId = (name: string, context: MapContext): string =>
  directoryId('Organization', `${facilitySystem(context)}|${name}`, context)

/** HD -> Organization of a facility. Source: IG HD[Organization]. */
export function hdToOrganization(hd: Hd | undefined, context: MapContext, name = context.facility): Derived {
  return derived<Organization>({
    resourceType: 'Organization',
    id: facilityId(name, context),
    identifier: several<Identifier>(
      { system: facilitySystem(context), value: name },
      hd && universalIdentifier(hd),
    ),
    name,
  })
}

/** HD.2, HD.3: an OID, UUID or URI says itself of which kind it is; of others the kind (HL7 table 0301) stands beside the number. */
function universalIdentifier(hd: Hd): Identifier | undefined {
  const { universalId, universalIdType } = hd
  if (universalId === undefined) return undefined
  const uri = universalUri(hd)
  if (uri !== undefined) return { system: 'urn:ietf:rfc:3986', value: uri }
  if (isNpi(universalId, universalIdType, undefined)) return { system: NPI_SYSTEM, value: universalId }
  return element<Identifier>({
    type: universalIdType === undefined ? undefined : { text: universalIdType },
    value: universalId,
  })
}
