import { ok, type Result } from '../lib/result.ts'
import {
  badPage,
  historyToken,
  readHistoryQuery,
  readHistoryToken,
  type HistoryQuery,
} from '../fhir/bundle/history-page.ts'
import { historySetText } from '../fhir/bundle/history-set.ts'
import type { ResourceKey } from '../fhir/resource.ts'
import { resourceTypes } from '../fhir/resource-types.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { unknown } from './fhir-read.ts'
import type { HistoryTimes, HistoryVersion } from './ports/store.ts'

export interface HistoryRequest {
  /** One resource, one type, or (empty) the whole system. */
  readonly of: { readonly type?: string; readonly id?: string }
  readonly pairs: readonly (readonly [name: string, value: string])[]
}

/**
 * A history Bundle as JSON text, newest first, deletions included (http://hl7.org/fhir/R4/http.html#history). Pages follow
 * one another by the place of the last version shown: what was there when the first was read is neither left out nor told
 * twice while others write. Failures: `history-page`, `history-time`, `resource-unknown`.
 */
export async function historyText(deps: FhirDeps, { of, pairs }: HistoryRequest): Promise<Result<string>> {
  const query = readHistoryQuery(pairs)
  if (!query.ok) return query
  const { type, id } = of
  const key = type !== undefined && id !== undefined ? { type, id } : undefined
  const found = await (key ? instanceHistory(deps, key, query.value) : wholeHistory(deps, type, query.value))
  if (!found.ok) return found
  const { page, applied } = query.value
  return ok(
    historySetText({
      base: deps.base,
      of: [type, id].filter(part => part !== undefined).join('/'),
      ...{ ...found.value, applied },
      ...(page !== undefined && { page }),
    }),
  )
}

interface HistoryPage {
  readonly versions: readonly HistoryVersion[]
  readonly total?: number
  readonly next?: string
}

const timesOf = ({ since, during }: HistoryQuery): HistoryTimes => ({
  ...(since !== undefined && { since }),
  ...(during !== undefined && { during }),
})

async function instanceHistory(
  { store, tenant }: FhirDeps,
  key: ResourceKey,
  query: HistoryQuery,
): Promise<Result<HistoryPage>> {
  const { count, page } = query
  if (page !== undefined && !/^[1-9]\d{0,8}$/.test(page)) return badPage('_page is not one that a link gave')
  const times = timesOf(query)
  const before = page === undefined ? {} : { before: Number(page) }
  const versions = await store.history(tenant, key, { count: count + 1, ...before, ...times })
  const shown = versions.slice(0, count)
  const isWhole = Object.keys(times).length === 0
  // Versions are counted from one and none is ever dropped.
  const newest = isWhole && page === undefined ? versions[0] : await store.read(tenant, key)
  if (!newest) return unknown
  const last = shown.at(-1)
  return ok({
    versions: shown,
    ...(isWhole && { total: newest.version }),
    ...(versions.length > count && last && { next: String(last.version) }),
  })
}

async function wholeHistory(
  { store, tenant }: FhirDeps,
  type: string | undefined,
  query: HistoryQuery,
): Promise<Result<HistoryPage>> {
  const place = query.page === undefined ? ok(undefined) : readHistoryToken(query.page)
  if (!place.ok) return place
  const versions = await store.historyOf(tenant, {
    types: type === undefined ? Object.keys(resourceTypes) : [type],
    count: query.count + 1,
    ...(place.value && { after: place.value }),
    ...timesOf(query),
  })
  const shown = versions.slice(0, query.count)
  const last = shown.at(-1)
  return ok({ versions: shown, ...(versions.length > query.count && last && { next: historyToken(last) }) })
}
