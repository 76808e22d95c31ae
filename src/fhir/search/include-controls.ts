import { isResourceType } from '../resource-types.ts'
import {
  isRowParameter,
  isTargetOf,
  searchableParametersOf,
  searchParameterOf,
  whyNotSearchable,
} from './parameters.ts'
import type { SearchInclude } from './plan.ts'
import { badValue, part, tooCostly, typesOf, type Read, type SearchRequest } from './search-parts.ts'

type IncludeReader = (name: string, value: string, request: SearchRequest) => Read

const include =
  (iterate: boolean): IncludeReader =>
  (name, value, request) =>
    readInclude(name, value, { request, iterate })

const revInclude =
  (iterate: boolean): IncludeReader =>
  (name, value, request) =>
    readRevInclude(name, value, { request, iterate })

/** Readers of what is to come along with the matches (http://hl7.org/fhir/R4/search.html#revinclude); `:recurse` is the name of before R4. */
export const includeControls: Readonly<Record<string, IncludeReader>> = {
  _include: include(false),
  '_include:iterate': include(true),
  '_include:recurse': include(true),
  _revinclude: revInclude(false),
  '_revinclude:iterate': revInclude(true),
  '_revinclude:recurse': revInclude(true),
}

interface Asked {
  readonly request: SearchRequest
  readonly iterate: boolean
}

function readInclude(name: string, value: string, { request, iterate }: Asked): Read {
  const types = typesOf(request)
  if (value === '*') {
    if (iterate) return tooCostly(name, 'everything, again and again: name the types and parameters')
    return part({ kind: 'include', includes: types.flatMap(type => allOf(type)) })
  }
  const includes = includesOf(value)
  const source = includes[0]?.source
  if (source === undefined) return badValue(name, 'must be Type:parameter[:type], or * for all')
  if (iterate) return part({ kind: 'include', includes: includes.map(iterated) })
  return part({ kind: 'include', includes: types.includes(source) ? includes : NOTHING })
}

/**
 * What no match can lead to, or be led to from, brings nothing along and is no error: "If there is no reference, or no matching
 * resource ... the resource is omitted, and no error is returned" (http://hl7.org/fhir/R4/search.html#include).
 */
const NOTHING: readonly SearchInclude[] = []

function readRevInclude(name: string, value: string, { request, iterate }: Asked): Read {
  if (value === '*' || value.startsWith('*:')) {
    return tooCostly(name, 'whatever refers to the matches is too much: name the types, such as Provenance:*')
  }
  const types = typesOf(request)
  const includes = includesOf(value)
  if (includes.length === 0) return badValue(name, 'must be Type:parameter[:type] or Type:*')
  if (iterate) return part({ kind: 'revinclude', includes: includes.map(iterated) })
  const reaching = includes.filter(each => types.some(type => leadsTo(each, type)))
  const { type } = request
  const own = reaching.filter(each => leadsTo(each, type)).map(each => ({ ...each, target: type }))
  return part({ kind: 'revinclude', includes: own })
}

const iterated = (each: SearchInclude): SearchInclude => ({ ...each, iterate: true })

const leadsTo = ({ parameter, target }: SearchInclude, type: string): boolean =>
  target === undefined ? isTargetOf(parameter, type) : target === type

const allOf = (source: string): readonly SearchInclude[] =>
  searchableParametersOf(source)
    .filter(({ type }) => type === 'reference')
    .map(parameter => ({ source, parameter }))

/** `Type:parameter`, `Type:parameter:Target` or `Type:*`; none when it is nothing of the kind. */
function includesOf(value: string): readonly SearchInclude[] {
  const [source = '', code = '', target, ...more] = value.split(':')
  if (!isResourceType(source) || more.length > 0) return []
  if (code === '*') return target === undefined ? allOf(source) : []
  const parameter = searchParameterOf(source, code)
  if (!parameter || parameter.type !== 'reference' || isRowParameter(parameter)) return []
  if (whyNotSearchable(source, parameter) !== undefined) return []
  if (target !== undefined && !isTargetOf(parameter, target)) return []
  return [{ source, parameter, ...(target !== undefined && { target }) }]
}
