import { hash } from 'node:crypto'
import type { Message } from '../../../hl7v2/message.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import { memoryIn } from '../../../lib/memory-in.ts'
import { rememberedByText } from '../../../lib/remembered-texts.ts'
import { segmentText } from './field-text.ts'
import type { MapContext } from '../map-context.ts'
import type { Fields } from './registers.ts'

/**
 * Segments that come as a list: present, it replaces what this source said before; absent, it says nothing (adt.md
 * 3.2.9). Scope `visit` becomes the patient's where the message names no visit, `encounter` then says nothing, and
 * `position` is the patient's after PID and the visit's after PV1.
 */
interface GroupRule {
  readonly scope: Place | 'encounter' | 'position'
  /**
   * What makes an item the same from one message to the next, since set ids (field 1) only number a list: an identifier
   * where the segment has one, else what it is about. Undefined for an item that says nothing.
   */
  readonly identity: (segment: Segment) => string | undefined
  /** Field with an action code (HL7 tables 0206, 0287, 0323): where one is valued, there is no list, only items. */
  readonly action?: number
  /** Segments that belong to the one before them. */
  readonly takes?: readonly string[]
}

type Place = 'patient' | 'visit'

const allergen = (segment: Segment): string | undefined =>
  joined(segment.text(3) ?? segment.text(3, 2), segment.text(3, 3))

const role = (code: number, person: number, organization: number) => (segment: Segment) =>
  instanceOf(segment) ??
  joined(
    segment.text(code) ?? segment.text(code, 2),
    segment.text(person) ?? joined(segment.text(person, 2), segment.text(person, 3)),
    segment.text(organization),
  )

const rules = {
  NK1: {
    scope: 'patient',
    identity: nk1 =>
      nk1.text(33) ??
      nk1.text(12) ??
      joined(nk1.text(2), nk1.text(2, 2), nk1.text(13), nk1.text(3) ?? nk1.text(7)),
    takes: ['NTE'],
  },
  AL1: { scope: 'patient', identity: allergen, takes: ['NTE'] },
  IAM: { scope: 'patient', identity: iam => iam.text(7) ?? allergen(iam), action: 6, takes: ['NTE'] },
  DG1: {
    scope: 'visit',
    identity: dg1 =>
      dg1.text(20) ?? joined(dg1.text(3) ?? dg1.text(3, 2) ?? dg1.text(4), dg1.text(3, 3), dg1.text(6)),
    action: 21,
    takes: ['NTE'],
  },
  PR1: {
    scope: 'visit',
    identity: pr1 =>
      pr1.text(19) ?? joined(pr1.text(3) ?? pr1.text(3, 2) ?? pr1.text(4), pr1.text(3, 3), pr1.text(5)),
    action: 20,
    takes: ['ROL', 'PRT', 'NTE'],
  },
  OBX: {
    scope: 'visit',
    identity: obx =>
      obx.text(21) ?? joined(obx.text(3) ?? obx.text(3, 2), obx.text(3, 3), obx.text(4), obx.text(4, 2)),
    action: 31,
    takes: ['PRT', 'NTE'],
  },
  IN1: {
    scope: 'patient',
    identity: in1 =>
      joined(in1.text(2) ?? in1.text(2, 2), in1.text(3) ?? in1.text(4), in1.text(36) ?? in1.text(49)),
    takes: ['IN2', 'IN3', 'ROL', 'PRT', 'NTE'],
  },
  GT1: {
    scope: 'patient',
    identity: gt1 =>
      gt1.text(2) ?? joined(gt1.text(3), gt1.text(3, 2), gt1.text(21), gt1.text(11) ?? gt1.text(11, 2)),
    takes: ['NTE'],
  },
  ROL: { scope: 'position', identity: role(3, 4, 14), action: 2 },
  PRT: { scope: 'position', identity: role(4, 5, 8), action: 2 },
  ARV: { scope: 'position', identity: arv => joined(arv.text(3), arv.text(4)), action: 2 },
  DB1: {
    scope: 'patient',
    identity: db1 => (says(db1, 3, 8) ? joined(db1.text(2) ?? 'PT', db1.text(3)) : undefined),
  },
  PDA: { scope: 'patient', identity: pda => (isOfDeath(pda) ? 'PDA' : undefined) },
  DRG: { scope: 'encounter', identity: drg => drg.text(1) ?? undefined },
  ACC: { scope: 'encounter', identity: acc => joined(acc.text(1), acc.text(2), acc.text(8) ?? acc.text(3)) },
  UB1: { scope: 'encounter', identity: () => 'UB1' },
  UB2: { scope: 'encounter', identity: () => 'UB2' },
  NTE: { scope: 'position', identity: nte => nte.text(3) ?? undefined },
} as const satisfies Readonly<Record<string, GroupRule>>

