import type { Permission } from '../../fhir/smart/access.ts'
import { ok, type Result } from '../../lib/result.ts'
import { matches } from '../../fhir/search/matching/match.ts'
import type { SearchPlan } from '../../fhir/search/plan.ts'
import { isEverything, limitTo, type AccessContext } from '../../fhir/smart/limit-search.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import { maySee } from '../../fhir/smart/may-see.ts'
import type { Resource } from '../../fhir/resource.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { parseStored } from '../work/parsed-resources.ts'
import type { SearchResult } from '../ports/search-result.ts'
import type { Stored } from '../ports/store.ts'

export const accessContext = ({ base, clock }: Pick<FhirDeps, 'base' | 'clock'>): AccessContext => ({
  base,
  nowMs: clock.nowMs(),
})

/** Whether each resource of a type has to be looked at before the caller may have it. */
export const isLimited = ({ access }: Pick<FhirDeps, 'access'>, type: string, permission: Permission = 'r') =>
  mayDo(access, type, permission) !== 'all'

/** Whether the caller may read what stands in a row, as it stands there. */
export const isShown = (deps: Pick<FhirDeps, 'access' | 'base' | 'clock'>, row: Stored): boolean =>
  !isLimited(deps, row.type) || isReadable(deps, parseStored(row))

/** Whether the caller may read a resource as it is given. */
export const isReadable = (deps: Pick<FhirDeps, 'access' | 'base' | 'clock'>, resource: Resource): boolean =>
  maySee(deps.access, resource, 'r', accessContext(deps))

/**
 * The version, as far as the caller may see it; otherwise undefined, as if it had never been. A deletion is seen by who could
 * see what was deleted.
 */
export async function visible<Row extends Stored>(
  deps: FhirDeps,
  stored: Row | undefined,
): Promise<Row | undefined> {
  if (!stored || !isLimited(deps, stored.type)) return stored
  const { type, id, version, deleted } = stored
  const told = deleted ? await deps.store.readVersion(deps.tenant, { type, id }, version - 1) : stored
  return told && !told.deleted && isReadable(deps, parseStored(told)) ? stored : undefined
}

/**
 * The same of a version that may be an old one: what is another patient's now is hidden in all its versions, and so is a
 * version of what was another's once.
 */
export async function visibleVersion<Row extends Stored>(
  deps: FhirDeps,
  stored: Row | undefined,
): Promise<Row | undefined> {
  if (!stored || !isLimited(deps, stored.type)) return stored
  const current = await deps.store.read(deps.tenant, { type: stored.type, id: stored.id })
  return (await visible(deps, current)) && visible(deps, stored)
}

/**
 * A search within the caller's access: what is outside is neither matched, counted nor included, and no condition looks into
 * it. Failure: `search-forbidden`.
 */
export async function searchWithin(deps: FhirDeps, plan: SearchPlan): Promise<Result<SearchResult>> {
  const { access, store, tenant } = deps
  if (!access) return ok(await store.search(tenant, plan))
  const context = accessContext(deps)
  const limited = limitTo(plan, access, context)
  if (!limited.ok) return limited
  const isWhole = !isLimited(deps, plan.type, 's')
  // An estimate counts what is hidden, too.
  const total = isWhole || plan.total === 'none' ? plan.total : 'accurate'
  const result = await store.search(tenant, { ...limited.value, total })
  return ok({ ...result, included: result.included.filter(row => mayCome(deps, row, limited.value.visible)) })
}

/**
 * The same over several types: those that the caller may not search find nothing. Failure: `search-forbidden` when that is
 * all of them.
 */
export async function searchTypesWithin(
  deps: FhirDeps,
  plans: readonly SearchPlan[],
): Promise<Result<SearchResult>> {
  const { access, store, tenant } = deps
  if (!access) return ok(await store.searchTypes(tenant, plans))
  const limited = plans.map(plan => limitTo(plan, access, accessContext(deps)))
  const allowed = limited.flatMap(one => (one.ok ? [one.value] : []))
  const refused = limited.find(one => !one.ok)
  if (allowed.length === 0 && refused) return refused
  const visibleTypes = Object.assign({}, ...allowed.map(plan => plan.visible)) as NonNullable<
    SearchPlan['visible']
  >
  const isWhole = allowed.every(({ type }) => !isLimited(deps, type, 's'))
  const result = await store.searchTypes(
    tenant,
    allowed.map(plan => ({
      ...plan,
      ...(plan.visible && { visible: visibleTypes }),
      total: isWhole || plan.total === 'none' ? plan.total : 'accurate',
    })),
  )
  return ok({ ...result, included: result.included.filter(row => mayCome(deps, row, visibleTypes)) })
}

/** Said again of each row, whatever the store made of it. */
function mayCome(deps: FhirDeps, row: Stored, visibleTypes: SearchPlan['visible']): boolean {
  const criterion = visibleTypes?.[row.type]
  if (!criterion || isEverything(criterion)) return criterion !== undefined
  return matches(parseStored(row), criterion, deps.base) === true
}
