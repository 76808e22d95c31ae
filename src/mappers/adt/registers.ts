import type { Json } from '../../fhir/resource.ts'
import { rememberedBy } from '../../lib/remembered-lists.ts'
import { joinedTellings, TOLD } from './tellings.ts'

/**
 * What sources last said in one scope: source -> stamp -> field -> text. A field stands under the stamp of the message
 * that said it last; `""` is a deletion. Beside fields like `PID-5` there are groups (`NK1`: the stamp of the source's
 * last list, no text) and their items (`NK1/<key>`: the segment as last sent).
 */
export type Register = { readonly [source: string]: { readonly [stamp: string]: Fields } }
export type Fields = { readonly [field: string]: string }

/** What stands in a register for one field or item. */
export interface Said {
  readonly source: string
  /** `recorded instant|control id|content hash`: the greatest wins. */
  readonly stamp: string
  readonly text: string
}

const emptyRegister: Register = {}

/** A register as the store gives it back. */
export const registerOf = (body: Json | undefined): Register => (body ?? emptyRegister) as Register

/**
 * Takes in what one message says. Per field the greatest stamp stays, so the order of messages doesn't matter
 * (last writer wins, per source and field); a late message changes only what nobody said later. Of first words the least
 * stamp stays; tellings all stay, under the greatest stamp.
 */
export function tell(register: Register, source: string, stamp: string, said: Fields): Register {
  const standing = register[source]
  if (standing === undefined) return isBlank(said) ? register : { ...register, [source]: { [stamp]: said } }
  const stamps = Object.keys(standing)
  const incoming = new Map(Object.entries(said))
  const next: Record<string, Record<string, string>> = {}
  for (const earlier of stamps) {
    const kept: Record<string, string> = {}
    let isEmpty = true
    for (const [field, text] of Object.entries(standing[earlier] ?? {})) {
      const own = incoming.get(field)
      const joined = own !== undefined && field.startsWith(TOLD) ? joinedTellings(own, text) : undefined
      if (own !== undefined && replaces(field, { stamp, text: own }, { stamp: earlier, text })) {
        if (joined !== undefined) incoming.set(field, joined)
        continue
      }
      if (own !== undefined) incoming.delete(field)
      kept[field] = joined ?? text
      isEmpty = false
    }
    if (!isEmpty) next[earlier] = kept
  }
  if (incoming.size > 0) next[stamp] = { ...next[stamp], ...Object.fromEntries(incoming) }
  return { ...register, [source]: next }
}

/** Begins the entries of which the first word stays, not the last: when and by which event a value was first said. */
export const FIRST = 'FIRST/'

type Word = Pick<Said, 'stamp' | 'text'>

const replaces = (field: string, { stamp, text }: Word, other: Word): boolean =>
  field.startsWith(FIRST) ? stamp < other.stamp : wins(stamp, text, other.stamp, other.text)

const isBlank = (said: Fields): boolean => Object.keys(said).length === 0

const wins = (stamp: string, text: string, otherStamp: string, otherText: string): boolean =>
  stamp > otherStamp || (stamp === otherStamp && text >= otherText)

/** The winner of every plain field over all sources; remembered as long as the register lives. */
export const winners = rememberedBy((register: Register): ReadonlyMap<string, Said> => {
  const found = new Map<string, Said>()
  for (const [source, stamps] of Object.entries(register)) {
    for (const [stamp, fields] of Object.entries(stamps)) {
      for (const [field, text] of Object.entries(fields)) {
        if (field[PLAIN_DASH] !== '-') continue
        const other = found.get(field)
        if (!other || wins(stamp, text, other.stamp, other.text)) found.set(field, { source, stamp, text })
      }
    }
  }
  return found
})

/** A plain field is `SEG-number`: groups and their items have no dash there. */
const PLAIN_DASH = 3

/** One item of a group, and whether it is in the list that its source sent last. */
export interface GroupItem extends Said {
  readonly key: string
  readonly isCurrent: boolean
}

/** The items of every group by its name, sorted by source, then as their lists number them. */
type Lists = ReadonlyMap<string, readonly GroupItem[]>

const lists = new WeakMap<Register, Lists>()

/** Every item that was ever in a group (`NK1`, `DG1`, `IN1`), sorted by source, then as sent. */
export const groupItems = (register: Register, group: string): readonly GroupItem[] =>
  listsOf(register).get(group) ?? []

