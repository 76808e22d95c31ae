import type { Message } from '../../hl7v2/message.ts'
import type { Segment } from '../../hl7v2/segment.ts'
import type { Derived } from './derived.ts'
import { joinDirectory } from './directory.ts'
import { valued } from './element.ts'
import type { MapContext } from './map-context.ts'
import { hdOf } from './types/hd.ts'
import { plToLocations } from './types/pl-location.ts'
import { xadToAddress } from './types/xad-address.ts'
import { xcnToPractitioner } from './types/xcn-practitioner.ts'
import { hdToOrganization, xonToOrganization } from './types/xon-organization.ts'
import { xtnToContactPoint } from './types/xtn-contact-point.ts'

/** Fields that name a Practitioner (XCN) or a place (PL), by segment. */
const PRACTITIONERS = { EVN: [5], PV1: [7, 8, 9, 17, 52], PV2: [13], DG1: [16] } as const
const PLACES = { PV1: [3, 6, 11, 42] } as const

/**
 * The Organizations, Locations and Practitioners that a message names, each once; everything that a derived resource
 * refers to is among those of the message that said it.
 */
export function directoryOf(message: Message, context: MapContext): readonly Derived[] {
  const found = new Map<string, Derived>()
  const add = (resource: Derived | undefined): void => {
    if (resource) found.set(resource.id, joinDirectory(found.get(resource.id), resource))
  }
  const facility = hdOf(message.first('MSH')?.repetitions(4)[0])
  if (facility) add(hdToOrganization(facility, context))
  for (const segment of message.segments) {
    for (const field of fieldsOf(PRACTITIONERS, segment)) {
      for (const xcn of repetitionsOf(segment, field))
        add(xcnToPractitioner(xcn, context, `${segment.name}-${field}`))
    }
    for (const field of fieldsOf(PLACES, segment)) {
      for (const pl of repetitionsOf(segment, field).slice(0, 1))
        for (const place of plToLocations(pl, context)) add(place)
    }
    for (const organization of organizationsOf(segment, context)) add(organization)
  }
  return [...found.values()]
}

const fieldsOf = (table: Readonly<Record<string, readonly number[]>>, { name }: Segment): readonly number[] =>
  table[name] ?? []

const repetitionsOf = (segment: Segment, field: number) =>
  segment.rawField(field) === '' ? [] : segment.repetitions(field)

function organizationsOf(segment: Segment, context: MapContext): readonly (Derived | undefined)[] {
  switch (segment.name) {
    case 'PV1': {
      const facility = repetitionsOf(segment, 39)[0]
      const name = facility && valued(facility)
      return name === undefined ? [] : [hdToOrganization(undefined, context, name)]
    }
    case 'NK1':
      return repetitionsOf(segment, 13).map(xon => xonToOrganization(xon, context))
    case 'IN1':
      return [
        insurer(segment, context),
        ...repetitionsOf(segment, 11).map(xon => xonToOrganization(xon, context)),
      ]
    default:
      return []
  }
}

/** IN1-3 numbers the insurer, IN1-4 names it. */
function insurer(in1: Segment, context: MapContext): Derived | undefined {
  const address = repetitionsOf(in1, 5).flatMap(xad => xadToAddress(xad, context, 'IN1-5') ?? [])
  const telecom = repetitionsOf(in1, 7).flatMap(xtn => xtnToContactPoint(xtn, context, 'IN1-7', 'work') ?? [])
  return xonToOrganization(repetitionsOf(in1, 4)[0], context, {
    numbered: repetitionsOf(in1, 3)[0],
    ...(address.length > 0 && { address }),
    ...(telecom.length > 0 && { telecom }),
  })
}
