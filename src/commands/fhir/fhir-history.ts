import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import {
  foreignPage,
  historyToken,
  readHistoryQuery,
  readHistoryToken,
  type HistoryQuery,
} from '../../fhir/bundle/history-page.ts'
import { historySetText } from '../../fhir/bundle/history-set.ts'
import { keyText, type ResourceKey } from '../../fhir/resource.ts'
import { resourceTypes } from '../../fhir/resource-types.ts'
import type { Part } from '../../fhir/summary.ts'
import { mayDo } from '../../fhir/smart/may-do.ts'
import type { Caller, FhirDeps } from './fhir-deps.ts'
import { unknown } from './fhir-read.ts'
import { isLimited, visible } from './fhir-visibility.ts'
import type { HistoryTimes, HistoryVersion, Stored } from '../ports/store.ts'
import { sealedPlaces } from './sealed-places.ts'

export interface HistoryRequest {
  /** One resource, one type, or (empty) the whole system. */
  readonly of: { readonly type?: string; readonly id?: string }
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** What is wanted of each version. */
  readonly part: Part
}

/**
 * A history Bundle as JSON text, newest first, deletions included (http://hl7.org/fhir/R4/http.html#history). Pages follow
 * one another by the place of the last version shown: what was there when the first was read is neither left out nor told
 * twice while others write. Whoever may see only some resources is told of those, and not how many there are. Failures:
 * `history-page`, `history-time`, `page-expired`, `resource-unknown`, `history-too-long`.
 */
export async function historyText(
  deps: FhirDeps,
  caller: Caller,
  { of: { type, id }, pairs, part }: HistoryRequest,
): Promise<Result<string>> {
  const asked = readHistoryQuery(pairs)
  if (!asked.ok) return asked
  const { page, applied } = asked.value
  const of = [type, id].filter(each => each !== undefined).join('/')
  const places = await sealedPlaces(deps, { caller, of: `${of}/_history`, foreign: foreignPage })
  const place = page === undefined ? ok(undefined) : places.open(page)
  if (!place.ok) return place
  const query = { ...asked.value, place: place.value }
  const key = type !== undefined && id !== undefined ? { type, id } : undefined
  const found = query.countOnly
    ? await countedHistory(deps, { type, key }, query)
    : await (key ? instanceHistory(deps, key, query) : wholeHistory(deps, type, query))
  if (!found.ok) return found
  const { next, ...set } = found.value
  return ok(
    historySetText({
      base: deps.base,
      ...{ ...set, of, applied, part },
      ...(page !== undefined && { page }),
      ...(next !== undefined && { next: places.seal(next) }),
    }),
  )
}

/** With the place that its page begins after. */
type Placed = HistoryQuery & { readonly place: string | undefined }

interface HistoryPage {
  readonly versions: readonly HistoryVersion[]
  readonly total?: number
  readonly next?: string
}

const timesOf = ({ since, during }: HistoryQuery): HistoryTimes => ({
  ...(since !== undefined && { since }),
  ...(during !== undefined && { during }),
})

/** How many versions there are; who may see only some isn't told. */
async function countedHistory(
  deps: FhirDeps,
  { type, key }: { readonly type: string | undefined; readonly key: ResourceKey | undefined },
  query: HistoryQuery,
): Promise<Result<HistoryPage>> {
  const { store, tenant } = deps
  if (key && !(await visible(deps, await store.read(tenant, key)))) return unknown
  const types = type === undefined ? readableTypes(deps) : [type]
  if (types.some(each => isLimited(deps, each))) return ok({ versions: [] })
  const total = await store.countHistory(tenant, { types, ...(key && { key }), ...timesOf(query) })
  return ok({ versions: [], total })
}

