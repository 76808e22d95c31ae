import type { Json } from '../../fhir/resource.ts'

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
 * (last writer wins, per source and field); a late message changes only what nobody said later.
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
      if (own !== undefined && wins(stamp, own, earlier, text)) continue
      if (own !== undefined) incoming.delete(field)
      kept[field] = text
      isEmpty = false
    }
    if (!isEmpty) next[earlier] = kept
  }
  if (incoming.size > 0) next[stamp] = { ...next[stamp], ...Object.fromEntries(incoming) }
  return { ...register, [source]: next }
}

const isBlank = (said: Fields): boolean => Object.keys(said).length === 0

const wins = (stamp: string, text: string, otherStamp: string, otherText: string): boolean =>
  stamp > otherStamp || (stamp === otherStamp && text >= otherText)

/** The winner of every plain field over all sources. */
export function winners(register: Register): ReadonlyMap<string, Said> {
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
}

/** A plain field is `SEG-number`: groups and their items have no dash there. */
const PLAIN_DASH = 3

/** One item of a group, and whether it is in the list that its source sent last. */
export interface GroupItem extends Said {
  readonly key: string
  readonly isCurrent: boolean
}

/** Every item that was ever in a group (`NK1`, `DG1`, `IN1`), sorted by source, then as sent. */
export function groupItems(register: Register, group: string): readonly GroupItem[] {
  const prefix = `${group}/`
  const items: GroupItem[] = []
  for (const [source, stamps] of Object.entries(register)) {
    const listed = Object.keys(stamps)
      .filter(stamp => stamps[stamp]?.[group] !== undefined)
      .toSorted()
      .at(-1)
    for (const [stamp, fields] of Object.entries(stamps)) {
      for (const [field, text] of Object.entries(fields)) {
        if (!field.startsWith(prefix)) continue
        const isCurrent = listed === undefined || stamp >= listed
        items.push({ source, stamp, text, key: field.slice(prefix.length), isCurrent })
      }
    }
  }
  return items.toSorted(bySource)
}

const bySource = (a: GroupItem, b: GroupItem): number =>
  a.source === b.source ? (a.text < b.text ? -1 : a.text > b.text ? 1 : 0) : a.source < b.source ? -1 : 1

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
  return listsIn(a.register) === listsIn(b.register)
}

/** Whether the winners of these fields were said in the same messages. */
export const sameTimes = (a: Words, b: Words, fields: readonly string[]): boolean =>
  fields.every(field => a.winning.get(field)?.stamp === b.winning.get(field)?.stamp)

function listsIn(register: Register): string {
  const items = ['NK1', 'DG1', 'IN1'].flatMap(group =>
    groupItems(register, group).map(({ source, key, text, isCurrent, stamp }) => [
      group,
      source,
      key,
      text,
      isCurrent,
      group === 'IN1' ? stamp.slice(0, DATE_LENGTH) : '',
    ]),
  )
  const sources = Object.keys(register).toSorted()
  const others =
    sources.length > 1 ? everySource(register, 'PID-3').map(({ source, text }) => [source, text]) : []
  return JSON.stringify([items, others, sources])
}

/** A plan's end is compared with the day on which it was said. */
const DATE_LENGTH = 10

/** The winning word on a field, unless it is a deletion. */
export function wordOf(said: Said | undefined): string | undefined {
  return said === undefined || said.text === '""' ? undefined : said.text
}
