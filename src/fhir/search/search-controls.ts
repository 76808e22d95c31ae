import { isElementOf } from '../summary.ts'
import { includeControls } from './include-controls.ts'
import { searchParameterOf, whyNotSearchable } from './parameters.ts'
import type { SearchPlan } from './plan.ts'
import { badValue, part, typesOf, unsupported, type Read, type SearchRequest } from './search-parts.ts'

export const COUNT_DEFAULT = 50
export const COUNT_MAX = 1000
export const SORTS_MAX = 4

/** The parameter that carries the place of the next page. */
export const PAGE_PARAMETER = '_page'

type ControlReader = (name: string, value: string, request: SearchRequest) => Read

/** Readers of the parameters that shape a result, by name (http://hl7.org/fhir/R4/search.html#modifyingresults). */
export const controls: Readonly<Record<string, ControlReader>> = {
  _count: readCount,
  _sort: readSort,
  ...includeControls,
  _total: readTotal,
  _summary: readSummary,
  _elements: readElements,
  _contained: (name, value, request) =>
    value === 'false'
      ? part({ kind: 'nothing' })
      : unsupported(name, request, 'contained resources are not found on their own; only false is supported'),
  _containedType: (name, _value, request) =>
    unsupported(name, request, 'contained resources are not found on their own'),
  _format: () => part({ kind: 'nothing' }),
  _pretty: () => part({ kind: 'nothing' }),
  _explain: (name, value) =>
    value === 'true'
      ? part({ kind: 'explain' })
      : value === 'false'
        ? part({ kind: 'nothing' })
        : badValue(name, 'must be true or false'),
}

function readTotal(name: string, value: string): Read {
  const total = (['none', 'estimate', 'accurate'] as const).find(each => each === value)
  return total ? part({ kind: 'total', total }) : badValue(name, 'must be none, estimate or accurate')
}

function readSummary(name: string, value: string): Read {
  if (value === 'count') return part({ kind: 'count-only' })
  if (value === 'false') return part({ kind: 'nothing' })
  const mode = (['true', 'text', 'data'] as const).find(each => each === value)
  return mode
    ? part({ kind: 'shape', shape: { kind: 'summary', mode } })
    : badValue(name, 'must be true, text, data, count or false')
}

function readElements(name: string, value: string, request: SearchRequest): Read {
  const names = value.split(',').filter(each => each !== '')
  const types = typesOf(request)
  const known = names.every(each => types.some(type => isElementOf(type, each)))
  if (names.length === 0 || !known) {
    return badValue(name, `must name elements of ${types.join(' or ')} itself, separated by commas`)
  }
  return part({ kind: 'shape', shape: { kind: 'elements', names } })
}

function readCount(name: string, value: string): Read {
  if (!/^\d{1,9}$/.test(value)) return badValue(name, 'must be a whole number')
  const count = Number(value)
  return count === 0
    ? part({ kind: 'count-only' })
    : part({ kind: 'count', count: Math.min(count, COUNT_MAX) })
}

function readSort(name: string, value: string, request: SearchRequest): Read {
  const keys = value.split(',').map(key => sortKey(key, request))
  const bad = keys.findIndex(key => key === undefined)
  if (bad >= 0 || keys.length > SORTS_MAX) {
    return badValue(name, bad < 0 ? `at most ${SORTS_MAX} keys` : `key ${bad + 1} can't be sorted by`)
  }
  return part({ kind: 'sort', sort: keys.filter(key => key !== undefined) })
}

function sortKey(text: string, request: SearchRequest): SearchPlan['sort'][number] | undefined {
  const descending = text.startsWith('-')
  const parameter = searchParameterOf(request.type, descending ? text.slice(1) : text)
  if (!parameter || whyNotSearchable(request.type, parameter) !== undefined) return undefined
  if (['composite', 'special'].includes(parameter.type)) return undefined
  return { by: parameter, descending }
}
