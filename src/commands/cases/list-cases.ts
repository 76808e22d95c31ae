import { parseJson } from '../../lib/json.ts'
import { ok, type Result } from '../../lib/result.ts'
import type { Resource } from '../../fhir/resource.ts'
import { readPageToken } from '../../fhir/search/page-token.ts'
import { searchParameterOf, type SearchParameter } from '../../fhir/search/parameters.ts'
import type { SearchFilter, SearchPlan, SearchValue } from '../../fhir/search/plan.ts'
import { nounLenses } from '../../mappers/case/nouns/noun-lenses.ts'
import { caseRow } from '../../mappers/case/views/case-row.ts'
import type { Caller } from '../fhir/fhir-deps.ts'
import { sealedPlaces } from '../fhir/sealed-places.ts'
import type { CaseDeps } from './case-deps.ts'

/** What a list of cases is asked for; several values of one field, with commas, are alternatives. */
export interface CaseQuery {
  readonly state?: string
  readonly status?: string
  readonly type?: string
  readonly model?: string
  readonly manager?: string
  readonly patient?: string
  readonly assigner?: string
  readonly acuity?: string
  readonly flag?: string
  readonly sort?: string
  readonly count?: string
  readonly next?: string
  readonly total?: string
}

export interface CaseList {
  readonly cases: readonly object[]
  /** Cursor of the next page. */
  readonly next?: string
  readonly total?: number
}

const COUNT_DEFAULT = 50
const COUNT_MAX = 500

/**
 * One page of cases in the order asked for, by default one that no change of a case alters, so that a walk from page to
 * page meets every case once. Failures: `cursor-malformed`, `page-expired`.
 */
export async function listCases(
  deps: CaseDeps,
  { actor }: Pick<Caller, 'actor'>,
  query: CaseQuery,
): Promise<Result<CaseList>> {
  // A cursor is a place in one order.
  const of = `cases?sort=${query.sort ?? STABLE}`
  const places = await sealedPlaces(deps, { caller: { actor }, of, foreign: cursorMalformed })
  const place = query.next === undefined ? ok(undefined) : places.open(query.next)
  if (!place.ok) return place
  const plan = planOf(deps, query, place.value)
  const { matches, next, total } = await deps.store.search(deps.tenant, plan)
  const lenses = nounLenses(deps.canonicalBase)
  return ok({
    cases: matches.map(({ content }) => caseRow(parseJson(content) as Resource, lenses)),
    ...(next !== undefined && { next: places.seal(next) }),
    ...(total !== undefined && { total }),
  })
}

function planOf(deps: CaseDeps, query: CaseQuery, place: string | undefined): SearchPlan {
  const sort = sortOf(query.sort ?? STABLE)
  const after = place === undefined ? undefined : readPageToken(place, sort.length)
  return {
    type: 'EpisodeOfCare',
    base: deps.base,
    where: filtersOf(deps, query).map(filter => ({ kind: 'filter', filter })),
    sort,
    count: Math.min(COUNT_MAX, Number(query.count ?? COUNT_DEFAULT)),
    ...(after && { after }),
    includes: [],
    revIncludes: [],
    total: query.total === 'true' ? 'accurate' : 'none',
    countOnly: false,
  }
}

/** By shard and id, the order that every sort ends in. */
const STABLE = 'id'

function sortOf(order: string): SearchPlan['sort'] {
  if (order === STABLE) return []
  const by = order.replace('-', '') === 'start' ? 'date' : '_lastUpdated'
  return [{ by: parameterOf(by), descending: order.startsWith('-') }]
}

const cursorMalformed = {
  kind: 'invalid',
  code: 'cursor-malformed',
  message: 'next is not a cursor that this list gave with this order: begin again without it.',
  expression: 'next',
} as const

function parameterOf(code: string): SearchParameter {
  const parameter = searchParameterOf('EpisodeOfCare', code)
  if (!parameter) throw new Error(`no search parameter ${code}`)
  return parameter
}

/** Only what is a case: an EpisodeOfCare with a case type. */
function filtersOf({ canonicalBase }: CaseDeps, query: CaseQuery): readonly SearchFilter[] {
  const { names } = nounLenses(canonicalBase)
  const model = `${canonicalBase}/CodeSystem/model`
  return [
    query.type === undefined
      ? { parameter: parameterOf('type'), values: [{ kind: 'token', system: names.caseType }] }
      : tokens('type', query.type, names.caseType),
    ...(query.state === undefined ? [] : [tokens('case-state', query.state)]),
    ...(query.status === undefined ? [] : [tokens('status', query.status)]),
    ...(query.model === undefined ? [] : [tokens('type', query.model, model)]),
    ...(query.acuity === undefined ? [] : [tokens('acuity', query.acuity)]),
    ...(query.flag === undefined ? [] : [tokens('_tag', query.flag, names.flag)]),
    ...(query.manager === undefined ? [] : [references('case-manager', query.manager)]),
    ...(query.assigner === undefined ? [] : [references('organization', query.assigner)]),
    ...(query.patient === undefined ? [] : [references('patient', patientsIn(query.patient))]),
  ]
}

const tokens = (code: string, value: string, system?: string): SearchFilter => ({
  parameter: parameterOf(code),
  values: value
    .split(',')
    .map((one): SearchValue => ({ kind: 'token', code: one, ...(system !== undefined && { system }) })),
})

const references = (code: string, value: string): SearchFilter => ({
  parameter: parameterOf(code),
  values: [{ kind: 'reference', references: value.split(',') }],
})

const patientsIn = (value: string): string =>
  value
    .split(',')
    .map(one => (one.startsWith('Patient/') ? one : `Patient/${one}`))
    .join(',')
