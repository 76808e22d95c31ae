import { BEGINNING_MS, END_MS } from '../../fhir/search/date-interval.ts'
import { lookupText } from '../../fhir/search/indexing/index-entry.ts'
import { bounded, folded } from '../../fhir/search/indexing/index-values.ts'
import { HL7_SYSTEMS } from '../../fhir/search/matching/match-values.ts'
import type { SearchModifier } from '../../fhir/search/plan.ts'
import type { Bind, Valued } from './search-frame.ts'

/** A value as its index row holds it. */
export const held = (text: string): string => lookupText(bounded(text))

export const timeText = (ms: number): string =>
  ms >= END_MS ? 'infinity' : ms <= BEGINNING_MS ? '-infinity' : new Date(ms).toISOString()

/** How the resource's half-open interval stands to the one asked for (http://hl7.org/fhir/R4/search.html#prefix). */
export function intervalCondition(
  { low, high }: { readonly low: string; readonly high: string },
  { prefix, lowMs, highMs }: Valued<'date'>,
  bind: Bind,
): string {
  const from = (): string => `${bind(timeText(lowMs))}::timestamptz`
  const to = (): string => `${bind(timeText(highMs))}::timestamptz`
  const within = (): string => {
    const end = to()
    return `(${low} >= ${from()} and ${low} < ${end} and ${high} <= ${end})`
  }
  switch (prefix) {
    case 'eq':
      return within()
    case 'ne':
      return `not ${within()}`
    case 'gt':
      return `${high} > ${to()}`
    case 'lt':
      return `${low} < ${from()}`
    case 'ge':
      return `(${high} > ${to()} or ${within()})`
    case 'le':
      return `(${low} < ${from()} or ${within()})`
    case 'sa':
      return `${low} >= ${to()}`
    case 'eb':
      return `${high} <= ${from()}`
    case 'ap':
      return `(${low} < ${to()} and ${high} > ${from()})`
  }
}

/** How a stored [low, high] stands to a number: as fhir/search/matching/match-values.ts has it. */
export function numberCondition(
  { low, high }: { readonly low: string; readonly high: string },
  value: Pick<Valued<'number'>, 'prefix' | 'low' | 'high' | 'value'>,
  bind: Bind,
): string {
  const number = (text: string): string => `${bind(text)}::numeric`
  const within = (): string => {
    const end = number(value.high)
    // The bound of the lower end says nothing new, but the index begins with it.
    return `(${low} >= ${number(value.low)} and ${low} < ${end} and ${high} < ${end})`
  }
  switch (value.prefix) {
    case 'eq':
      return within()
    case 'ne':
      return `not ${within()}`
    case 'gt':
      return `${high} > ${number(value.value)}`
    case 'lt':
      return `${low} < ${number(value.value)}`
    case 'ge':
      return `${high} >= ${number(value.value)}`
    case 'le':
      return `${low} <= ${number(value.value)}`
    case 'sa':
      return `${low} > ${number(value.value)}`
    case 'eb':
      return `${high} < ${number(value.value)}`
    case 'ap':
      return `(${low} <= ${number(value.high)} and ${high} >= ${number(value.low)})`
  }
}

/** The columns that hold a value and its system. */
interface Columns {
  readonly val: string
  readonly sys: string
}

export function tokenCondition({ val, sys }: Columns, { system, code }: Valued<'token'>, bind: Bind): string {
  const isCode = code === undefined ? 'true' : `${val} = ${bind(held(code))}`
  if (system === undefined) return isCode
  if (system === null) return `(${isCode} and ${sys} is null)`
  return `(${isCode} and ${code === undefined ? `${sys} = ${bind(held(system))}` : systemCondition(sys, system, bind)})`
}

/** The system of a code. An element of type code is indexed without one: FHIR's own stands for it. */
export function systemCondition(sys: string, system: string, bind: Bind): string {
  const isSystem = `${sys} = ${bind(held(system))}`
  return system.startsWith(HL7_SYSTEMS) ? `(${isSystem} or ${sys} is null)` : isSystem
}

/** After every text that begins with a given one, in byte order. */
export const LAST = '\u{10FFFF}'

export function stringCondition(
  { val, sys }: Columns,
  text: string,
  { modifier, bind }: { readonly modifier: SearchModifier | undefined; readonly bind: Bind },
): string {
  const value = folded(text)
  switch (modifier) {
    case 'exact':
      return `(${val} = ${bind(held(value))} and ${sys} = ${bind(held(text))})`
    case 'equals':
    case 'unequal':
      return `${val} = ${bind(held(value))}`
    case 'contains':
      return `position(${bind(lookupText(value))} in ${val}) > 0`
    case 'ends': {
      const ending = `${bind(lookupText(value))}::text`
      return `right(${val}, char_length(${ending})) = ${ending}`
    }
    default:
      return `(${val} >= ${bind(lookupText(value))} and ${val} < ${bind(lookupText(value) + LAST)})`
  }
}

/** A url and what lies under it as a path. */
export function belowCondition(val: string, url: string, bind: Bind): string {
  const folder = lookupText(url.replace(/\/+$/, ''))
  return `(${val} = ${bind(folder)} or (${val} >= ${bind(`${folder}/`)} and ${val} < ${bind(`${folder}/${LAST}`)}))`
}
