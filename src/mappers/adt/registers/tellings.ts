import type { Instant } from '../../../lib/clock.ts'
import { rememberedByText } from '../../../lib/remembered-texts.ts'
import { toldIn } from './register-index.ts'
import { TOLD, type Register } from './registers.ts'

/** Fields of which it counts since when their value holds. */
const TIMED_VALUES = ['PV1-2', 'PV1-7', 'PV1-9'] as const
export type TimedValue = (typeof TIMED_VALUES)[number]

/** Adds to what a message says when it says those fields. */
export function addTellings(fields: Record<string, string>, recorded: Instant): void {
  let seconds: string | undefined
  for (const field of TIMED_VALUES) {
    const text = fields[field]
    if (text === undefined) continue
    seconds ??= secondsText(recorded)
    fields[`${TOLD}${field}/${text}`] = seconds
  }
}

/** One time at which a source said a value. */
export interface Telling {
  /** As sent; `""` is a deletion. */
  readonly text: string
  /** To the second. */
  readonly recorded: Instant
}

/** Every telling of a field by a source, in order; those of one second by their texts. */
export function tellingsOf(register: Register, source: string, field: TimedValue): readonly Telling[] {
  const start = `${field}/`
  const found: Telling[] = []
  for (const told of toldIn(register)) {
    if (told.source !== source || !told.value.startsWith(start)) continue
    const text = told.value.slice(start.length)
    for (const second of told.seconds.split(' ')) found.push({ text, recorded: instantOfSeconds(second) })
  }
  return found.length > 1 ? found.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : found
}

const keyOf = ({ recorded, text }: Telling): string => `${recorded} ${text}`

/** `2026-10-05T18:30:00.000Z` -> its digits up to the second to base 36: nine characters that sort as the times do. */
const secondsText = (instant: Instant): string =>
  Number(instant.replaceAll(/\D/g, '').slice(0, DIGITS)).toString(36).padStart(TELLING_WIDTH, '0')

const instantOfSeconds = (seconds: string): Instant => instantOf(seconds).instant

/** Remembered: each message adds a telling to those that were read with the one before. */
const instantOf = rememberedByText(2 ** 18, (seconds): { readonly instant: Instant } => {
  const digits = String(Number.parseInt(seconds, 36)).padStart(DIGITS, '0')
  return { instant: digits.replace(/^(....)(..)(..)(..)(..)(..)$/, '$1-$2-$3T$4:$5:$6.000Z') }
})

/** `YYYYMMDDhhmmss` */
const DIGITS = 14
/** Of a second: they sort as the times do. */
export const TELLING_WIDTH = 9
