import type { PayerSpan } from '../../../care-plan/case/intake.ts'
import type { ValueChange, WatchedValue } from '../../../care-plan/duties/watched-values.ts'
import { readText } from './field-text.ts'
import { SEPARATOR } from './groups.ts'
import { messageUri, readStamp, recordedIn } from '../events/message-uri.ts'
import { daysIn, firstWordsIn, groupItems, type FirstWord } from './register-index.ts'
import type { Register } from './registers.ts'
import type { SourceSettings } from '../source.ts'
import { turnsOf } from './value-days.ts'
import { headOf, valuesOf, watchedIn } from './watched-words.ts'

type Settings = Pick<SourceSettings, 'canonicalBase'>

/** What was said of a patient, or of one visit. */
export interface WatchedRegister {
  readonly register: Register
  /** Encounter id of a visit. */
  readonly encounter?: string
  /** The patient it was told of, where several are one now. */
  readonly person?: string
}

/**
 * The changes of watched values: a source said another one of the same patient or visit before, and nobody this one; or it
 * went back to one that it had said, or left an insurance out. The same in any order of messages.
 */
export function watchedChanges(
  registers: readonly WatchedRegister[],
  settings: Settings,
): readonly ValueChange[] {
  const turns = registers.flatMap(turnsIn)
  const first = newValues(registers, settings)
  return turns.length === 0 ? first : [...first, ...turns]
}

/** What a source of one patient went back to. */
const turnsIn = ({ register, person }: WatchedRegister): readonly ValueChange[] =>
  turnsOf(daysIn(register)).map(({ value, id, at, until }) => ({
    ...{ value, id, at },
    ...(person !== undefined && { person }),
    ...(until !== undefined && { replacedAt: until }),
  }))

/** By when each value was first said. */
function newValues(registers: readonly WatchedRegister[], settings: Settings): readonly ValueChange[] {
  const said = registers.map(one => ({ ...one, words: firstWordsIn(one.register) }))
  if (!said.some(({ words }) => saysAgain(words))) return NO_CHANGES
  const earliest = new Map<string, string>()
  for (const { words } of said)
    for (const word of words) {
      const other = earliest.get(word.name)
      if (other === undefined || word.stamp < other) earliest.set(word.name, word.stamp)
    }
  return said.flatMap(({ words, ...about }) =>
    saysAgain(words)
      ? [...Map.groupBy(words, ({ value, source }) => `${value} ${source}`).values()].flatMap(own =>
          changesOf(own, earliest, about, settings),
        )
      : NO_CHANGES,
  )
}

/** Of one value, by one source. */
function changesOf(
  own: readonly FirstWord[],
  earliest: ReadonlyMap<string, string>,
  about: WatchedRegister,
  settings: Settings,
): readonly ValueChange[] {
  const later = laterWords(own).flatMap(group => {
    const words = group.filter(({ name, stamp }) => earliest.get(name) === stamp)
    const [first] = words.toSorted((a, b) => (a.key < b.key ? -1 : 1))
    return first && (!OF_UPDATES.has(first.value) || UPDATES.has(first.event)) ? [{ words, first }] : []
  })
  const [one] = later
  if (!one) return NO_CHANGES
  const now = standing(about.register, one.first.source, one.first.value)
  return later.map(({ words, first }) => changeOf(words, first, { ...about, ...now }, settings))
}

const NO_CHANGES: readonly ValueChange[] = []

/** Whether anything was said in two messages: else there is no change. */
const saysAgain = ([first, ...more]: readonly FirstWord[]): boolean =>
  more.some(({ stamp }) => stamp !== first?.stamp)

/** What one source said of one value after its first word on it, message by message. */
function laterWords(words: readonly FirstWord[]): readonly (readonly FirstWord[])[] {
  const byStamp = Map.groupBy(words, ({ stamp }) => stamp)
  if (byStamp.size < 2) return []
  return [...byStamp.keys()]
    .toSorted()
    .slice(1)
    .map(stamp => byStamp.get(stamp) ?? [])
}

function changeOf(
  words: readonly FirstWord[],
  { value, key, stamp, source }: FirstWord,
  { encounter, person, keys, since }: WatchedRegister & Standing,
  settings: Settings,
): ValueChange {
  const isGone = !words.some(word => keys.has(word.key))
  return {
    ...{ value, id: `${value}:${key}`, at: recordedIn(stamp) },
    message: messageUri(readStamp(stamp, source), settings),
    ...(encounter !== undefined && { encounter }),
    ...(person !== undefined && { person }),
    ...(isGone && { replacedAt: recordedIn(since) }),
  }
}

/** What a movement says of diagnoses is part of the movement, which has its own effect. */
const OF_UPDATES: ReadonlySet<WatchedValue> = new Set(['diagnosis'])
const UPDATES: ReadonlySet<string> = new Set(['A08', 'A28', 'A31'])

/** What a source says of a value now, and since when it does. */
interface Standing {
  readonly keys: ReadonlySet<string>
  readonly since: string
}

function standing(register: Register, source: string, value: WatchedValue): Standing {
  const keys = new Set<string>()
  let since = ''
  const add = (field: string, text: string): void => {
    for (const [said, key] of valuesOf(field, text)) if (said === value) keys.add(key)
  }
  const stamps = register[source] ?? {}
  for (const field of fieldsOf[value]) {
    for (const stamp of Object.keys(stamps)) {
      const text = stamps[stamp]?.[field]
      if (text === undefined) continue
      if (stamp > since) since = stamp
      add(field, text)
    }
    for (const { source: teller, stamp, text, isCurrent } of groupItems(register, field)) {
      if (teller !== source) continue
      if (stamp > since) since = stamp
      if (isCurrent) add(field, headOf(text))
    }
  }
  return { keys, since }
}

const fieldsOf: Readonly<Record<WatchedValue, readonly string[]>> = {
  payer: ['IN1'],
  pcp: ['PD1-4', 'ROL', 'PRT'],
  address: ['PID-11'],
  diagnosis: ['DG1'],
  attending: [],
  phone: ['PID-13'],
  allergy: ['AL1', 'IAM'],
}

/** The insurances that registers ever told of, each from its first word to its last. */
export const payersIn = (registers: readonly Register[]): readonly PayerSpan[] =>
  registers.flatMap(register => {
    const since = new Map(firstWordsIn(register).map(word => [`${word.source} ${word.name}`, word.stamp]))
    return groupItems(register, 'IN1').flatMap(({ source, stamp, text, isCurrent }) => {
      const in1 = readText(text.split(SEPARATOR, 1)[0] ?? '')
      const names = [in1.text(3), in1.text(4)].filter(name => typeof name === 'string')
      const key = watchedIn({ 'IN1/': text }).map(([, one]) => one)[0] ?? ''
      const first = since.get(`${source} payer/${key}`) ?? stamp
      return names.length === 0
        ? []
        : [{ names, from: recordedIn(first), ...(!isCurrent && { until: recordedIn(stamp) }) }]
    })
  })
