import { shardInId } from '../../lib/ids.ts'
import { etagOf } from '../etag.ts'
import { partText, type Part } from '../summary.ts'
import { PAGE_PARAMETER } from '../search/search-controls.ts'
import { bundleText, type EntryText } from './texts.ts'

/** A version, its content as JSON text; empty for a deletion. */
interface Version {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: string
  readonly deleted: boolean
  /** The resource came to be by it: the first version, or the first after a deletion. */
  readonly made: boolean
  readonly content: string
}

export interface HistorySet {
  /** Own base URL, without a slash at the end. */
  readonly base: string
  /** What it is the history of: `Type/id`, `Type`, or nothing for the whole system. */
  readonly of: string
  readonly versions: readonly Version[]
  /** How many versions there are, on all pages, when it is known. */
  readonly total?: number
  /** What was taken into account, without the page. */
  readonly applied: readonly (readonly [name: string, value: string])[]
  /** The page that this is, and the one that follows. */
  readonly page?: string
  readonly next?: string
  /** Of each version. */
  readonly part: Part
}

/** A history Bundle as JSON text, newest first (http://hl7.org/fhir/R4/http.html#history). */
export function historySetText({ base, versions, total, next, part, ...set }: HistorySet): string {
  return bundleText({
    type: 'history',
    ...(total !== undefined && { total }),
    links: [
      { relation: 'self', url: urlOf(base, set, set.page) },
      ...(next === undefined ? [] : [{ relation: 'next', url: urlOf(base, set, next) }]),
    ],
    entries: versions.map(version => entryOf(base, part, version)),
  })
}

function urlOf(
  base: string,
  { of, applied }: Pick<HistorySet, 'of' | 'applied'>,
  page: string | undefined,
): string {
  const pairs = [...applied, ...(page === undefined ? [] : [[PAGE_PARAMETER, page] as const])]
  const query = new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, value])).toString()
  const root = of === '' ? `${base}/_history` : `${base}/${of}/_history`
  return query === '' ? root : `${root}?${query}`
}

/** How a resource came: the request isn't kept, but whose choice the id was can be told (minted or derived ones are ours). */
const firstMethod = (id: string): 'POST' | 'PUT' =>
  shardInId(id) !== undefined || CONDITIONAL_ID.test(id) ? 'POST' : 'PUT'

/** The ids of conditional creates (commands/fhir/fhir-conditional.ts). */
const CONDITIONAL_ID = /^c[0-9a-f]{32}$/

function entryOf(
  base: string,
  part: Part,
  { type, id, version, updated, deleted, made, content }: Version,
): EntryText {
  const method = deleted ? 'DELETE' : version === 1 ? firstMethod(id) : 'PUT'
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(!deleted && { resource: partText(content, part) }),
    request: { method, url: method === 'POST' ? type : `${type}/${id}` },
    response: {
      status: deleted ? '204 No Content' : made ? '201 Created' : '200 OK',
      etag: etagOf(version),
      lastModified: updated,
    },
  }
}
