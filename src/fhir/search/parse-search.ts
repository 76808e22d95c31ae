import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import { readPageToken } from './page-token.ts'
import { searchParameterOf, whyNotSearchable } from './parameters.ts'
import type { SearchPlan } from './plan.ts'
import { controls, COUNT_DEFAULT, PAGE_PARAMETER, SORTS_MAX } from './search-controls.ts'
import { readFilter } from './search-filters.ts'
import { unknown, unsupported, type Part, type Read, type SearchRequest } from './search-parts.ts'

export interface ParsedSearch {
  readonly plan: SearchPlan
  /** What was taken into account, for the self link. */
  readonly applied: readonly (readonly [name: string, value: string])[]
}

/** Bounds on what one search may cost. */
const VALUES_MAX = 500
const FILTERS_MAX = 50
const INCLUDES_MAX = 20

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
    base: request.base,
    where: parts.flatMap(item => (item.kind === 'filter' ? [{ kind: 'filter', filter: item.filter }] : [])),
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
  const sorts = parts.reduce((sum, item) => sum + (item.kind === 'sort' ? item.sort.length : 0), 0)
  const limits: readonly (readonly [boolean, string])[] = [
    [filters.length > FILTERS_MAX, `at most ${FILTERS_MAX} parameters in one search`],
    [values > VALUES_MAX, `at most ${VALUES_MAX} values in one search`],
    [sorts > SORTS_MAX, `at most ${SORTS_MAX} keys to sort by`],
    [includes.length > INCLUDES_MAX, `at most ${INCLUDES_MAX} includes in one search`],
  ]
  return limits.flatMap(([over, diagnostics]) =>
    over ? [{ severity: 'error' as const, code: 'too-costly', diagnostics }] : [],
  )
}
