import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import { readPageToken } from './page-token.ts'
import type { SearchPlan } from './plan.ts'
import { readCriterion } from './read-criterion.ts'
import { controls, COUNT_DEFAULT, PAGE_PARAMETER, SORTS_MAX } from './search-controls.ts'
import { costFaults } from './search-cost.ts'
import { unsupported, type Part, type Read, type SearchRequest } from './search-parts.ts'
import { shownName } from './search-text.ts'

export interface ParsedSearch {
  readonly plan: SearchPlan
  /** What was taken into account, for the self link. */
  readonly applied: readonly (readonly [name: string, value: string])[]
}

/** Bounds on what comes along with the matches; for the criteria see search-cost.ts. */
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

/** Parameters of R4 that shape a result, and are not built. */
const notBuilt: ReadonlySet<string> = new Set([
  '_elements',
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
  const [code = ''] = name.split(':')
  if (notBuilt.has(code)) return unsupported(shownName(name), request, 'not supported')
  if (Object.hasOwn(controls, code))
    return unsupported(shownName(name), request, 'this modifier is not supported')
  return readCriterion([name, value], request)
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
    base: request.base,
    where: parts.flatMap(item => (item.kind === 'criterion' ? [item.criterion] : [])),
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
  const includes = parts.filter(item => item.kind === 'include' || item.kind === 'revinclude')
  const sorts = parts.reduce((sum, item) => sum + (item.kind === 'sort' ? item.sort.length : 0), 0)
  const limits: readonly (readonly [boolean, string])[] = [
    [sorts > SORTS_MAX, `at most ${SORTS_MAX} keys to sort by`],
    [includes.length > INCLUDES_MAX, `at most ${INCLUDES_MAX} includes in one search`],
  ]
  const faults = limits.flatMap(([over, diagnostics]) =>
    over ? [{ severity: 'error' as const, code: 'too-costly', diagnostics }] : [],
  )
  return [...costFaults(parts.filter(item => item.kind === 'criterion')), ...faults]
}
