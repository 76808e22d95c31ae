import type { ResourceKey } from '../../fhir/resource.ts'
import type {
  HistoryCount,
  HistoryRequest,
  HistoryTimes,
  HistoryVersion,
} from '../../commands/ports/store.ts'
import { int2Array } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
import { rowsFromItsShard, versionColumns } from './resource-queries.ts'
import { storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'
import { timeout, tooLong } from '../search/search-timeout.ts'

type HistoryRow = ResourceRow & { readonly made: boolean }

type Bind = (value: unknown) => string

const versionOf = (row: HistoryRow): HistoryVersion => ({ ...storedOf(row), made: row.made })

/** Whether the version before `r` is none, or a deletion. */
const MADE = `coalesce((select p.deleted from resource_version p where p.shard = r.shard and p.tenant = r.tenant
  and p.type = r.type and p.id = r.id and p.version = r.version - 1), true) and not r.deleted as made`

/** Versions of one resource, newest first; `before` is the version of the last one seen. */
export async function readHistory(
  db: Db,
  tenant: number,
  key: ResourceKey,
  { before, count, ...times }: { readonly before?: number; readonly count: number } & HistoryTimes,
): Promise<readonly HistoryVersion[]> {
  const isTimed = times.since !== undefined || times.during !== undefined
  const rows = await rowsFromItsShard<HistoryRow>(db, key, shard => {
    const values: unknown[] = [tenant, typeNumber(key.type), key.id, ...shard.values]
    const bind: Bind = value => `$${values.push(value)}`
    const conditions = [
      `r.shard = ${shard.sql} and r.tenant = $1 and r.type = $2 and r.id = $3`,
      `r.version < ${bind(before ?? 2_147_483_647)}`,
      ...timeConditions(times, bind),
    ]
    return {
      ...(!isTimed && { name: `cw_history_${shard.name}` }),
      text: `select ${versionColumns}, ${MADE} from resource_version r
        where ${conditions.join(' and ')} order by r.version desc limit ${bind(count)}`,
      values,
    }
  })
  return rows.map(versionOf)
}

/**
 * Versions of whole types, newest first. Each type walks its own index on (tenant, type, updated) as far as the page needs,
 * so no index over all types is written with every change; contents are fetched for the page alone.
 */
export async function readHistoryOf(
  db: Db,
  tenant: number,
  { types, after, count, ...times }: HistoryRequest,
): Promise<readonly HistoryVersion[]> {
  const values: unknown[] = [tenant, int2Array(types.map(typeNumber)), count]
  const bind: Bind = value => `$${values.push(value)}`
  const conditions = ['r.tenant = $1', 'r.type = t.type', ...timeConditions(times, bind)]
  if (after) {
    const updated = `${bind(after.updated)}::timestamptz`
    const rest = [
      `${bind(typeNumber(after.type))}::int2`,
      `${bind(after.shard)}::int2`,
      bind(after.id),
      `${bind(after.version)}::int`,
    ]
    conditions.push(`r.updated <= ${updated}`)
    conditions.push(`(r.updated, r.type, r.shard, r.id, r.version) < (${updated}, ${rest.join(', ')})`)
  }
  const { rows } = await db.query<HistoryRow>({
    text: `with page as (
        select k.* from unnest($2::int2[]) t(type), lateral (
          select r.shard, r.type, r.id, r.version, r.updated from resource_version r
          where ${conditions.join(' and ')}
          order by r.updated desc, r.shard desc, r.id desc, r.version desc limit $3::int) k
        order by k.updated desc, k.type desc, k.shard desc, k.id desc, k.version desc limit $3::int)
      select ${versionColumns}, ${MADE} from page k join resource_version r
        on r.shard = k.shard and r.tenant = $1 and r.type = k.type and r.id = k.id and r.version = k.version
      order by r.updated desc, r.type desc, r.shard desc, r.id desc, r.version desc`,
    values,
  })
  return rows.map(versionOf)
}

/** How many versions there are of one resource, or of whole types. */
export async function countHistory(
  db: Db,
  tenant: number,
  { types, key, ...times }: HistoryCount,
): Promise<number> {
  const counted = (values: unknown[], conditions: readonly string[]): Statement => {
    const bind: Bind = value => `$${values.push(value)}`
    return {
      text: `select count(*)::int as n from resource_version r
        where ${[...conditions, ...timeConditions(times, bind)].join(' and ')} having count(*) > 0`,
      values,
    }
  }
  if (!key) {
    const statement = counted(
      [tenant, int2Array(types.map(typeNumber))],
      ['r.tenant = $1 and r.type = any($2::int2[])'],
    )
    const [, answer] = await db.snapshot([timeout, statement]).catch(tooLong)
    return (answer?.rows[0] as { readonly n: number } | undefined)?.n ?? 0
  }
  const rows = await rowsFromItsShard<{ readonly n: number }>(db, key, shard =>
    counted(
      [tenant, typeNumber(key.type), key.id, ...shard.values],
      [`r.shard = ${shard.sql} and r.tenant = $1 and r.type = $2 and r.id = $3`],
    ),
  )
  return rows[0]?.n ?? 0
}

function timeConditions({ since, during }: HistoryTimes, bind: Bind): readonly string[] {
  return [
    ...(since === undefined ? [] : [`r.updated >= ${bind(since)}::timestamptz`]),
    ...(during === undefined
      ? []
      : [
          `r.updated < ${bind(during.before)}::timestamptz`,
          `not exists (select 1 from resource_version n where n.shard = r.shard and n.tenant = r.tenant
            and n.type = r.type and n.id = r.id and n.version = r.version + 1
            and n.updated <= ${bind(during.from)}::timestamptz)`,
        ]),
  ]
}
