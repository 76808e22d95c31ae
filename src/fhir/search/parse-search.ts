import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import { isResourceType } from '../resource-types.ts'
import { readPageToken } from './page-token.ts'
import { isRowParameter, searchParameterOf, whyNotSearchable, type SearchParameter } from './parameters.ts'
import type { SearchFilter, SearchInclude, SearchModifier, SearchPlan, SearchValue } from './plan.ts'
import { alternatives, readValue } from './search-values.ts'

export interface SearchRequest {
  readonly type: string
  /** Names and values of the query (or of the form of `POST _search`), decoded, in order. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** `Prefer: handling=lenient`: what is unknown or not supported is left out instead of refused. */
  readonly lenient: boolean
  /** Own base URL without a slash at the end. */
  readonly base: string
  readonly nowMs: number
}

export interface ParsedSearch {
  readonly plan: SearchPlan
  /** What was taken into account, for the self link. */
  readonly applied: readonly (readonly [name: string, value: string])[]
}

export const COUNT_DEFAULT = 50
export const COUNT_MAX = 1000
/** Bounds on what one search may cost. */
const VALUES_MAX = 500
const FILTERS_MAX = 50
const SORTS_MAX = 4
const INCLUDES_MAX = 20

/** The parameter that carries the place of the next page. */
export const PAGE_PARAMETER = '_page'

/**
 * A search request as a checked plan (http://hl7.org/fhir/R4/search.html). Every fault is listed at once. Failures:
 * `search-invalid` (unknown parameter or modifier, bad value), `search-not-supported` (R4 has it, this server doesn't).
 */
export function parseSearch(request: SearchRequest): Result<ParsedSearch> {
  const reads = request.pairs.map(pair => ({ pair, read: readPair(pair, request) }))
  const issues = reads.flatMap(({ read }) => (read.kind === 'fault' ? [read.issue] : []))
  const taken = reads.flatMap(({ pair, read }) => (read.kind === 'part' ? [{ pair, part: read.part }] : []))
  const parts = taken.map(({ part }) => part)
  const plan = planOf(request, parts)
  const faults = [...issues, ...(plan.ok ? [] : plan.issues), ...tooMuch(parts)]
  if (faults.length > 0 || !plan.ok) return refusal(faults)
  return ok({ plan: plan.plan, applied: taken.map(({ pair }) => pair) })
}

function refusal(issues: readonly FailureIssue[]): Result<never> {
  const onlyUnsupported = issues.every(issue => issue.code === 'not-supported')
  const message = issues.map(issue => issue.diagnostics).join('; ')
  return onlyUnsupported
    ? fail({ kind: 'unsupported', code: 'search-not-supported', message, issues })
    : fail({ kind: 'invalid', code: 'search-invalid', message, issues })
}

/** What one name and value contributes to the plan. */
type Part =
  | { readonly kind: 'filter'; readonly filter: SearchFilter }
  | { readonly kind: 'sort'; readonly sort: SearchPlan['sort'] }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'page'; readonly token: string }
  | { readonly kind: 'include' | 'revinclude'; readonly include: SearchInclude }
  | { readonly kind: 'total' }
  | { readonly kind: 'count-only' }
  | { readonly kind: 'nothing' }

type Read =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'fault'; readonly issue: FailureIssue }
  | { readonly kind: 'left-out' }

const part = (value: Part): Read => ({ kind: 'part', part: value })

/** Never left out by lenient handling: the client means a parameter that exists, and its value is wrong. */
const badValue = (name: string, wanted: string): Read => ({
  kind: 'fault',
  issue: { severity: 'error', code: 'value', diagnostics: `search parameter ${name}: ${wanted}` },
})

function unknown(name: string, request: SearchRequest, why: string): Read {
  if (request.lenient) return { kind: 'left-out' }
  return {
    kind: 'fault',
    issue: { severity: 'error', code: 'invalid', diagnostics: `search parameter ${name}: ${why}` },
  }
}

function unsupported(name: string, request: SearchRequest, why: string): Read {
  if (request.lenient) return { kind: 'left-out' }
  return {
    kind: 'fault',
    issue: { severity: 'error', code: 'not-supported', diagnostics: `search parameter ${name}: ${why}` },
  }
}

/** Parameters of R4 that shape a result or search text, and are not built. */
const notBuilt: ReadonlySet<string> = new Set([
  '_elements',
  '_filter',
  '_text',
  '_content',
  '_list',
  '_has',
  '_query',
  '_contained',
  '_containedType',
  '_type',
  '_score',
  '_at',
  '_since',
])

