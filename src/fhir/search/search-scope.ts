import { fail, ok, type FailureIssue, type Result } from '../../lib/result.ts'
import { isResourceType, resourceTypes } from '../resource-types.ts'
import type { Compartment } from './compartment-definitions.ts'
import { compartmentCriterion, typesInCompartment } from './compartment-search.ts'
import { parseSearch, type ParsedSearch } from './parse-search.ts'
import type { SearchPlan } from './plan.ts'
import type { SearchRequest } from './search-parts.ts'

/** What an address searches: a type, all types, or what is in one compartment (of one type, or of every type that may be). */
export interface SearchScope {
  /** undefined = of several types: `_type` says which. */
  readonly type?: string
  readonly within?: { readonly compartment: Compartment; readonly id: string }
  readonly isOfOneType: boolean
}

/** The address below the base: `Patient`, `Patient/1/Condition`, `Patient/1/*`, or nothing. */
export const addressOf = ({ type, within }: SearchScope): string =>
  within ? `${within.compartment}/${within.id}/${type ?? '*'}` : (type ?? '')

/** A search of a scope: a plan for each type, in the order of the types' numbers; alike but for the types. */
export interface ScopeSearch extends Pick<ParsedSearch, 'applied' | 'shape'> {
  readonly plans: readonly SearchPlan[]
}

type Request = Omit<SearchRequest, 'type' | 'types'>

/**
 * Failures: those of `parseSearch`. In a search of several types every parameter must be one of each of them
 * (http://hl7.org/fhir/R4/search.html#all); with lenient handling one that isn't is left out for all.
 */
export function parseScope(scope: SearchScope, request: Request): Result<ScopeSearch> {
  if (scope.type !== undefined) return parseOne(scope, { ...request, type: scope.type })
  const types = typesAsked(scope, request)
  if (!types.ok) return types
  const pairs = request.pairs.filter(([name]) => name !== TYPE)
  const parsed = parseAll(types.value, { ...request, pairs })
  if (!parsed.ok) return parsed
  const common = pairs.filter(pair => parsed.value.every(({ applied }) => applied.includes(pair)))
  const again = common.length === pairs.length ? parsed : parseAll(types.value, { ...request, pairs: common })
  if (!again.ok) return again
  const plans = again.value.map(({ plan }) => placed(plan, scope)).filter(plan => plan !== undefined)
  const [first] = again.value
  if (!first || !isSortedAlike(plans)) return fault('value', '_sort: means different things for these types')
  const typePairs = request.pairs.filter(([name]) => name === TYPE)
  return ok({ plans, applied: [...typePairs, ...first.applied], shape: first.shape })
}

const TYPE = '_type'

function parseOne(scope: SearchScope, request: SearchRequest): Result<ScopeSearch> {
  const parsed = parseSearch(request)
  if (!parsed.ok) return parsed
  const plan = placed(parsed.value.plan, scope)
  return ok({ ...parsed.value, plans: plan ? [plan] : [] })
}

/** The plan within the compartment; undefined when resources of its type are in none. */
function placed(plan: SearchPlan, { within: place }: SearchScope): SearchPlan | undefined {
  if (!place) return plan
  const criterion = compartmentCriterion(place.compartment, place.id, plan.type)
  return criterion && { ...plan, where: [...plan.where, criterion] }
}

const byNumber = Object.entries(resourceTypes)
  .toSorted(([, a], [, b]) => a - b)
  .map(([type]) => type)

/** Those that `_type` names, or all that there may be. */
function typesAsked({ within: place }: SearchScope, { pairs }: Request): Result<readonly string[]> {
  const given = pairs.filter(([name]) => name === TYPE).map(([, value]) => value)
  const possible = place ? typesInCompartment(place.compartment) : byNumber
  const [text] = given
  if (text === undefined) return ok(byNumber.filter(type => possible.includes(type)))
  const named = text.split(',')
  if (given.length > 1) return fault('value', `${TYPE}: may be given once, its types separated by commas`)
  if (!named.every(isResourceType)) return fault('value', `${TYPE}: must list R4 resource types`)
  const types = byNumber.filter(
    type => (named as readonly string[]).includes(type) && possible.includes(type),
  )
  return types.length > 0
    ? ok(types)
    : fault('value', `${TYPE}: none of these types is in such a compartment`)
}

function parseAll(types: readonly string[], request: Request): Result<readonly ParsedSearch[]> {
  const parsed: ParsedSearch[] = []
  for (const type of types) {
    const one = parseSearch({ ...request, type, types })
    if (!one.ok) return one
    parsed.push(one.value)
  }
  return ok(parsed)
}

/** Keys are compared across types. */
function isSortedAlike(plans: readonly SearchPlan[]): boolean {
  const kinds = plans.map(({ sort }) => sort.map(({ by }) => sortKind(by.type)).join(' '))
  return new Set(kinds).size < 2
}

function sortKind(type: SearchPlan['sort'][number]['by']['type']): 'time' | 'number' | 'text' {
  if (type === 'date') return 'time'
  return type === 'number' || type === 'quantity' ? 'number' : 'text'
}

function fault(code: string, text: string): Result<never> {
  const diagnostics = `search parameter ${text}`
  const issues: readonly FailureIssue[] = [{ severity: 'error', code, diagnostics }]
  return fail({ kind: 'invalid', code: 'search-invalid', message: diagnostics, issues })
}