export type Group = keyof typeof rules

const ruleOf = (group: Group): GroupRule => rules[group]

/** The lists with their rules, for people to read. */
export const groupRules: Readonly<Record<string, GroupRule>> = rules

/** Whether any field from one to another says something. */
function says(segment: Segment, first: number, last: number): boolean {
  for (let field = first; field <= last; field += 1)
    if (!NO_WORDS.has(segment.rawField(field).toUpperCase())) return true
  return false
}

const NO_WORDS: ReadonlySet<string> = new Set(['', '""'])

/**
 * Whether PDA tells of a death: it is only sent of the dead, but by some engines empty with every message, or with no more than
 * that there was neither a certificate nor an autopsy nor a coroner.
 */
export const isOfDeath = (pda: Segment): boolean =>
  [1, 2, 3, 4, 5, 6, 7, 8, 9].some(
    field => says(pda, field, field) && !(INDICATORS.has(field) && pda.rawField(field).toUpperCase() === 'N'),
  )

/** PDA-3, PDA-6, PDA-9 */
const INDICATORS: ReadonlySet<number> = new Set([3, 6, 9])

/** ROL-1, PRT-1: a name of this very role; a small number only counts the segments of a message. */
function instanceOf(segment: Segment): string | undefined {
  const id = segment.text(1)
  const authority = segment.text(1, 2) ?? segment.text(1, 3)
  if (typeof id !== 'string' || (!authority && /^\d{1,3}$/.test(id))) return undefined
  return joined(id, authority)
}

function joined(...parts: readonly (string | null | undefined)[]): string | undefined {
  const said = parts.map(part => part?.toUpperCase() ?? '')
  return said.some(part => part !== '') ? said.join('^') : undefined
}

/** One item of a list in a message, with the segments that belong to it. */
interface Entry {
  readonly group: Group
  readonly place: Place
  readonly segments: Segment[]
}

const walked = memoryIn<Message, readonly Entry[]>()

/** The items of all lists of a message, each with its place in it. */
function entriesIn(message: Message): readonly Entry[] {
  const known = walked.get(message)
  if (known) return known
  const entries: Entry[] = []
  let [place, last]: [Place | undefined, Entry | undefined] = [undefined, undefined]
  for (const segment of message.segments) {
    const { name } = segment
    const starts = PLACES.get(name)
    if (starts) [place, last] = [starts, undefined]
    const owner = name === 'IN2' || name === 'IN3' ? entries.findLast(({ group }) => group === 'IN1') : last
    if (owner && ruleOf(owner.group).takes?.includes(name)) owner.segments.push(segment)
    else if (place && Object.hasOwn(rules, name)) {
      const group = name as Group
      last = { group, place: placeOf(segment, group, place), segments: [segment] }
      entries.push(last)
    }
  }
  walked.set(message, entries)
  return entries
}

const PLACES: ReadonlyMap<string, Place> = new Map([
  ['PID', 'patient'],
  ['PD1', 'patient'],
  ['PV1', 'visit'],
  ['PV2', 'visit'],
])

/** HL7 tables 0443, 0912: whom a person has for primary care is nothing of one visit, wherever it is said. */
const PRIMARY_CARE: ReadonlySet<string> = new Set(['PP', 'FHCP'])

export const isPrimaryCare = (code: string | null | undefined): boolean =>
  typeof code === 'string' && PRIMARY_CARE.has(code.toUpperCase())

