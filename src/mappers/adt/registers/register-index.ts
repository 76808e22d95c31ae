import type { WatchedValue } from '../../../care-plan/duties/watched-values.ts'
import type { Segment } from '../../../hl7v2/segment.ts'
import { rememberedBy } from '../../../lib/remembered-lists.ts'
import { readText } from './field-text.ts'
import { isUnlinked, SEPARATOR } from './groups.ts'
import { DAYS, daysOfValue, type DaysOfValue } from './value-days.ts'
import { everySource, FIRST, TOLD, wins, type Fields, type Register, type Said } from './registers.ts'

/** What stands in a register, found in one pass over it. */
interface RegisterIndex {
  readonly winning: Map<string, Said>
  /** The items of every group by its name, sorted by source, then as their lists number them. */
  readonly lists: Map<string, GroupItem[]>
  readonly firsts: FirstWord[]
  readonly tellings: RegisterTelling[]
  readonly days: DaysOfValue[]
}

/** One item of a group, and whether it is in the list that its source sent last. */
export interface GroupItem extends Said {
  readonly key: string
  readonly isCurrent: boolean
}

/** When a source first said a watched value. */
export interface FirstWord {
  readonly value: WatchedValue
  readonly key: string
  /** Both, `payer/<key>`. */
  readonly name: string
  readonly source: string
  readonly stamp: string
  /** The event that said it. */
  readonly event: string
}

/** `PV1-7/<text>` and the seconds at which a source said that, as they stand in the register. */
export interface RegisterTelling {
  readonly source: string
  readonly value: string
  readonly seconds: string
}

/** Remembered as long as the register lives: all that is derived from it is asked of it. */
const indexOf = rememberedBy((register: Register): RegisterIndex => {
  const index: RegisterIndex = { winning: new Map(), lists: new Map(), firsts: [], tellings: [], days: [] }
  for (const source of Object.keys(register)) addSource(index, source, register[source] ?? {})
  for (const items of index.lists.values()) if (items.length > 1) items.sort(bySource)
  return index
})

/** NOTE: a plain field is `SEG-number`; groups (marks of their lists) and the entries under them have no dash there. */
function addSource(index: RegisterIndex, source: string, stamps: Register[string]): void {
  const marks = new Map<string, string>()
  const items: [item: Said & { key: string; isCurrent: boolean }, group: string][] = []
  for (const stamp of Object.keys(stamps)) {
    const fields = stamps[stamp] as Fields
    for (const field of Object.keys(fields)) {
      const text = fields[field] as string
      if (field[PLAIN_DASH] === '-') {
        const other = index.winning.get(field)
        if (!other || wins(stamp, text, other.stamp, other.text))
          index.winning.set(field, { source, stamp, text })
        continue
      }
      const slash = field.indexOf('/')
      if (slash < 0) {
        if (stamp > (marks.get(field) ?? '')) marks.set(field, stamp)
      } else if (field.startsWith(FIRST)) {
        const value = field.slice(FIRST.length, field.indexOf('/', FIRST.length)) as WatchedValue
        const name = field.slice(FIRST.length)
        index.firsts.push({ value, key: name.slice(value.length + 1), name, source, stamp, event: text })
      } else if (field.startsWith(TOLD)) {
        index.tellings.push({ source, value: field.slice(TOLD.length), seconds: text })
      } else if (field.startsWith(DAYS)) {
        index.days.push(daysOfValue(source, field, text))
      } else {
        items.push([
          { source, stamp, text, key: field.slice(slash + 1), isCurrent: true },
          field.slice(0, slash),
        ])
      }
    }
  }
  for (const [item, group] of items) {
    item.isCurrent = item.stamp >= (marks.get(group) ?? '')
    const listed = index.lists.get(group)
    if (listed) listed.push(item)
    else index.lists.set(group, [item])
  }
}

const PLAIN_DASH = 3

/** The winner of every plain field over all sources. */
export const winners = (register: Register): ReadonlyMap<string, Said> => indexOf(register).winning

/** Every item that was ever in a group (`NK1`, `DG1`, `IN1`), sorted by source, then as sent. */
export const groupItems = (register: Register, group: string): readonly GroupItem[] =>
  indexOf(register).lists.get(group) ?? NO_ITEMS
const NO_ITEMS: readonly GroupItem[] = []

/** All first words of a register. */
export const firstWordsIn = (register: Register): readonly FirstWord[] => indexOf(register).firsts

/** Everything that was told with its times, of every source. */
export const toldIn = (register: Register): readonly RegisterTelling[] => indexOf(register).tellings

/** Everything of which the days are kept, of every source. */
export const daysIn = (register: Register): readonly DaysOfValue[] => indexOf(register).days

const bySource = (a: GroupItem, b: GroupItem): number =>
  compare(a.source, b.source) || setId(a.text) - setId(b.text) || compare(a.text, b.text)

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** `DG1|12|...` -> 12 */
const setId = (text: string): number => Number.parseInt(text.slice(SEGMENT_LENGTH), 10) || 0
const SEGMENT_LENGTH = 4

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
  const [before, after] = [indexOf(a).lists, indexOf(b).lists]
  for (const group of new Set([...before.keys(), ...after.keys()])) {
    if (group.length !== GROUP_LENGTH) continue
    const [were, are] = [before.get(group) ?? [], after.get(group) ?? []]
    if (were.length !== are.length || !were.every((item, index) => sameItem(item, are[index], group)))
      return false
    if (were.some(({ source }) => source !== were[0]?.source) && orderOf(were) !== orderOf(are)) return false
  }
  return true
}

/** Which items were said before which: of several sources the last word may hold. */
const orderOf = (items: readonly GroupItem[]): string =>
  items
    .map(({ stamp }, index) => ({ stamp, index }))
    .toSorted((a, b) => compare(a.stamp, b.stamp))
    .map(({ index }) => index)
    .join()

/** Segments have names of three letters; other entries of a register (deaths) are no lists. */
const GROUP_LENGTH = 3

/** Items of which the day counts on which they were said: it is compared with their own times, or is when they ended. */
export const isDated = (group: string, text: string): boolean =>
  dated[group]?.(readText(text.split(SEPARATOR, 1)[0] ?? '')) ?? false

const dated: Readonly<Record<string, (segment: Segment) => boolean>> = {
  IN1: in1 => in1.text(13) !== undefined,
  PR1: pr1 => pr1.text(5) !== undefined,
  ROL: isUnlinked,
  PRT: isUnlinked,
}

const sameItem = (a: GroupItem, b: GroupItem | undefined, group: string): boolean =>
  b !== undefined &&
  a.source === b.source &&
  a.key === b.key &&
  a.text === b.text &&
  a.isCurrent === b.isCurrent &&
  (a.stamp.slice(0, DATE_LENGTH) === b.stamp.slice(0, DATE_LENGTH) || !isDated(group, a.text))

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