type ControlReader = (name: string, value: string, request: SearchRequest) => Read

const controls: Readonly<Record<string, ControlReader>> = {
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
  [PAGE_PARAMETER]: (_name, value) => part({ kind: 'page', token: value }),
}

function readPair([name, value]: readonly [string, string], request: SearchRequest): Read {
  const control = Object.hasOwn(controls, name) ? controls[name] : undefined
  if (control) return control(name, value, request)
  const [code = '', modifier, ...more] = name.split(':')
  if (notBuilt.has(code)) return unsupported(shown(name), request, 'not supported')
  if (Object.hasOwn(controls, code))
    return unsupported(shown(name), request, 'this modifier is not supported')
  if (name.includes('.')) return unsupported(shown(name), request, 'chained parameters are not supported')
  const parameter = searchParameterOf(request.type, code)
  if (!parameter || more.length > 0) return unknown(shown(name), request, `unknown for ${request.type}`)
  const why = whyNotSearchable(request.type, parameter)
  if (why !== undefined) return unsupported(shown(name), request, why)
  return readFilter({ name: shown(name), parameter, modifier, value }, request)
}

/** A name of the query as a message may show it: never longer than a name can be. */
const shown = (name: string): string => name.replace(/[^\w:.\-[\]]/g, '?').slice(0, 80)

interface FilterText {
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

function readFilter({ name, parameter, modifier, value }: FilterText, request: SearchRequest): Read {
  const built = (modifiers[parameter.type] ?? []).find(known => known === modifier)
  const targetType = modifier !== undefined && isTarget(parameter, modifier) ? modifier : undefined
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

const isTarget = (parameter: SearchParameter, type: string): boolean =>
  parameter.type === 'reference' &&
  isResourceType(type) &&
  (parameter.target === undefined || parameter.target.includes('Resource') || parameter.target.includes(type))

function readMissing(name: string, parameter: SearchParameter, value: string): Read {
  if (value !== 'true' && value !== 'false') return badValue(name, 'must be true or false')
  const values = [{ kind: 'missing', missing: value === 'true' }] as const
  return part({ kind: 'filter', filter: { parameter, modifier: 'missing', values } })
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
  if (target !== undefined && !isTarget(parameter, target)) return undefined
  return { source, parameter, ...(target !== undefined && { target }) }
}

type Planned =
  | { readonly ok: true; readonly plan: SearchPlan }
  | { readonly ok: false; readonly issues: readonly FailureIssue[] }

function planOf(request: SearchRequest, parts: readonly Part[]): Planned {
  const sort = parts.flatMap(item => (item.kind === 'sort' ? item.sort : []))
  const token = parts.findLast(item => item.kind === 'page')?.token
  const after = token === undefined ? undefined : readPageToken(token, sort.length)
  if (token !== undefined && !after) {
    const diagnostics = `search parameter ${PAGE_PARAMETER}: not a page of this search; follow the links of a search result`
    return { ok: false, issues: [{ severity: 'error', code: 'value', diagnostics }] }
  }
  const countOnly = parts.some(item => item.kind === 'count-only')
  const plan: SearchPlan = {
    type: request.type,
    filters: parts.flatMap(item => (item.kind === 'filter' ? [item.filter] : [])),
    sort,
    count: parts.findLast(item => item.kind === 'count')?.count ?? COUNT_DEFAULT,
    ...(after && { after }),
    includes: parts.flatMap(item => (item.kind === 'include' ? [item.include] : [])),
    revIncludes: parts.flatMap(item => (item.kind === 'revinclude' ? [item.include] : [])),
    total: countOnly || parts.some(item => item.kind === 'total') ? 'accurate' : 'none',
    countOnly,
  }
  return { ok: true, plan }
}

/** A search that would cost too much is refused before the database sees it. */
function tooMuch(parts: readonly Part[]): readonly FailureIssue[] {
  const filters = parts.filter(item => item.kind === 'filter')
  const includes = parts.filter(item => item.kind === 'include' || item.kind === 'revinclude')
  const values = filters.reduce((sum, item) => sum + item.filter.values.length, 0)
  const limits: readonly (readonly [boolean, string])[] = [
    [filters.length > FILTERS_MAX, `at most ${FILTERS_MAX} parameters in one search`],
    [values > VALUES_MAX, `at most ${VALUES_MAX} values in one search`],
    [includes.length > INCLUDES_MAX, `at most ${INCLUDES_MAX} includes in one search`],
  ]
  return limits.flatMap(([over, diagnostics]) =>
    over ? [{ severity: 'error' as const, code: 'too-costly', diagnostics }] : [],
  )
}