async function instanceHistory(
  deps: FhirDeps,
  key: ResourceKey,
  query: Placed,
): Promise<Result<HistoryPage>> {
  const { store, tenant } = deps
  const { count, place } = query
  const times = timesOf(query)
  const from = place === undefined ? {} : { before: Number(place) }
  const limited = isLimited(deps, key.type)
  const current = async () => visible(deps, await store.read(tenant, key))
  // First of all: how many versions what is hidden has must not tell that it is there.
  const seen = limited ? await current() : undefined
  if (limited && !seen) return unknown
  const read: Collecting['read'] = (size, last) =>
    store.history(tenant, key, { count: size, ...from, ...(last && { before: last.version }), ...times })
  const found = await collect(deps, { count, limited, read })
  if (!found.ok) return found
  const versions = found.value
  const isWhole = Object.keys(times).length === 0
  // Versions are counted from one and none is ever dropped.
  const isFirst = isWhole && place === undefined && !limited
  const newest = isFirst ? versions[0] : (seen ?? (await current()))
  if (!newest) return unknown
  const shown = versions.slice(0, count)
  const last = shown.at(-1)
  return ok({
    versions: shown,
    ...(isWhole && !limited && { total: newest.version }),
    ...(versions.length > count && last && { next: String(last.version) }),
  })
}

async function wholeHistory(
  deps: FhirDeps,
  type: string | undefined,
  query: Placed,
): Promise<Result<HistoryPage>> {
  const { count } = query
  const place = query.place === undefined ? ok(undefined) : readHistoryToken(query.place)
  if (!place.ok) return place
  const types = type === undefined ? readableTypes(deps) : [type]
  const read: Collecting['read'] = (size, last) => {
    const after = last ?? place.value
    return deps.store.historyOf(deps.tenant, {
      ...{ types, count: size, ...timesOf(query) },
      ...(after && { after }),
    })
  }
  const limited = types.some(each => isLimited(deps, each))
  const found = await collect(deps, { count, limited, read })
  if (!found.ok) return found
  const shown = found.value.slice(0, count)
  const last = shown.at(-1)
  return ok({
    versions: shown,
    ...(found.value.length > count && last && { next: historyToken(last) }),
  })
}

const readableTypes = ({ access }: FhirDeps): readonly string[] =>
  Object.keys(resourceTypes).filter(type => mayDo(access, type, 'r') !== 'none')

interface Collecting {
  readonly count: number
  readonly limited: boolean
  /** So many versions that follow one, the first ones without. */
  readonly read: (size: number, last?: HistoryVersion) => Promise<readonly HistoryVersion[]>
}

/** So many versions are looked at for one page of who may see only some. */
const LOOKED_MAX = 2000
const LOOKED_AT_ONCE = 200

/**
 * A page and one more, of what the caller may see. The place of the next page is never that of a version that is hidden: it
 * would tell its id. Failure: `history-too-long` when what is hidden is too much to look through.
 */
async function collect(
  deps: FhirDeps,
  { count, limited, read }: Collecting,
): Promise<Result<readonly HistoryVersion[]>> {
  if (!limited) return ok(await read(count + 1))
  const may = visibility(deps)
  const size = Math.max(count + 1, LOOKED_AT_ONCE)
  const found: HistoryVersion[] = []
  let last: HistoryVersion | undefined
  for (let looked = 0; looked < LOOKED_MAX;) {
    const versions = await read(size, last)
    for (const version of versions) if (found.length <= count && (await may(version))) found.push(version)
    if (versions.length < size || found.length > count) return ok(found)
    looked += versions.length
    last = versions.at(-1)
  }
  return fail(tooLong)
}

const tooLong: Failure = {
  kind: 'forbidden',
  code: 'history-too-long',
  message:
    'Too little of this history is within the token; ask for the history of a resource, or for less by _since or _at.',
}

/** As `visibleVersion` has it; what stands of each resource is read once. */
function visibility(deps: FhirDeps): (version: Stored) => Promise<boolean> {
  const current = new Map<string, boolean>()
  return async version => {
    if (!isLimited(deps, version.type)) return true
    if (!(await visible(deps, version))) return false
    const key = keyText(version)
    const standing =
      current.get(key) ?? (await visible(deps, await deps.store.read(deps.tenant, version))) !== undefined
    current.set(key, standing)
    return standing
  }
}
