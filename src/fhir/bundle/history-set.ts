import { shardInId } from '../../lib/ids.ts'
import { etagOf } from '../etag.ts'
import { bundleText, type EntryText } from './texts.ts'

/** A version, its content as JSON text; empty for a deletion. */
interface Version {
  readonly type: string
  readonly id: string
  readonly version: number
  readonly updated: string
  readonly deleted: boolean
  readonly content: string
}

export interface HistorySet {
  readonly base: string
  readonly key: { readonly type: string; readonly id: string }
  readonly versions: readonly Version[]
  /** How many versions there are, on all pages. */
  readonly total: number
  readonly self: string
  readonly next?: string
}

/** A history Bundle as JSON text, newest first (http://hl7.org/fhir/R4/http.html#history). */
export function historySetText({ base, key, versions, total, self, next }: HistorySet): string {
  const root = `${base}/${key.type}/${key.id}/_history`
  return bundleText({
    type: 'history',
    total,
    links: [
      { relation: 'self', url: `${root}${self}` },
      ...(next === undefined ? [] : [{ relation: 'next', url: `${root}${next}` }]),
    ],
    entries: versions.map(version => entryOf(base, version)),
  })
}

/** How a version came: the request isn't kept, but whose choice the id was can be told (minted or derived ones are ours). */
const firstMethod = (id: string): 'POST' | 'PUT' =>
  shardInId(id) !== undefined || CONDITIONAL_ID.test(id) ? 'POST' : 'PUT'

/** The ids of conditional creates (commands/fhir-conditional.ts). */
const CONDITIONAL_ID = /^c[0-9a-f]{32}$/

function entryOf(base: string, { type, id, version, updated, deleted, content }: Version): EntryText {
  const method = deleted ? 'DELETE' : version === 1 ? firstMethod(id) : 'PUT'
  return {
    fullUrl: `${base}/${type}/${id}`,
    ...(!deleted && { resource: content }),
    request: { method, url: method === 'POST' ? type : `${type}/${id}` },
    response: {
      status: deleted ? '204 No Content' : version === 1 ? '201 Created' : '200 OK',
      etag: etagOf(version),
      lastModified: updated,
    },
  }
}
