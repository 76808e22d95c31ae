import type { Message } from '../../hl7v2/message.ts'
import type { Repetition, Segment } from '../../hl7v2/segment.ts'
import type { Derived } from './derived.ts'
import { joinDirectory, remembered } from './directory.ts'
import { valued } from './element.ts'
import { isSelfContained, readFieldText } from './field-text.ts'
import { roleOf } from './lists/roles.ts'
import type { MapContext } from './map-context.ts'
import { softwareOf } from './software.ts'
import { hdOf } from './types/hd.ts'
import { plToLocations } from './types/pl-location.ts'
import { xadToAddress } from './types/xad-address.ts'
import { xcnToPractitioner } from './types/xcn-practitioner.ts'
import { hdToOrganization, xonToOrganization } from './types/xon-organization.ts'
import { xtnToContactPoint } from './types/xtn-contact-point.ts'
import { movementSegment } from './zbe.ts'

/** Fields that name a Practitioner (XCN) or a place (PL), by segment. */
const PRACTITIONERS = {
  EVN: [5],
  PD1: [4],
  PV1: [7, 8, 9, 17, 52],
  PV2: [13],
  ROL: [4],
  PRT: [5],
  DG1: [16],
  PR1: [8, 11, 12],
  OBX: [16, 25],
  IAM: [23],
  ACC: [7],
  PDA: [5, 8],
  IN3: [3, 14],
  NTE: [5],
} as const
const PLACES = { PV1: [3, 6, 11, 42, 43], NPU: [1], ROL: [13], PRT: [9], PR1: [23], PDA: [2] } as const
/** Fields that name an Organization (XON) and nothing more of it. */
const ORGANIZATIONS = { PD1: [3], NK1: [13], GT1: [21], ROL: [14], PRT: [8] } as const

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
    for (const [kind, table] of TABLES) {
      for (const field of table[segment.name] ?? NO_FIELDS) {
        if (segment.rawField(field) === '') continue
        for (const resource of namedIn({ kind, segment, field }, message, context)) add(resource)
      }
    }
    for (const organization of organizationsOf(segment, context)) add(organization)
    if (segment.name === 'ROL' || segment.name === 'PRT') add(roleOf(segment, context))
  }
  const ward = wardOf(message)
  if (ward) for (const place of plToLocations(ward, context)) add(place)
  for (const device of softwareOf(message, context)) add(device)
  return [...found.values()]
}

/** The responsible ward (ZBE-7) stands for the place where PV1 names none. */
function wardOf(message: Message): Repetition | undefined {
  const ward = movementSegment(message)?.ward
  return ward === undefined ? undefined : readFieldText(ward)
}

type Table = Readonly<Record<string, readonly number[] | undefined>>

const TABLES: readonly (readonly [kind: 'XCN' | 'PL' | 'XON', table: Table])[] = [
  ['XCN', PRACTITIONERS],
  ['PL', PLACES],
  ['XON', ORGANIZATIONS],
]

const NO_FIELDS: readonly number[] = []

interface NamingField {
  readonly kind: 'XCN' | 'PL' | 'XON'
  readonly segment: Segment
  readonly field: number
}

/** What a field names, in all its repetitions. */
function namedIn(
  { kind, segment, field }: NamingField,
  message: Message,
  context: MapContext,
): readonly Derived[] {
  const make = (): readonly Derived[] =>
    segment.repetitions(field).flatMap(repetition => {
      if (kind === 'PL') return plToLocations(repetition, context)
      if (kind === 'XON') return xonToOrganization(repetition, context) ?? []
      return xcnToPractitioner(repetition, context, `${segment.name}-${field}`) ?? []
    })
  const raw = segment.rawField(field)
  return isSelfContained(raw, message.delimiters) ? remembered(context, `${kind} ${raw}`, make) : make()
}

const repetitionsOf = (segment: Segment, field: number) =>
  segment.rawField(field) === '' ? [] : segment.repetitions(field)

function organizationsOf(segment: Segment, context: MapContext): readonly (Derived | undefined)[] {
  switch (segment.name) {
    case 'PV1': {
      const facility = repetitionsOf(segment, 39)[0]
      const name = facility && valued(facility)
      return name === undefined ? [] : [hdToOrganization(undefined, context, name)]
    }
    case 'OBX':
      return performers(segment, context)
    case 'IN1':
      return [
        insurer(segment, context),
        ...repetitionsOf(segment, 11).map(xon => xonToOrganization(xon, context)),
      ]
    default:
      return []
  }
}

/** OBX-23 names who performed an observation, OBX-24 says where the first of them is. */
function performers(obx: Segment, context: MapContext): readonly (Derived | undefined)[] {
  const address = repetitionsOf(obx, 24).flatMap(xad => xadToAddress(xad, context, 'OBX-24') ?? [])
  return repetitionsOf(obx, 23).map((xon, i) =>
    xonToOrganization(xon, context, { ...(i === 0 && address.length > 0 && { address }) }),
  )
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
