import { shardInId } from '../../lib/ids.ts'
import type { ResourceKey } from '../../fhir/resource.ts'
import type { Stored } from '../../commands/ports/store.ts'
import { int2Array, int4Array, textArray } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
import { readResource } from '../queries/resource-queries.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'

type ReadOne = (tenant: number, key: ResourceKey) => Promise<Stored | undefined>

interface Wanted {
  readonly tenant: number
  readonly key: ResourceKey
  readonly resolve: (found: Stored | undefined) => void
  readonly reject: (error: unknown) => void
}

/** What no database refuses: one odd key must not fail the others. */
const ID = /^[A-Za-z0-9\-.]{1,64}$/
const BATCH_MAX = 64

/**
 * Reads of current rows, tombstones included. Those that are asked for in one turn of the event loop become one statement, sent
 * after it: under load a statement each costs more, here and in the database, than what it looks up.
 */
export function gatheredReads(db: Db): ReadOne {
  let waiting: Wanted[] = []
  const send = (): void => {
    const all = waiting
    waiting = []
    for (let at = 0; at < all.length; at += BATCH_MAX) void answer(db, all.slice(at, at + BATCH_MAX))
  }
  return (tenant, key) => {
    if (!ID.test(key.id)) return readResource(db, tenant, key)
    return new Promise((resolve, reject) => {
      if (waiting.length === 0) setImmediate(send)
      waiting.push({ tenant, key, resolve, reject })
    })
  }
}

async function answer(db: Db, wanted: readonly Wanted[]): Promise<void> {
  try {
    const [only] = wanted
    const isAlone = only && wanted.length === 1
    const found = isAlone ? [await readResource(db, only.tenant, only.key)] : await lookUpAll(db, wanted)
    wanted.forEach(({ resolve }, at) => resolve(found[at]))
  } catch (error) {
    for (const { reject } of wanted) reject(error)
  }
}

type Found = readonly (Stored | undefined)[]

const shardIn = ({ key }: Wanted): number | undefined => shardInId(key.id)

/** In the shards that the ids carry, then where the directory says: a client may choose an id that looks like ours. */
async function lookUpAll(db: Db, wanted: readonly Wanted[]): Promise<Found> {
  const found = await lookUp(db, wanted, shardIn)
  const lost = wanted.filter((one, at) => !found[at] && shardIn(one) !== undefined)
  if (lost.length === 0) return found
  const chosen = await lookUp(db, lost, () => undefined)
  const elsewhere = new Map(lost.map((one, at) => [one, chosen[at]]))
  return wanted.map((one, at) => found[at] ?? elsewhere.get(one))
}

/** Without a shard the directory is asked for it. */
async function lookUp(
  db: Db,
  wanted: readonly Wanted[],
  shardOf: (wanted: Wanted) => number | undefined,
): Promise<Found> {
  const { rows } = await db.point<ResourceRow & { readonly n: string }>(statementOf(wanted, shardOf))
  const byPlace = new Map(rows.map(row => [Number(row.n), storedOf(row)]))
  return wanted.map((_, at) => byPlace.get(at + 1))
}

const statementOf = (
  wanted: readonly Wanted[],
  shardOf: (wanted: Wanted) => number | undefined,
): Statement => ({
  name: 'cw_read_many',
  text: `select k.n, ${rowColumns('r').join(', ')}
    from unnest($1::int4[], $2::int2[], $3::int2[], $4::text[]) with ordinality k(tenant, shard, type, id, n)
    join resource r on r.tenant = k.tenant and r.type = k.type and r.id = k.id and r.shard = coalesce(k.shard,
      (select d.shard from id_directory d where d.tenant = k.tenant and d.type = k.type and d.id = k.id))`,
  values: [
    int4Array(wanted.map(({ tenant }) => tenant)),
    int2Array(wanted.map(shardOf)),
    int2Array(wanted.map(({ key }) => typeNumber(key.type))),
    textArray(wanted.map(({ key }) => key.id)),
  ],
})
