import { fail, ok, type Result } from '../../lib/result.ts'
import { parseJson } from '../../lib/json.ts'
import { listOf } from '../../lib/list-of.ts'
import { readPageToken } from '../../fhir/search/page-token.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import type { Meta, Resource } from '../../fhir/resource.ts'
import { resourceTypes } from '../../fhir/resource-types.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import type { FhirDeps } from '../fhir/fhir-deps.ts'
import { searchTypesWithin } from '../fhir/fhir-visibility.ts'
import type { Found } from '../ports/search-result.ts'

/** More different labels, or more resources of who may see only some, are not gathered for an answer. */
const LABELS_MAX = 1_000
const LOOKED_MAX = 5_000
const PAGE = 500

/**
 * `$meta` of a type, or of the system (http://hl7.org/fhir/R4/resource-operation-meta.html): the profiles, tags and security
 * labels that are in use in resources that the caller may search. Failures: `search-forbidden`, `operation-too-costly`.
 */
export async function metaInUse(deps: FhirDeps, type: string | undefined): Promise<Result<Meta>> {
  const types = type === undefined ? Object.keys(resourceTypes) : [type]
  const { all = [], some = [] } = Object.groupBy(types, each => reachOf(deps, each))
  const count = LABELS_MAX + 1
  const whole = all.length === 0 ? [] : await deps.store.labelled(deps.tenant, { types: all, count })
  if (whole.length > LABELS_MAX) return tooMany
  if (all.length > 0 && some.length === 0) return ok(metaOver(whole))
  const seen = await everyVisible(deps, some.length > 0 ? some : types)
  return seen.ok ? ok(metaOver([...whole, ...seen.value])) : seen
}

const reachOf = ({ access }: FhirDeps, type: string): 'all' | 'some' | 'none' => {
  const permission = mayDo(access, type, 's')
  return permission === 'all' || permission === 'none' ? permission : 'some'
}

/** Who may see only some is told of those alone: each is looked at. */
async function everyVisible(deps: FhirDeps, types: readonly string[]): Promise<Result<readonly Found[]>> {
  const found: Found[] = []
  let next: string | undefined
  do {
    const page = await searchTypesWithin(deps, plansOf(deps.base, types, next))
    if (!page.ok) return page
    found.push(...page.value.matches)
    if (found.length > LOOKED_MAX) return tooMany
    next = page.value.next
  } while (next !== undefined)
  return ok(found)
}

function plansOf(base: string, types: readonly string[], next: string | undefined): readonly SearchPlan[] {
  const after = next === undefined ? undefined : readPageToken(next, 1)
  return types.map(type => ({
    ...{ type, base, where: [], sort: [], count: PAGE, includes: [], revIncludes: [] },
    ...{ total: 'none' as const, countOnly: false },
    ...(after && { after }),
  }))
}

const lists = ['profile', 'security', 'tag'] as const

/** Each label once: a tag is the same when system, version and code are. */
function metaOver(rows: readonly Found[]): Meta {
  const metas = rows.map(({ content }) => (parseJson(content) as Resource).meta ?? {})
  return Object.fromEntries(
    lists.flatMap(name => {
      const items = metas.flatMap(meta => listOf(meta[name]))
      const once = new Map(items.map(item => [keyOf(item), item]))
      return once.size === 0 ? [] : [[name, [...once.keys()].toSorted().map(key => once.get(key))]]
    }),
  )
}

function keyOf(item: unknown): string {
  const { system, version, code } = (typeof item === 'object' ? item : {}) as Readonly<
    Record<string, unknown>
  >
  return typeof item === 'string' ? item : JSON.stringify([system, version, code])
}

const tooMany = fail({
  kind: 'unsupported',
  code: 'operation-too-costly',
  message: 'Too many labels or resources are meant: ask for one type, Type/$meta, or for one resource.',
})