/** HL7 table 0287: a role (ROL-2, PRT-2) that was unlinked from what it is about. */
export const isUnlinked = (segment: Segment): boolean => segment.text(2)?.toUpperCase() === 'UN'

function placeOf(segment: Segment, group: Group, place: Place): Place {
  const { scope } = ruleOf(group)
  if (scope !== 'position') return scope === 'patient' ? 'patient' : 'visit'
  const code = group === 'ROL' ? segment.text(3) : group === 'PRT' ? segment.text(4) : undefined
  return isPrimaryCare(code) ? 'patient' : place
}

/** Key of an item that was confirmed unchanged: it stands in for one of which nothing else was ever said. */
export const CONFIRMED = '*'

/**
 * Adds the lists of a message as register fields: `NK1` for the list as a whole and `NK1/<key>` for each item, with the
 * segments that belong to it. `place` says which lists: the patient's, the visit's, or all that are anybody's when there is
 * no visit. Gives the keys of their items by group.
 */
export function addGroups(
  fields: Record<string, string>,
  place: Place | 'patient-only',
  { message, context }: { readonly message: Message; readonly context: MapContext },
): ReadonlyMap<Group, readonly string[]> {
  const keys = new Map<Group, string[]>()
  const chosen = entriesIn(message).filter(entry => isChosen(entry, place, context))
  if (chosen.length === 0) return keys
  const acting = new Set(chosen.filter(entry => actionOf(entry)).map(({ group }) => group))
  for (const entry of chosen) {
    const { group, segments } = entry
    if (!acting.has(group) && context.settings.segments[group] !== 'merge') fields[group] = ''
    const name = ruleOf(group).identity(segments[0] as Segment)
    if (name === undefined) continue
    const { key, field, confirmed } = freeKey(fields, group, name)
    const isConfirmed = acting.has(group) && UNCHANGED.has(actionOf(entry) ?? '')
    fields[isConfirmed ? confirmed : field] = itemText(segments, message, context)
    const known = keys.get(group)
    if (known) known.push(key)
    else keys.set(group, [key])
  }
  return keys
}

function itemText(segments: readonly Segment[], message: Message, context: MapContext): string {
  const [only] = segments
  if (segments.length === 1 && only && context.settings.segments[only.name] !== 'ignore')
    return segmentText(only, message, context)
  return segments
    .filter(segment => context.settings.segments[segment.name] !== 'ignore')
    .map(segment => segmentText(segment, message, context))
    .join(SEPARATOR)
}

/** Between the segments of one item: no segment's text has one. */
export const SEPARATOR = '\r'

function isChosen({ group, place: own }: Entry, place: Place | 'patient-only', context: MapContext): boolean {
  if (context.settings.segments[group] === 'ignore') return false
  if (place !== 'patient-only') return own === place
  return ruleOf(group).scope !== 'encounter'
}

/** HL7 tables 0206 and 0323 (X), 0287 (UC): what was said before holds. */
const UNCHANGED: ReadonlySet<string> = new Set(['X', 'UC'])

/** The action code of an item; S (snapshot) asks for what a list without codes does. */
function actionOf({ group, segments }: Entry): string | undefined {
  const { action } = ruleOf(group)
  const code = action === undefined ? undefined : segments[0]?.text(action)?.toUpperCase()
  return code === 'S' ? undefined : (code ?? undefined)
}

/** An item's name in short, with the fields that it stands in, behind the three letters of its group. */
const keyOf = rememberedByText(2 ** 19, name => {
  const key = hash('sha256', name.slice(GROUP_LENGTH), 'hex').slice(0, 16)
  const field = `${name.slice(0, GROUP_LENGTH)}/${key}`
  return { key, field, confirmed: field + CONFIRMED }
})
const GROUP_LENGTH = 3

/** Two items that look alike are told apart by their place among their likes. */
function freeKey(fields: Fields, group: Group, name: string): ReturnType<typeof keyOf> {
  for (let n = 1; ; n += 1) {
    const named = keyOf(`${group}${name}\n${n}`)
    if (fields[named.field] === undefined && fields[named.confirmed] === undefined) return named
  }
}
