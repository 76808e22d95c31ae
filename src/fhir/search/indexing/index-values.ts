import { hash } from 'node:crypto'
import { localReference } from '../../compartment.ts'
import { dateInterval, periodInterval, type DateInterval } from '../date-interval.ts'

/** A value in the look-up index: what is compared, and the token's system or the string as it was written. */
export interface LookupValue {
  readonly value: string
  readonly system?: string
}

type Element = Readonly<Record<string, unknown>>

/** Values longer than this are cut, and made unique by a hash: an index row must fit a B-tree page. */
const VALUE_LENGTH_MAX = 256
/** A search by a beginning can't be longer than what is kept of a long value. */
export const PREFIX_LENGTH_MAX = 192

/** A value as the index holds it: equal texts stay equal and different ones different, whatever their length. */
export const bounded = (text: string): string =>
  text.length <= VALUE_LENGTH_MAX
    ? text
    : `${text.slice(0, PREFIX_LENGTH_MAX).toWellFormed()}${hash('sha256', text, 'hex').slice(0, 32)}`

/** Case, accents and runs of white space don't count in a string search (http://hl7.org/fhir/R4/search.html#string). */
export const folded = (text: string): string =>
  /^[a-z0-9]*$/.test(text)
    ? text
    : text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase().replace(/\s+/g, ' ').trim()

/** Tokens of a Coding, CodeableConcept, Identifier, ContactPoint, code, string or boolean (search.html#token). */
export function tokensOf(element: unknown): readonly LookupValue[] {
  if (typeof element === 'string') return [{ value: bounded(element) }]
  if (typeof element === 'boolean') return [{ value: String(element) }]
  if (typeof element !== 'object' || element === null) return []
  const { coding, code, value, system } = element as Element
  if (Array.isArray(coding)) return coding.flatMap(tokensOf)
  const text = typeof code === 'string' ? code : value
  if (typeof text !== 'string') return []
  return [{ value: bounded(text), ...(typeof system === 'string' && { system: bounded(system) }) }]
}

/** The parts of a HumanName or an Address that a string search looks at (R4 leaves the choice to the server). */
export const stringParts = [
  'text',
  'family',
  'given',
  'prefix',
  'suffix',
  'line',
  'city',
  'district',
  'state',
  'postalCode',
  'country',
] as const

export function stringsOf(element: unknown): readonly LookupValue[] {
  if (typeof element === 'string') {
    const value = folded(element)
    return value === '' ? [] : [{ value: bounded(value), system: bounded(element) }]
  }
  if (typeof element !== 'object' || element === null) return []
  return stringParts.flatMap(part => {
    const found = (element as Element)[part]
    if (Array.isArray(found)) return found.flatMap(item => (typeof item === 'string' ? stringsOf(item) : []))
    return typeof found === 'string' ? stringsOf(found) : []
  })
}

export const urisOf = (element: unknown): readonly LookupValue[] =>
  typeof element === 'string' ? [{ value: bounded(element) }] : []

/** A Reference as `Type/id` or its absolute url (one below `base`, this server's own, is `Type/id` too); a canonical with and without its version. */
export function referencesOf(element: unknown, base?: string): readonly LookupValue[] {
  if (typeof element === 'string') return canonicalsOf(element)
  if (typeof element !== 'object' || element === null) return []
  const { reference, resource } = element as Element
  if (typeof reference === 'string') {
    const value = normalReference(localReference(reference, base))
    return value === undefined ? [] : [{ value: bounded(value) }]
  }
  return typeof resource === 'string' ? canonicalsOf(resource) : []
}

/** meta.profile is a canonical, though R4 has `_profile` as a uri: who asks for the profile means any version of it. */
export const profilesOf = (element: unknown): readonly LookupValue[] =>
  typeof element === 'string' ? canonicalsOf(element) : []

function canonicalsOf(text: string): readonly LookupValue[] {
  const bar = text.indexOf('|')
  const plain = bar < 0 ? text : text.slice(0, bar)
  return bar < 0 ? [{ value: bounded(text) }] : [{ value: bounded(plain) }, { value: bounded(text) }]
}

/** Without the version; undefined for a contained resource (`#id`). */
export function normalReference(reference: string): string | undefined {
  if (reference === '' || reference.startsWith('#')) return undefined
  return reference.replace(/\/_history\/[A-Za-z0-9\-.]{1,64}$/, '')
}

/** Intervals of a date, dateTime, instant, Period or Timing. */
export function intervalsOf(element: unknown): readonly DateInterval[] {
  if (typeof element === 'string') return present(dateInterval(element))
  if (typeof element !== 'object' || element === null) return []
  const { event, repeat, start, end } = element as Element
  if (event !== undefined || repeat !== undefined) return timingIntervals(event, repeat)
  return present(periodInterval({ start, end }))
}

/** A Timing is searched by its outermost limits (http://hl7.org/fhir/R4/search.html#date). */
function timingIntervals(event: unknown, repeat: unknown): readonly DateInterval[] {
  const events = Array.isArray(event) ? event.flatMap(intervalsOf) : []
  const bounds =
    typeof repeat === 'object' && repeat !== null ? (repeat as Element)['boundsPeriod'] : undefined
  const all = [...events, ...(bounds === undefined ? [] : intervalsOf(bounds))]
  if (all.length === 0) return []
  return [{ lowMs: Math.min(...all.map(i => i.lowMs)), highMs: Math.max(...all.map(i => i.highMs)) }]
}

const present = <T>(value: T | undefined): readonly T[] => (value === undefined ? [] : [value])
