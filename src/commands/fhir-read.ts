import type { Instant } from '../lib/clock.ts'
import { fail, ok, type Result } from '../lib/result.ts'
import type { ResourceKey } from '../fhir/resource.ts'
import { parseSearch, type ParsedSearch } from '../fhir/search/parse-search.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { terminologyFor } from './operations/terminology.ts'
import type { SearchResult, Stored } from './ports/store.ts'

/** The current version. Failures: `resource-unknown` (404), `resource-deleted` (410). */
export async function readCurrent({ store, tenant }: FhirDeps, key: ResourceKey): Promise<Result<Stored>> {
  return standing(await store.read(tenant, key))
}

/** The version that stood at an instant. Failures: `resource-unknown` when there was none yet, `resource-deleted`. */
export async function readAt(
  { store, tenant }: FhirDeps,
  key: ResourceKey,
  at: Instant,
): Promise<Result<Stored>> {
  return standing(await store.readAt(tenant, key, at))
}

/** One version. Failures: `resource-unknown`, `resource-deleted` when that version is the deletion. */
export async function readVersion(
  { store, tenant }: FhirDeps,
  key: ResourceKey,
  versionId: string,
): Promise<Result<Stored>> {
  if (!/^[1-9]\d{0,8}$/.test(versionId)) return unknown
  return standing(await store.readVersion(tenant, key, Number(versionId)))
}

function standing(stored: Stored | undefined): Result<Stored> {
  if (!stored) return unknown
  if (!stored.deleted) return ok(stored)
  return fail({ kind: 'gone', code: 'resource-deleted', message: 'The resource was deleted.' })
}

export const unknown = fail({
  kind: 'not-found',
  code: 'resource-unknown',
  message: 'There is no such resource or version.',
})

export interface SearchQuery {
  readonly type: string
  readonly pairs: readonly (readonly [name: string, value: string])[]
  readonly lenient: boolean
}

/** A search of one type, parsed strictly unless lenient handling was asked for. Failures: those of `parseSearch`. */
export async function search(
  deps: FhirDeps,
  query: SearchQuery,
): Promise<Result<{ readonly result: SearchResult; readonly parsed: ParsedSearch }>> {
  const terminology = await terminologyFor(deps, query.pairs)
  const parsed = parseSearch({
    ...{ ...query, base: deps.base, nowMs: deps.clock.nowMs() },
    ...(terminology && { terminology }),
  })
  if (!parsed.ok) return parsed
  return ok({ result: await deps.store.search(deps.tenant, parsed.value.plan), parsed: parsed.value })
}
