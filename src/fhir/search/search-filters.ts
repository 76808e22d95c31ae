import { isTargetOf, type SearchParameter } from './parameters.ts'
import type { SearchModifier, SearchValue } from './plan.ts'
import { badValue, part, unknown, unsupported, type Read, type SearchRequest } from './search-parts.ts'
import { alternatives, readValue } from './search-values.ts'

export interface FilterText {
  readonly name: string
  readonly parameter: SearchParameter
  readonly modifier: string | undefined
  readonly value: string
}

/** Modifiers that are built, by type of parameter. */
const modifiers: Readonly<Record<string, readonly SearchModifier[]>> = {
  token: ['missing', 'not'],
  string: ['missing', 'exact', 'contains'],
  date: ['missing'],
  reference: ['missing'],
  uri: ['missing'],
}

/** The other modifiers of R4, so that they are refused as not supported and not as unknown. */
const otherModifiers: ReadonlySet<string> = new Set([
  'text',
  'in',
  'not-in',
  'above',
  'below',
  'of-type',
  'identifier',
  'not',
  'exact',
  'contains',
])

/** A parameter of the resource type with its modifier and values. */
export function readFilter({ name, parameter, modifier, value }: FilterText, request: SearchRequest): Read {
  const built = (modifiers[parameter.type] ?? []).find(known => known === modifier)
  const targetType = modifier !== undefined && isTargetOf(parameter, modifier) ? modifier : undefined
  if (modifier !== undefined && built === undefined && targetType === undefined) {
    return otherModifiers.has(modifier)
      ? unsupported(name, request, 'this modifier is not supported here')
      : unknown(name, request, 'unknown modifier')
  }
  if (built === 'missing') return readMissing(name, parameter, value)
  const context = {
    base: request.base,
    nowMs: request.nowMs,
    ...(targetType !== undefined && { targetType }),
  }
  const values = alternatives(value).map(text => readValue(parameter, text, context))
  const known = values.filter((item): item is SearchValue => item !== undefined)
  if (known.length < values.length) return badValue(name, `not a ${parameter.type} value`)
  return part({ kind: 'filter', filter: { parameter, ...(built && { modifier: built }), values: known } })
}

function readMissing(name: string, parameter: SearchParameter, value: string): Read {
  if (value !== 'true' && value !== 'false') return badValue(name, 'must be true or false')
  const values = [{ kind: 'missing', missing: value === 'true' }] as const
  return part({ kind: 'filter', filter: { parameter, modifier: 'missing', values } })
}
