import type { SearchParameter } from '../parameters.ts'
import type { SearchModifier, SearchValue } from '../plan.ts'
import { badValue, part, tooCostly, unsupported, type Read, type SearchRequest } from '../search-parts.ts'
import { CONTAINED_LENGTH_MIN, readFilter } from '../search-filters.ts'
import { readValue } from '../search-values.ts'

/** One test of a `_filter`: `name operator value`. */
interface Test {
  readonly name: string
  readonly parameter: SearchParameter
  readonly operator: string
  readonly value: string
}

/** Operators that are the prefixes of ordered values. */
const prefixes: ReadonlySet<string> = new Set(['eq', 'ne', 'gt', 'lt', 'ge', 'le', 'sa', 'eb', 'ap'])
const ordered: ReadonlySet<string> = new Set(['date', 'number', 'quantity'])

/** All operators (http://hl7.org/fhir/R4/search_filter.html#ops). */
const operators: ReadonlySet<string> = new Set([
  ...prefixes,
  ...['co', 'sw', 'ew', 'pr', 'po', 'ss', 'sb', 'in', 'ni', 're'],
])

/** Operators that a modifier of the parameter means, by type of parameter: `ss`, the value subsumes what is held, is `:below`. */
const asModifiers: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  token: { in: 'in', ni: 'not-in', ss: 'below', sb: 'above' },
}

/** Operators as the index compares them, by type of parameter. */
const compared: Readonly<Record<string, Readonly<Record<string, SearchModifier | 'plain'>>>> = {
  string: { eq: 'equals', ne: 'unequal', sw: 'plain', co: 'contains', ew: 'ends' },
  token: { eq: 'plain', ne: 'unequal' },
  uri: { eq: 'plain', ne: 'unequal' },
  reference: { eq: 'plain', ne: 'unequal', re: 'plain' },
  composite: { eq: 'plain' },
  special: { eq: 'plain' },
}

export function readFilterTest(test: Test, request: SearchRequest): Read {
  const { name, parameter, operator, value } = test
  if (!operators.has(operator)) return badValue(name, 'unknown operator')
  if (operator === 'pr') return readPresent(test, request)
  if (ordered.has(parameter.type)) return readOrdered(test, request)
  const modifier = valueOf(asModifiers[parameter.type], operator)
  if (modifier !== undefined) return readFilter({ name, parameter, modifier, value: escaped(value) }, request)
  const how = valueOf(compared[parameter.type], operator)
  if (how === undefined) {
    return unsupported(name, request, `${operator} is not for parameters of type ${parameter.type}`)
  }
  if ((how === 'contains' || how === 'ends') && value.trim().length < CONTAINED_LENGTH_MIN) {
    return tooCostly(name, `give at least ${CONTAINED_LENGTH_MIN} characters, or use sw`)
  }
  const text = parameter.type === 'composite' || parameter.type === 'special' ? value : escaped(value)
  return criterion(test, readValue(parameter, text, request), how === 'plain' ? undefined : how)
}

/** The commas and backslashes of a filter's value mean themselves. */
const escaped = (text: string): string => text.replace(/[\\,]/g, String.raw`\$&`)

const valueOf = <T>(of: Readonly<Record<string, T>> | undefined, key: string): T | undefined =>
  of && Object.hasOwn(of, key) ? of[key] : undefined

function readPresent({ name, parameter, value }: Test, request: SearchRequest): Read {
  if (value !== 'true' && value !== 'false') return badValue(name, 'pr must be true or false')
  const missing = value === 'true' ? 'false' : 'true'
  return readFilter({ name, parameter, modifier: 'missing', value: missing }, request)
}

/** `po`, overlaps the period of the value, is what `ap` compares without its tenth. */
function readOrdered(test: Test, request: SearchRequest): Read {
  const { name, parameter, operator, value } = test
  if (operator === 'po' && parameter.type === 'date') {
    const period = readValue(parameter, `eq${value}`, request)
    return criterion(test, period?.kind === 'date' ? { ...period, prefix: 'ap' } : undefined, undefined)
  }
  if (!prefixes.has(operator)) {
    return unsupported(name, request, `${operator} is not for parameters of type ${parameter.type}`)
  }
  return criterion(test, readValue(parameter, `${operator}${value}`, request), undefined)
}

function criterion(
  { name, parameter }: Test,
  value: SearchValue | undefined,
  modifier: SearchModifier | undefined,
): Read {
  if (!value) return badValue(name, `not a ${parameter.type} value`)
  const filter = { parameter, ...(modifier && { modifier }), values: [value] }
  return part({ kind: 'criterion', name, criterion: { kind: 'filter', filter } })
}
