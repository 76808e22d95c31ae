import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import type { Part as ResourcePart } from '../summary.ts'
import { readPageToken } from './page-token.ts'
import type { SearchPlan } from './plan.ts'
import { readCriterion } from './read-criterion.ts'
import { controls, COUNT_DEFAULT, SORTS_MAX } from './search-controls.ts'
import { costFaults } from './search-cost.ts'
import { unsupported, type Part, type Read, type SearchRequest } from './search-parts.ts'
import { shownName } from './search-text.ts'

export interface ParsedSearch {
  readonly plan: SearchPlan
  /** What was taken into account, for the self link. */
  readonly applied: readonly (readonly [name: string, value: string])[]
  /** Which part of each match is wanted. */
  readonly shape: ResourcePart
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
  const faults = [...issues, ...misfits(parts), ...tooMuch(parts)]
  if (faults.length > 0) return refusal(faults)
  const shape = parts.find(item => item.kind === 'shape')?.shape ?? WHOLE
  return ok({ plan, applied: taken.map(({ pair }) => pair), shape })
}

const WHOLE: ResourcePart = { kind: 'summary', mode: 'false' }

function refusal(issues: readonly FailureIssue[]): Result<never> {
  const onlyUnsupported = issues.every(issue => issue.code === 'not-supported')
  const message = issues.map(issue => issue.diagnostics).join('; ')
  return onlyUnsupported
    ? fail({ kind: 'unsupported', code: 'search-not-supported', message, issues })
    : fail({ kind: 'invalid', code: 'search-invalid', message, issues })
}

/** Parameters of R4 that shape a result, and are not built. */
const notBuilt: ReadonlySet<string> = new Set(['_type', '_score', '_at', '_since'])

function readPair([name, value]: readonly [string, string], request: SearchRequest): Read {
  const control = Object.hasOwn(controls, name) ? controls[name] : undefined
  if (control) return control(name, value, request)
  const [code = ''] = name.split(':')
  if (notBuilt.has(code)) return unsupported(shownName(name), request, 'not supported')
  if (Object.hasOwn(controls, code))
    return unsupported(shownName(name), request, 'this modifier is not supported')
  return readCriterion([name, value], request)
}

function planOf(request: SearchRequest, parts: readonly Part[]): SearchPlan {
  const sort = parts.flatMap(item => (item.kind === 'sort' ? item.sort : []))
  // In a search of several types the place names the type too.
  const keys = sort.length + (request.types ? 1 : 0)
  const after = request.place === undefined ? undefined : readPageToken(request.place, keys)
  const countOnly = parts.some(item => item.kind === 'count-only')
  const total = parts.findLast(item => item.kind === 'total')?.total ?? 'none'
  return {
    type: request.type,
    base: request.base,
    where: parts.flatMap(item => (item.kind === 'criterion' ? [item.criterion] : [])),
    sort,
    count: parts.findLast(item => item.kind === 'count')?.count ?? COUNT_DEFAULT,
    ...(after && { after }),
    includes: parts.flatMap(item => (item.kind === 'include' ? item.includes : [])),
    revIncludes: parts.flatMap(item => (item.kind === 'revinclude' ? item.includes : [])),
    total: countOnly && total !== 'estimate' ? 'accurate' : total,
    countOnly,
  }
}

/** Parameters that don't go together (http://hl7.org/fhir/R4/search.html#summary). */
function misfits(parts: readonly Part[]): readonly FailureIssue[] {
  const shapes = parts.flatMap(item => (item.kind === 'shape' ? [item.shape] : []))
  const isText = shapes.some(shape => shape.kind === 'summary' && shape.mode === 'text')
  const includes = parts.some(item => item.kind === 'include' || item.kind === 'revinclude')
  const rules: readonly (readonly [boolean, string])[] = [
    [shapes.length > 1, '_summary and _elements may be given once, and not together'],
    [isText && includes, '_summary=text can not be mixed with _include or _revinclude'],
  ]
  return rules.flatMap(([broken, diagnostics]) =>
    broken ? [{ severity: 'error' as const, code: 'invalid', diagnostics }] : [],
  )
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
