import { localReference } from '../compartment.ts'
import { resourceTypes } from '../resource-types.ts'
import { dateInterval } from './date-interval.ts'
import { folded, normalReference, PREFIX_LENGTH_MAX } from './indexing/index-values.ts'
import { numberValue, positionValue, quantityValue } from './number-values.ts'
import { componentsOf } from './matching/components.ts'
import type { SearchParameter } from './parameters.ts'
import type { Prefix, SearchValue } from './plan.ts'
import { splitUnescaped, unescaped } from './search-text.ts'

export interface ValueContext {
  /** Own base URL: a reference given absolute under it is a local one. */
  readonly base: string
  /** For the prefix `ap`, whose width depends on how long ago the date is. */
  readonly nowMs: number
  /** Target type of a modifier `:Patient`. */
  readonly targetType?: string
}

/** One alternative of a search parameter's value, or undefined when it isn't one of the parameter's type. */
export function readValue(
  parameter: SearchParameter,
  text: string,
  context: ValueContext,
): SearchValue | undefined {
  // No text of FHIR holds a NUL, and the index leaves it out: what is left could be the beginning of everything.
  if (text.includes('\0')) return undefined
  switch (parameter.type) {
    case 'token':
      return tokenValue(text)
    case 'string':
      return stringValue(text)
    case 'uri':
      return text === '' ? undefined : { kind: 'uri', text: unescaped(text) }
    case 'date':
      return dateValue(unescaped(text), context.nowMs)
    case 'reference':
      return referenceValue(parameter, unescaped(text), context)
    case 'number':
      return numberValue(unescaped(text))
    case 'quantity':
      return quantityValue(text)
    case 'composite':
      return compositeValue(parameter, text, context)
    case 'special':
      return parameter.code === 'near' ? positionValue(text) : undefined
  }
}

/** `[system]|[code]` (http://hl7.org/fhir/R4/search.html#token). */
export function tokenValue(text: string): Extract<SearchValue, { readonly kind: 'token' }> | undefined {
  const [first = '', second, ...more] = splitUnescaped(text, '|')
  if (more.length > 0) return undefined
  if (second === undefined) return first === '' ? undefined : { kind: 'token', code: unescaped(first) }
  const code = second === '' ? {} : { code: unescaped(second) }
  if (first === '') return second === '' ? undefined : { kind: 'token', system: null, ...code }
  return { kind: 'token', system: unescaped(first), ...code }
}

export function stringValue(text: string): Extract<SearchValue, { readonly kind: 'string' }> | undefined {
  const value = unescaped(text)
  return folded(value) === '' || value.length > PREFIX_LENGTH_MAX
    ? undefined
    : { kind: 'string', text: value }
}

const PREFIXED = /^(eq|ne|gt|lt|ge|le|sa|eb|ap)?(.*)$/s

/** `ap` reaches a tenth of the time between the date and now to both sides (http://hl7.org/fhir/R4/search.html#prefix). */
function dateValue(text: string, nowMs: number): SearchValue | undefined {
  const [, prefix = 'eq', date = ''] = PREFIXED.exec(text) ?? []
  const interval = dateInterval(date)
  if (!interval) return undefined
  const { lowMs, highMs } = interval
  if (prefix !== 'ap') return { kind: 'date', prefix: prefix as Prefix, lowMs, highMs }
  const reachMs = Math.round(Math.abs(nowMs - lowMs) / 10)
  return { kind: 'date', prefix: 'ap', lowMs: lowMs - reachMs, highMs: highMs + reachMs }
}

const ID = /^[A-Za-z0-9\-.]{1,64}$/
const LOCAL = /^([A-Z][A-Za-z]+)\/([A-Za-z0-9\-.]{1,64})$/

function referenceValue(
  parameter: SearchParameter,
  text: string,
  context: ValueContext,
): SearchValue | undefined {
  const reference = normalReference(localReference(text, context.base))
  if (reference === undefined) return undefined
  if (ID.test(reference)) {
    const types = context.targetType === undefined ? targetTypes(parameter) : [context.targetType]
    return { kind: 'reference', references: types.map(type => `${type}/${reference}`) }
  }
  const local = LOCAL.exec(reference)
  if (local) {
    const fits = context.targetType === undefined || context.targetType === local[1]
    return fits ? { kind: 'reference', references: [reference] } : undefined
  }
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]*:\S+$/.test(reference) && context.targetType === undefined
  return absolute ? { kind: 'reference', references: [reference] } : undefined
}

const allTypes = Object.keys(resourceTypes)

/** The types that a reference parameter may lead to. */
export const targetTypes = ({ target }: SearchParameter): readonly string[] =>
  target === undefined || target.includes('Resource') ? allTypes : target

/** One value a component, in their order (http://hl7.org/fhir/R4/search.html#composite). */
function compositeValue(
  parameter: SearchParameter,
  text: string,
  context: ValueContext,
): SearchValue | undefined {
  const components = componentsOf(parameter)
  const texts = splitUnescaped(text, '$')
  if (components.length === 0 || texts.length !== components.length) return undefined
  const parts = components.flatMap((component, at) => readValue(component, texts[at] ?? '', context) ?? [])
  return parts.length === components.length ? { kind: 'composite', parts } : undefined
}