/** All groups in one pass; remembered, for a register is asked for each of them. */
function listsOf(register: Register): Lists {
  const known = lists.get(register)
  if (known) return known
  const found = new Map<string, GroupItem[]>()
  for (const [source, stamps] of Object.entries(register)) {
    const listed = lastLists(stamps)
    for (const [stamp, fields] of Object.entries(stamps)) {
      for (const [field, text] of Object.entries(fields)) {
        const slash = field.indexOf('/')
        if (slash < 0) continue
        const group = field.slice(0, slash)
        const isCurrent = stamp >= (listed.get(group) ?? '')
        const items = found.get(group) ?? []
        found.set(group, items)
        items.push({ source, stamp, text, key: field.slice(slash + 1), isCurrent })
      }
    }
  }
  for (const items of found.values()) if (items.length > 1) items.sort(bySource)
  lists.set(register, found)
  return found
}

/** When a source last sent each of its lists. */
function lastLists(stamps: Register[string]): ReadonlyMap<string, string> {
  const listed = new Map<string, string>()
  for (const [stamp, fields] of Object.entries(stamps)) {
    for (const field of Object.keys(fields)) {
      const isMark = field[PLAIN_DASH] !== '-' && !field.includes('/')
      if (isMark && stamp > (listed.get(field) ?? '')) listed.set(field, stamp)
    }
  }
  return listed
}

const bySource = (a: GroupItem, b: GroupItem): number =>
  compare(a.source, b.source) || setId(a.text) - setId(b.text) || compare(a.text, b.text)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `DG1|12|...` -> 12 */
const setId = (text: string): number => Number.parseInt(text.slice(SEGMENT_LENGTH), 10) || 0
const SEGMENT_LENGTH = 4

/** Every source's own word on a field, the latest first. */
export function everySource(register: Register, field: string): readonly Said[] {
  const all = Object.entries(register).flatMap(([source, stamps]) =>
    Object.entries(stamps).flatMap(([stamp, fields]) => {
      const text = fields[field]
      return text === undefined ? [] : [{ source, stamp, text }]
    }),
  )
  return all.toSorted((a, b) => (wins(a.stamp, a.text, b.stamp, b.text) ? -1 : 1))
}

export const isSilent = (register: Register): boolean => Object.keys(register).length === 0

/** A register with the winners found in it. */
export interface Words {
  readonly register: Register
  readonly winning: ReadonlyMap<string, Said>
}

/** Whether two states of a register say the same: only stamps differ, and no list has lost or gained an item. */
export function sameWords(a: Words, b: Words): boolean {
  if (a.winning.size !== b.winning.size) return false
  for (const [field, said] of a.winning) {
    const other = b.winning.get(field)
    if (other === undefined || other.text !== said.text || other.source !== said.source) return false
  }
  return sameLists(a.register, b.register) && sameSources(a.register, b.register)
}

function sameLists(a: Register, b: Register): boolean {
  const [before, after] = [listsOf(a), listsOf(b)]
  for (const group of new Set([...before.keys(), ...after.keys()])) {
    if (group.length !== GROUP_LENGTH) continue
    const [were, are] = [before.get(group) ?? [], after.get(group) ?? []]
    if (were.length !== are.length || !were.every((item, index) => sameItem(item, are[index], group)))
      return false
  }
  return true
}

/** Segments have names of three letters; other entries of a register (deaths) are no lists. */
const GROUP_LENGTH = 3

/** Lists of which the day counts on which an item was said: it is compared with the item's own times. */
const DATED: ReadonlySet<string> = new Set(['IN1', 'PR1', 'ROL', 'PRT'])

const sameItem = (a: GroupItem, b: GroupItem | undefined, group: string): boolean =>
  b !== undefined &&
  a.source === b.source &&
  a.key === b.key &&
  a.text === b.text &&
  a.isCurrent === b.isCurrent &&
  (!DATED.has(group) || a.stamp.slice(0, DATE_LENGTH) === b.stamp.slice(0, DATE_LENGTH))

/** Whether the same sources spoke, and of several each said the same numbers. */
function sameSources(a: Register, b: Register): boolean {
  const sources = Object.keys(b)
  if (sources.length !== Object.keys(a).length || !sources.every(source => Object.hasOwn(a, source)))
    return false
  return sources.length === 1 || numbersIn(a) === numbersIn(b)
}

const numbersIn = (register: Register): string =>
  JSON.stringify(everySource(register, 'PID-3').map(({ source, text }) => [source, text]))

/** `YYYY-MM-DD` at the head of a stamp. */
const DATE_LENGTH = 10

/** The winning word on a field, unless it is a deletion. */
export function wordOf(said: Said | undefined): string | undefined {
  return said === undefined || said.text === '""' ? undefined : said.text
}
