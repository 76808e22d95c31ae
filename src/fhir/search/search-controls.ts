import { isResourceType } from '../resource-types.ts'
import { isRowParameter, isTargetOf, searchParameterOf, whyNotSearchable } from './parameters.ts'
import type { SearchInclude, SearchPlan } from './plan.ts'
import { badValue, part, unsupported, type Read, type SearchRequest } from './search-parts.ts'

export const COUNT_DEFAULT = 50
export const COUNT_MAX = 1000
export const SORTS_MAX = 4

/** The parameter that carries the place of the next page. */
export const PAGE_PARAMETER = '_page'

type ControlReader = (name: string, value: string, request: SearchRequest) => Read

/** Readers of the parameters that shape a result, by name. */
export const controls: Readonly<Record<string, ControlReader>> = {
  _count: readCount,
  _sort: readSort,
  _include: readInclude,
  _revinclude: readRevInclude,
  _total: (name, value) =>
    value === 'none'
      ? part({ kind: 'nothing' })
      : value === 'accurate' || value === 'estimate'
        ? part({ kind: 'total' })
        : badValue(name, 'must be none, estimate or accurate'),
  _summary: (name, value, request) =>
    value === 'count'
      ? part({ kind: 'count-only' })
      : value === 'false'
        ? part({ kind: 'nothing' })
        : ['true', 'text', 'data'].includes(value)
          ? unsupported(name, request, 'only count and false are supported')
          : badValue(name, 'must be count or false'),
  _format: () => part({ kind: 'nothing' }),
  _pretty: () => part({ kind: 'nothing' }),
  _explain: (name, value) =>
    value === 'true'
      ? part({ kind: 'explain' })
      : value === 'false'
        ? part({ kind: 'nothing' })
        : badValue(name, 'must be true or false'),
  [PAGE_PARAMETER]: (_name, value) => part({ kind: 'page', token: value }),
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
  if (['number', 'quantity', 'composite', 'special'].includes(parameter.type)) return undefined
  return { by: parameter, descending }
}

function readInclude(name: string, value: string, request: SearchRequest): Read {
  const include = includeOf(value)
  if (value === '*' || value.endsWith(':*')) return unsupported(name, request, '* is not supported')
  if (!include || include.source !== request.type)
    return badValue(name, `must be ${request.type}:parameter[:type]`)
  return part({ kind: 'include', include })
}

function readRevInclude(name: string, value: string, request: SearchRequest): Read {
  const include = includeOf(value)
  if (value === '*' || value.endsWith(':*')) return unsupported(name, request, '* is not supported')
  if (!include || (include.target !== undefined && include.target !== request.type)) {
    return badValue(name, 'must be Type:parameter')
  }
  const { target } = include.parameter
  const reaches = target === undefined || target.includes('Resource') || target.includes(request.type)
  if (!reaches) return badValue(name, `can't refer to ${request.type}`)
  return part({ kind: 'revinclude', include: { ...include, target: request.type } })
}

function includeOf(value: string): SearchInclude | undefined {
  const [source = '', code = '', target, ...more] = value.split(':')
  if (!isResourceType(source) || more.length > 0) return undefined
  const parameter = searchParameterOf(source, code)
  if (!parameter || parameter.type !== 'reference' || isRowParameter(parameter)) return undefined
  if (whyNotSearchable(source, parameter) !== undefined) return undefined
  if (target !== undefined && !isTargetOf(parameter, target)) return undefined
  return { source, parameter, ...(target !== undefined && { target }) }
}
