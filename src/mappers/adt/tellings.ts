import type { Instant } from '../../lib/clock.ts'
import { rememberedByText } from '../../lib/remembered-texts.ts'
import type { Fields, Register } from './registers.ts'

/**
 * Begins the entries of a register that keep every time at which a source said a value (`TOLD/PV1-7/<text>`: the seconds),
 * where the last time alone would not do: a value that is said again holds since it was said first, unless another was said
 * between, and which was said between may turn up late.
 */
export const TOLD = 'TOLD/'

/** Fields of which it counts since when their value holds. */
const TIMED_VALUES = ['PV1-2', 'PV1-7', 'PV1-9'] as const
export type TimedValue = (typeof TIMED_VALUES)[number]

/** What a message says, with when it says those fields. */
export function withTellings(fields: Fields, recorded: Instant): Fields {
  const told = TIMED_VALUES.flatMap(field => {
    const text = fields[field]
    return text === undefined ? [] : [[`${TOLD}${field}/${text}`, secondsText(recorded)] as const]
  })
  return told.length === 0 ? fields : { ...fields, ...Object.fromEntries(told) }
}

/** Both lists of seconds as one, in order. */
export const joinedTellings = (a: string, b: string): string =>
  [...new Set([...a.split(' '), ...b.split(' ')])].toSorted().join(' ')

/** One time at which a source said a value. */
export interface Telling {
  /** As sent; `""` is a deletion. */
  readonly text: string
  /** To the second. */
  readonly recorded: Instant
}

/** Every telling of a field by a source, in order; those of one second by their texts. */
export function tellingsOf(register: Register, source: string, field: TimedValue): readonly Telling[] {
  const start = `${TOLD}${field}/`
  return Object.values(register[source] ?? {})
    .flatMap(fields => Object.entries(fields))
    .filter(([entry]) => entry.startsWith(start))
    .flatMap(([entry, seconds]) =>
      seconds
        .split(' ')
        .map(second => ({ text: entry.slice(start.length), recorded: instantOfSeconds(second) })),
    )
    .toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
}

const keyOf = ({ recorded, text }: Telling): string => `${recorded} ${text}`

/** `2026-10-05T18:30:00.000Z` -> its digits up to the second to base 36: nine characters that sort as the times do. */
const secondsText = (instant: Instant): string =>
  Number(instant.replaceAll(/\D/g, '').slice(0, DIGITS)).toString(36).padStart(WIDTH, '0')

const instantOfSeconds = (seconds: string): Instant => instantOf(seconds).instant

/** Remembered: each message adds a telling to those that were read with the one before. */
const instantOf = rememberedByText(2 ** 18, (seconds): { readonly instant: Instant } => {
  const digits = String(Number.parseInt(seconds, 36)).padStart(DIGITS, '0')
  return { instant: digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z') }
})

/** `YYYYMMDDhhmmss` */
const DIGITS = 14
const WIDTH = 9
