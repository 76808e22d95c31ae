import { parseJson } from '../lib/json.ts'
import type { IndexVersion } from '../fhir/search/indexing/index-version.ts'
import type { Resource } from '../fhir/resource.ts'
import { StoreRefusal } from '../commands/ports/store-fault.ts'
import type { IndexState, ReindexQueue, ReindexStep } from '../commands/ports/reindex.ts'
import { int2Array, int4Array, int8Array, textArray, timestampArray } from './connection/binary-arrays.ts'
import type { Db, Statement } from './connection/db.ts'
import type { IndexResource } from './writes/flush-rows.ts'
import { ANY_ROWS, indexRows, type IndexedRow } from './writes/index-rows.ts'
import { reindexStatements as sql } from './reindex-statements.ts'
import { SHARDS } from '../lib/ids.ts'

interface ReindexOptions {
  readonly indexResource: IndexResource
  /** Names what this program indexes; undefined = whatever stands there is taken as it is. */
  readonly indexVersion: IndexVersion | undefined
}

/** A claim as it was taken: where the owner before left off. */
interface Claim {
  readonly version: string
  readonly shard: number | null
  readonly tenant: number | null
  readonly type: number | null
  readonly id: string | null
}

interface BatchRow {
  readonly shard: number
  readonly tenant: number
  readonly type: number
  readonly id: string
  readonly version: number
  readonly ixh: string
  readonly content: string
}

const BATCH = 100
/** Of content: a batch of large resources is a short one. */
const BATCH_BYTES = 4 * 1024 * 1024

/**
 * Writes the rows of search values anew, by keyset over the primary key, a batch a transaction: its place, its claim and its rows are
 * kept together. A resource that is written meanwhile makes the batch fail and be read again, a smaller one; so it can't spoil what
 * the other wrote, and the other's flush, which is guarded by the hash that it loaded, can't spoil this one.
 */
export function openReindex(db: Db, { indexResource, indexVersion }: ReindexOptions): ReindexQueue {
  let size = BATCH
  const step = async (owner: string): Promise<ReindexStep> => {
    if (indexVersion === undefined) return 'current'
    const { name, code } = indexVersion
    const claims = await db.query<Claim>(sql.claim([name, owner, code]))
    const [claim] = claims.rows
    if (!claim) return (await readState(db, indexVersion)).isCurrent ? 'current' : 'taken'
    const { rows } = await db.query<BatchRow>(sql.readBatch([...placeOf(claim), size, BATCH_BYTES]))
    const last = rows.at(-1)
    if (!last) {
      await db.query(sql.finish([name, owner, code]))
      return 'finished'
    }
    try {
      const mark = sql.advance([name, owner, ...placeOf(last), rows.length])
      await db.tx(0, [mark, ...batchStatements(rows, { indexResource, all: claim.version === '' })])
      size = Math.min(BATCH, size * 2)
    } catch (error) {
      if (!isConflict(error)) throw error
      size = Math.max(1, Math.floor(size / 4))
    }
    return 'more'
  }
  return {
    step,
    state: () => readState(db, indexVersion),
    restart: async () => {
      await db.query({
        text: "update index_state set version = '', target = null, owner = null, until = null",
      })
    },
  }
}

interface StateRow {
  readonly version: string
  readonly code: number
  readonly done: string
  readonly shard: number | null
}

/** What was there before anybody said what it was: an empty database is of this version. */
export async function adoptIndex(db: Db, indexVersion: IndexVersion | undefined): Promise<void> {
  if (indexVersion) await db.query(sql.adopt([indexVersion.name, indexVersion.code]))
}

const placeOf = ({ shard, tenant, type, id }: Omit<Claim, 'version'>): readonly unknown[] => [
  ...[shard ?? -1, tenant ?? 0, type ?? 0, id ?? ''],
]

async function readState(db: Db, wanted: IndexVersion | undefined): Promise<IndexState> {
  const { rows } = await db.query<StateRow>(sql.state([]))
  const [row] = rows
  const isCurrent = !wanted || !row || row.version === wanted.name || row.code > wanted.code
  const share = isCurrent ? 1 : ((row?.shard ?? -1) + 1) / SHARDS
  return { isCurrent, done: isCurrent ? 0 : Number(row?.done ?? 0), share }
}

const CONFLICTS: ReadonlySet<string> = new Set(['CW409', '40001', '40P01'])

const isConflict = (error: unknown): boolean => error instanceof StoreRefusal && CONFLICTS.has(error.code)

interface Planned {
  readonly row: BatchRow
  readonly indexed: IndexedRow
}

/** `all` = rows are written although their hash says that they are the same. */
function batchStatements(
  rows: readonly BatchRow[],
  { indexResource, all }: { readonly indexResource: IndexResource; readonly all: boolean },
): readonly Statement[] {
  const tenants = Map.groupBy(
    rows.map((row): Planned => {
      const entry = indexResource(parseJson(row.content) as Resource)
      return { row, indexed: { ...placeAndType(row), entry, had: ANY_ROWS } }
    }),
    ({ row }) => row.tenant,
  )
  return [...tenants].flatMap(([tenant, planned]) => {
    const sorted = planned.toSorted((a, b) => a.row.type - b.row.type || (a.row.id < b.row.id ? -1 : 1))
    const changed = sorted.filter(({ row, indexed }) => all || BigInt(row.ixh) !== hashOf(indexed))
    return [
      sql.guard([tenant, ...keys(sorted)]),
      sql.update([tenant, ...keys(sorted), ...columns(sorted)]),
      ...indexRows(
        tenant,
        changed.map(({ indexed }) => indexed),
      ),
    ]
  })
}

const placeAndType = ({ shard, type, id }: BatchRow) => ({ shard, type, id })

const hashOf = ({ entry }: IndexedRow): bigint => BigInt.asIntN(64, entry?.hash ?? 0n)

const keys = (planned: readonly Planned[]): readonly Buffer[] => [
  int2Array(planned.map(({ row }) => row.shard)),
  int2Array(planned.map(({ row }) => row.type)),
  textArray(planned.map(({ row }) => row.id)),
  int4Array(planned.map(({ row }) => row.version)),
  int8Array(planned.map(({ row }) => BigInt(row.ixh))),
]

const columns = (planned: readonly Planned[]): readonly Buffer[] => {
  const entries = planned.map(({ indexed }) => indexed.entry)
  return [
    int8Array(planned.map(({ indexed }) => hashOf(indexed))),
    textArray(entries.map(entry => entry?.patient)),
    textArray(entries.map(entry => entry?.status)),
    textArray(entries.map(entry => entry?.owner)),
    timestampArray(entries.map(entry => entry?.startMs)),
    timestampArray(entries.map(entry => entry?.endMs)),
  ]
}
