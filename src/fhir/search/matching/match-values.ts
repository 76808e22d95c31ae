import { compareDecimals, readDecimal } from '../decimal.ts'
import { bounded, folded } from '../indexing/index-values.ts'
import type { SearchModifier, SearchValue } from '../plan.ts'

type Valued<Kind extends SearchValue['kind']> = Extract<SearchValue, { readonly kind: Kind }>

/** FHIR's own code systems: an element of type code is indexed without a system, and they stand for it. */
export const HL7_SYSTEMS = 'http://hl7.org/fhir/'

interface Held {
  readonly value: string
  readonly system?: string | undefined
}

/** A token as the index holds it against one that is asked for (http://hl7.org/fhir/R4/search.html#token). */
export function tokenFits({ value, system }: Held, { system: wanted, code }: Valued<'token'>): boolean {
  if (code !== undefined && bounded(code) !== value) return false
  if (wanted === undefined) return true
  if (wanted === null) return system === undefined
  if (system === undefined) return code !== undefined && wanted.startsWith(HL7_SYSTEMS)
  return system === bounded(wanted)
}

/** A string: begins with, contains or is, as the modifier has it (http://hl7.org/fhir/R4/search.html#string). */
export function stringFits(
  { value, system: written }: Held,
  text: string,
  modifier: SearchModifier | undefined,
): boolean {
  const wanted = folded(text)
  if (modifier === 'exact') return value === bounded(wanted) && written === bounded(text)
  if (modifier === 'contains') return value.includes(wanted)
  if (modifier === 'ends') return value.endsWith(wanted)
  if (modifier === 'equals' || modifier === 'unequal') return value === bounded(wanted)
  return value.startsWith(wanted)
}

/** A uri: the whole, or (`below`) what lies under it as a path. */
export function uriFits(value: string, text: string, modifier: SearchModifier | undefined): boolean {
  if (modifier !== 'below') return value === bounded(text)
  const folder = text.replace(/\/+$/, '')
  return value === folder || value.startsWith(`${folder}/`)
}

/** A half-open interval of time against the one asked for (http://hl7.org/fhir/R4/search.html#prefix). */
export function intervalFits(held: Interval, { prefix, lowMs, highMs }: Valued<'date'>): boolean {
  const within = held.lowMs >= lowMs && held.lowMs < highMs && held.highMs <= highMs
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return !within
    case 'gt':
      return held.highMs > highMs
    case 'lt':
      return held.lowMs < lowMs
    case 'ge':
      return held.highMs > highMs || within
    case 'le':
      return held.lowMs < lowMs || within
    case 'sa':
      return held.lowMs >= highMs
    case 'eb':
      return held.highMs <= lowMs
    case 'ap':
      return held.lowMs < highMs && held.highMs > lowMs
  }
}

interface Interval {
  readonly lowMs: number
  readonly highMs: number
}

/**
 * A stored [low, high] against a number that is asked for: `eq` and `ne` look at what its digits imply, `ap` at a tenth around
 * it, the other prefixes at the number itself (http://hl7.org/fhir/R4/search.html#number).
 */
export function numberFits(
  held: { readonly low: string; readonly high: string },
  { prefix, low, high, value }: Pick<Valued<'number'>, 'prefix' | 'low' | 'high' | 'value'>,
): boolean {
  const within = compareNumbers(held.low, low) >= 0 && compareNumbers(held.high, high) < 0
  switch (prefix) {
    case 'eq':
      return within
    case 'ne':
      return !within
    case 'gt':
      return compareNumbers(held.high, value) > 0
    case 'lt':
      return compareNumbers(held.low, value) < 0
    case 'ge':
      return compareNumbers(held.high, value) >= 0
    case 'le':
      return compareNumbers(held.low, value) <= 0
    case 'sa':
      return compareNumbers(held.low, value) > 0
    case 'eb':
      return compareNumbers(held.high, value) < 0
    case 'ap':
      return compareNumbers(held.low, high) <= 0 && compareNumbers(held.high, low) >= 0
  }
}

/** Decimal texts, `-Infinity` and `Infinity` too. */
function compareNumbers(a: string, b: string): number {
  const [left, right] = [readDecimal(a), readDecimal(b)]
  if (left && right) return compareDecimals(left, right)
  return Number(a) - Number(b) || 0
}
