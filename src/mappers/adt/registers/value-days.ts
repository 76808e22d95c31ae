import type { Instant } from '../../../lib/clock.ts'
import type { WatchedValue } from '../../../care-plan/duties/watched-values.ts'

/**
 * Begins the entries of a register that keep when a source said a watched value, or a list of them as a whole
 * (`DAYS/payer/<key>+<key>`: the first and the last time of each day). First words alone don't tell that a value came back,
 * nor that a list lost an entry; of a day the two times do, so that a register grows by days, not by messages.
 */
export const DAYS = 'DAYS/'

/** Everything that a source said of one value at once, and when. */
export interface DaysOfValue {
  readonly source: string
  readonly value: WatchedValue
  /** Keys of what was said, in order; none of an empty list. */
  readonly keys: readonly string[]
  readonly times: string
}

export function daysOfValue(source: string, field: string, times: string): DaysOfValue {
  const [value = '', keys = ''] = field.slice(DAYS.length).split('/')
  return { source, value: value as WatchedValue, keys: keys === '' ? [] : keys.split('+'), times }
}

export const daysField = (value: WatchedValue, keys: readonly string[]): string =>
  `${DAYS}${value}/${keys.length === 1 ? keys[0] : [...new Set(keys)].toSorted().join('+')}`

/** `2026-10-05T18:30:00.000Z` -> nine characters that sort as the times do, the first five its day. */
export function dayTime(instant: Instant): string {
  const [date, time] = [
    instant.slice(0, 4) + instant.slice(5, 7) + instant.slice(8, 10),
    instant.slice(11, 13) + instant.slice(14, 16) + instant.slice(17, 19),
  ]
  return inBase36(date, DAY) + inBase36(time, TIME)
}

/** Both lists of times as one: of each day the first and the last. */
export function joinedDays(a: string, b: string): string {
  if (a.length < b.length) return joinedDays(b, a)
  const last = a.slice(-WIDTH)
  if (b.length === WIDTH && b >= last) return withLater(a, last, b)
  const all = [...new Set([...a.split(' '), ...b.split(' ')])].toSorted()
  return all.filter((time, i) => !isSameDay(time, all[i - 1]) || !isSameDay(time, all[i + 1])).join(' ')
}

/** The common case, without taking the list apart. */
function withLater(times: string, last: string, later: string): string {
  if (later === last) return times
  const before = times.slice(-(2 * WIDTH + 1), -(WIDTH + 1))
  const isThird = isSameDay(last, later) && isSameDay(before, later)
  return `${isThird ? times.slice(0, -(WIDTH + 1)) : times} ${later}`
}

/** That a source went back to what it had said before, or left out what it had told. */
export interface Turn {
  readonly value: WatchedValue
  /** The same however often it is told. */
  readonly id: string
  readonly at: Instant
  /** When it turned to something else. */
  readonly until?: Instant
}

interface Run {
  readonly keys: readonly string[]
  readonly first: string
  last: string
}

/** Every turn of every source, the same in any order of messages; what nobody had said before is none. */
export function turnsOf(days: readonly DaysOfValue[]): readonly Turn[] {
  if (days.length < 2) return NO_TURNS
  const ofValues = Map.groupBy(days, ({ source, value }) => `${value} ${source}`)
  return [...ofValues.values()].flatMap(own => (own.length < 2 ? NO_TURNS : turnsIn(own)))
}

const NO_TURNS: readonly Turn[] = []

function turnsIn(days: readonly DaysOfValue[]): readonly Turn[] {
  const runs = runsOf(days)
  const known = new Set<string>()
  const seen = new Map<string, number>()
  const beginAt = (i: number): Instant | undefined => {
    const run = runs[i]
    return run && instantOf(beginOf(run, runs.slice(0, i)))
  }
  return runs.flatMap(({ keys, first }, i) => {
    const isTurn = i > 0 && keys.every(key => known.has(key))
    for (const key of keys) known.add(key)
    if (!isTurn) return NO_TURNS
    const [value, at, until] = [days[0]?.value, beginAt(i), beginAt(i + 1)]
    if (value === undefined || at === undefined) return NO_TURNS
    const name = `${value}:${keys.join('+') || 'none'}:${first.slice(0, DAY)}`
    const nth = (seen.get(name) ?? 0) + 1
    seen.set(name, nth)
    return [{ value, id: nth === 1 ? name : `${name}:${nth}`, at, ...(until !== undefined && { until }) }]
  })
}

/** What was said in one go, until something else was. */
function runsOf(days: readonly DaysOfValue[]): readonly Run[] {
  const said = days
    .flatMap(({ keys, times }) => times.split(' ').map(time => ({ keys, time, name: keys.join('+') })))
    .toSorted((a, b) => (a.time < b.time || (a.time === b.time && a.name < b.name) ? -1 : 1))
  const runs: Run[] = []
  for (const { keys, time } of said) {
    const run = runs.at(-1)
    if (run && run.keys === keys) run.last = time
    else runs.push({ keys, first: time, last: time })
  }
  return runs
}

/** What comes back on the day on which it was said has only the last time of that day, which moves: it begins where the other ended. */
function beginOf({ keys, first }: Run, before: readonly Run[]): string {
  const other = before.at(-1)
  const isBack = before.some(run => run.keys === keys && isSameDay(run.last, first))
  return isBack && other ? other.last : first
}

const isSameDay = (time: string, other: string | undefined): boolean =>
  other !== undefined && time.slice(0, DAY) === other.slice(0, DAY)

function instantOf(time: string): Instant {
  const digits = digitsOf(time.slice(0, DAY), DATE_DIGITS) + digitsOf(time.slice(DAY), DIGITS - DATE_DIGITS)
  return digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z')
}

const inBase36 = (digits: string, width: number): string => Number(digits).toString(36).padStart(width, '0')

const digitsOf = (text: string, width: number): string =>
  String(Number.parseInt(text, 36)).padStart(width, '0')

/** Of `YYYYMMDDhhmmss` */
const DIGITS = 14
const DATE_DIGITS = 8
/** Characters of a day and of a time of day. */
const DAY = 5
const TIME = 4
const WIDTH = DAY + TIME
