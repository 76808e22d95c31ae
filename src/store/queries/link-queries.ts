import type { Instant } from '../../lib/clock.ts'
import { parseJson } from '../../lib/json.ts'
import type { Json, ResourceKey } from '../../fhir/resource.ts'
import type { LinkQueries, SyncConflict, SyncCursor, SyncLink } from '../../commands/ports/links.ts'
import { textArray } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'

interface LinkRow {
  readonly peer: string
  readonly type: string
  readonly id: string
  readonly remote_id: string
  readonly remote_version: string
  readonly remote_hash: string
  readonly base: string
}

const toLink = (row: LinkRow): SyncLink => ({
  peer: row.peer,
  type: row.type,
  id: row.id,
  remoteId: row.remote_id,
  remoteVersion: row.remote_version,
  remoteHash: row.remote_hash,
  base: parseJson(row.base) as Json,
})

/** What stands on which peer, and what was overwritten there. */
export const openLinkQueries = (db: Db): LinkQueries => ({
  byLocal: async (peer, keys) => (await db.query<LinkRow>(byKey('id', peer, keys))).rows.map(toLink),
  byRemote: async (peer, keys) => (await db.query<LinkRow>(byKey('remote_id', peer, keys))).rows.map(toLink),
  cursors: async peer => {
    const { rows } = await db.query<SyncCursor>({
      name: 'cw_sync_cursors',
      text: 'select peer, type, watermark from sync_cursor where peer = $1 order by type',
      values: [peer],
    })
    return rows
  },
  count: async peer => {
    const { rows } = await db.query<{ links: string }>({
      name: 'cw_sync_link_count',
      text: 'select count(*) as links from sync_link where peer = $1',
      values: [peer],
    })
    return Number(rows[0]?.links ?? 0)
  },
  conflicts: async (peer, count) => {
    const { rows } = await db.query<ConflictRow>({
      name: 'cw_sync_conflicts',
      text: 'select id, peer, key, at, elements from sync_conflict where peer = $1 order by at desc, id limit $2',
      values: [peer, count],
    })
    return rows.map(row => ({ ...row, elements: parseJson(row.elements) as Json }))
  },
  recordConflict: async ({ id, peer, key, at, elements }) => {
    await db.query({
      name: 'cw_sync_record_conflict',
      text: 'insert into sync_conflict (id, peer, key, at, elements) values ($1, $2, $3, $4, $5) on conflict (id) do nothing',
      values: [id, peer, key, at, JSON.stringify(elements)],
    })
  },
})

interface ConflictRow extends Omit<SyncConflict, 'elements'> {
  readonly at: Instant
  readonly elements: string
}

const byKey = (column: 'id' | 'remote_id', peer: string, keys: readonly ResourceKey[]): Statement => ({
  name: `cw_sync_link_by_${column}`,
  text: `select l.peer, l.type, l.id, l.remote_id, l.remote_version, l.remote_hash, l.base
    from unnest($2::text[], $3::text[]) h (type, id) join sync_link l on l.peer = $1 and l.type = h.type and l.${column} = h.id`,
  values: [peer, textArray(keys.map(({ type }) => type)), textArray(keys.map(({ id }) => id))],
})
