import type { Json } from '../../../fhir/resource.ts'
import { DAYS, joinedDays } from './value-days.ts'

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
  if (standing === undefined)
    return isBlank(said) ? register : withSource(register, source, only(stamp, said))
  const words: Incoming = { stamp, said, joined: new Map(), late: new Set() }
  const next = noNames<Fields>()
  for (const earlier of Object.keys(standing)) {
    const kept = keptOf(earlier, standing[earlier] as Fields, words)
    if (kept) next[earlier] = kept
  }
  const { joined, late } = words
  const fields = fieldsCopy(next[stamp] ?? NO_FIELDS)
  let isEmpty = true
  for (const field of Object.keys(said)) {
    if (late.has(field)) continue
    fields[field] = joined.get(field) ?? (said[field] as string)
    isEmpty = false
  }
  if (!isEmpty) next[stamp] = fields
  return withSource(register, source, next)
}

const NO_FIELDS: Fields = {}

/** What a message says, with what has come out of it so far. */
interface Incoming {
  readonly stamp: string
  readonly said: Fields
  /** Times that are told beside earlier ones. */
  readonly joined: Map<string, string>
  /** Fields of which somebody said more later. */
  readonly late: Set<string>
}

/** What stays under an earlier stamp, the very same where all does; undefined where nothing does. */
function keptOf(
  earlier: string,
  standing: Fields,
  { stamp, said, joined, late }: Incoming,
): Fields | undefined {
  const fields = Object.keys(standing)
  const gone: string[] = []
  let mended: Map<string, string> | undefined
  for (const field of fields) {
    const own = said[field]
    if (own === undefined) continue
    const text = standing[field] as string
    const times = joinedTimes(field, own, text)
    if (replaces(field, { stamp, text: own }, { stamp: earlier, text })) {
      if (times !== undefined) joined.set(field, times)
      gone.push(field)
      continue
    }
    late.add(field)
    if (times !== undefined && times !== text)
      mended = (mended ?? new Map<string, string>()).set(field, times)
  }
  if (gone.length === fields.length) return undefined
  if (gone.length === 0 && !mended) return standing
  const out = new Set(gone)
  const kept = fieldsCopy(standing, field => !out.has(field))
  if (mended) for (const [field, times] of mended) kept[field] = times
  return kept
}

/**
 * A table to fill with names that nobody used before: stamps, keys of items, texts. NOTE: without a prototype, since V8 makes
 * that a table from the start; of any other object it makes a class for every name that comes, of which each is used once.
 */
export const noNames = <T>(): Record<string, T> => Object.create(null) as Record<string, T>

function withSource(register: Register, source: string, stamps: Register[string]): Register {
  const all = noNames<Register[string]>()
  for (const name of Object.keys(register)) all[name] = register[name] as Register[string]
  all[source] = stamps
  return all
}

function only(stamp: string, said: Fields): Register[string] {
  const stamps = noNames<Fields>()
  stamps[stamp] = said
  return stamps
}

/** A copy to write to: a spread of new names takes five times as long. */
export function fieldsCopy(
  fields: Fields,
  isTaken: (field: string) => boolean = always,
): Record<string, string> {
  const copy = noNames<string>()
  for (const field of Object.keys(fields)) if (isTaken(field)) copy[field] = fields[field] as string
  return copy
}

const always = (): boolean => true

/** Begins the entries of which the first word stays, not the last: when and by which event a value was first said. */
export const FIRST = 'FIRST/'

/**
 * Begins the entries of a register that keep every time at which a source said a value (`TOLD/PV1-7/<text>`: the seconds),
 * where the last time alone would not do: a value that is said again holds since it was said first, unless another was said
 * between, and which was said between may turn up late.
 */
export const TOLD = 'TOLD/'

/** Both lists of seconds as one, in order. */
export const joinedTellings = (a: string, b: string): string =>
  [...new Set([...a.split(' '), ...b.split(' ')])].toSorted().join(' ')

function joinedTimes(field: string, a: string, b: string): string | undefined {
  if (field.startsWith(TOLD)) return joinedTellings(a, b)
  return field.startsWith(DAYS) ? joinedDays(a, b) : undefined
}

type Word = Pick<Said, 'stamp' | 'text'>

const replaces = (field: string, { stamp, text }: Word, other: Word): boolean =>
  field.startsWith(FIRST) ? stamp < other.stamp : wins(stamp, text, other.stamp, other.text)

const isBlank = (said: Fields): boolean => Object.keys(said).length === 0

export const wins = (stamp: string, text: string, otherStamp: string, otherText: string): boolean =>
  stamp > otherStamp || (stamp === otherStamp && text >= otherText)

/** Every source's own word on a field, the latest first. */
export function everySource(register: Register, field: string): readonly Said[] {
  const all: Said[] = []
  for (const source of Object.keys(register)) {
    const stamps = register[source] ?? {}
    for (const stamp of Object.keys(stamps)) {
      const text = stamps[stamp]?.[field]
      if (text !== undefined) all.push({ source, stamp, text })
    }
  }
  return all.length < 2 ? all : all.toSorted((a, b) => (wins(a.stamp, a.text, b.stamp, b.text) ? -1 : 1))
}

export const isSilent = (register: Register): boolean => Object.keys(register).length === 0

/** The winning word on a field, unless it is a deletion. */
export function wordOf(said: Said | undefined): string | undefined {
  return said === undefined || said.text === '""' ? undefined : said.text
}
