import type { Message } from '../../../hl7v2/message.ts'
import type { Repetition, Segment } from '../../../hl7v2/segment.ts'
import type { Derived } from './derived.ts'
import { joinDirectory, remembering } from './directory.ts'
import { valued } from './element.ts'
import { isSelfContained, readFieldText } from '../registers/field-text.ts'
import { roleOf } from '../lists/roles.ts'
import type { MapContext } from '../map-context.ts'
import { softwareOf } from '../events/software.ts'
import { hdOf } from '../types/hd.ts'
import { plToLocations } from '../types/pl-location.ts'
import { xadToAddress } from '../types/xad-address.ts'
import { xcnToPractitioner } from '../types/xcn-practitioner.ts'
import { hdToOrganization, xonToOrganization } from '../types/xon-organization.ts'
import { xtnToContactPoint } from '../types/xtn-contact-point.ts'
import { movementSegment } from '../events/zbe.ts'

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
  const add = (resource: Derived): void => {
    found.set(resource.id, joinDirectory(found.get(resource.id), resource))
  }
  const isPlain = (raw: string): boolean => isSelfContained(raw, message.delimiters)
  const known = remembering(context)
  const knownOf = (kind: string, raw: string, make: () => readonly Derived[]): readonly Derived[] =>
    isPlain(raw) ? known(`${kind} ${raw}`, make) : make()
  const msh = message.first('MSH')
  for (const resource of knownOf('HD', msh?.rawField(4) ?? '', () => facilityIn(msh, context))) add(resource)
  for (const segment of message.segments) {
    for (const { kind, field } of NAMING[segment.name] ?? NO_FIELDS) {
      const raw = segment.rawField(field)
      if (raw === '') continue
      for (const resource of knownOf(kind, raw, () => namedIn(kind, segment, field, context))) add(resource)
    }
    const fields = NAMING_TOGETHER[segment.name]
    if (fields) {
      const raw = fields.map(field => segment.rawField(field)).join('|')
      for (const resource of knownOf(segment.name, raw, () => organizationsOf(segment, context)))
        add(resource)
    }
    if (segment.name === 'ROL' || segment.name === 'PRT')
      for (const role of knownOf(segment.name, segment.raw, () => roleIn(segment, context))) add(role)
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

interface NamingField {
  readonly kind: 'XCN' | 'PL' | 'XON'
  readonly field: number
}

type Table = Readonly<Record<string, readonly number[] | undefined>>

const NAMING: Readonly<Record<string, readonly NamingField[] | undefined>> = (() => {
  const fieldsIn = (kind: NamingField['kind'], table: Table, name: string): readonly NamingField[] =>
    (table[name] ?? []).map(field => ({ kind, field }))
  const names = new Set([PRACTITIONERS, PLACES, ORGANIZATIONS].flatMap(table => Object.keys(table)))
  return Object.fromEntries(
    [...names].map(name => [
      name,
      [
        ...fieldsIn('XCN', PRACTITIONERS, name),
        ...fieldsIn('PL', PLACES, name),
        ...fieldsIn('XON', ORGANIZATIONS, name),
      ],
    ]),
  )
})()

const NO_FIELDS: readonly NamingField[] = []

/** Fields that name Organizations together, by segment: those that `organizationsOf` reads. */
const NAMING_TOGETHER: Table = { PV1: [39], OBX: [23, 24], IN1: [3, 4, 5, 7, 11] }

/** MSH-4 as an HD. */
function facilityIn(msh: Segment | undefined, context: MapContext): readonly Derived[] {
  const facility = hdOf(msh?.repetitions(4)[0])
  return facility ? [hdToOrganization(facility, context)] : []
}

/** What a field names, in all its repetitions. */
const namedIn = (
  kind: NamingField['kind'],
  segment: Segment,
  field: number,
  context: MapContext,
): readonly Derived[] =>
  segment.repetitions(field).flatMap(repetition => {
    if (kind === 'PL') return plToLocations(repetition, context)
    if (kind === 'XON') return xonToOrganization(repetition, context) ?? []
    return xcnToPractitioner(repetition, context, `${segment.name}-${field}`) ?? []
  })

function roleIn(segment: Segment, context: MapContext): readonly Derived[] {
  const role = roleOf(segment, context)
  return role ? [role] : []
}

const repetitionsOf = (segment: Segment, field: number) =>
  segment.rawField(field) === '' ? [] : segment.repetitions(field)

const organizationsOf = (segment: Segment, context: MapContext): readonly Derived[] =>
  namedTogether(segment, context).filter(organization => organization !== undefined)

function namedTogether(segment: Segment, context: MapContext): readonly (Derived | undefined)[] {
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
