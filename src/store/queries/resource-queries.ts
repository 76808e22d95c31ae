import { shardInId } from '../../lib/ids.ts'
import type { Instant } from '../../lib/clock.ts'
import type { ResourceKey } from '../../fhir/resource.ts'
import type { Stored } from '../../commands/ports/store.ts'
import { int2Array } from '../connection/binary-arrays.ts'
import type { Db, Statement } from '../connection/db.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'

const storedColumns = rowColumns('r').join(', ')

/** Columns of a version, in the shape of a current row: search values are kept of current rows only. */
export const versionColumns = storedColumns.replace('r.ixh', '0::int8 as ixh')

/** The current row, tombstones included. */
export const readResource = async (db: Db, tenant: number, key: ResourceKey): Promise<Stored | undefined> =>
  (
    await fromItsShard(db, key, shard => ({
      name: `cw_read_${shard.name}`,
      text: `select ${storedColumns} from resource r where r.shard = ${shard.sql} and r.tenant = $1 and r.type = $2 and r.id = $3`,
      values: [tenant, typeNumber(key.type), key.id, ...shard.values],
    }))
  )[0]

export const readVersion = async (
  db: Db,
  tenant: number,
  key: ResourceKey,
  version: number,
): Promise<Stored | undefined> =>
  (
    await fromItsShard(db, key, shard => ({
      name: `cw_read_version_${shard.name}`,
      text: `select ${versionColumns} from resource_version r
      where r.shard = ${shard.sql} and r.tenant = $1 and r.type = $2 and r.id = $3 and r.version = ${shard.next}`,
      values: [tenant, typeNumber(key.type), key.id, ...shard.values, version],
    }))
  )[0]

/** The version that stood at an instant, tombstones included: lastUpdated grows with the version. */
export const readAt = async (
  db: Db,
  tenant: number,
  key: ResourceKey,
  at: Instant,
): Promise<Stored | undefined> =>
  (
    await fromItsShard(db, key, shard => ({
      name: `cw_read_at_${shard.name}`,
      text: `select ${versionColumns} from resource_version r
      where r.shard = ${shard.sql} and r.tenant = $1 and r.type = $2 and r.id = $3 and r.updated <= ${shard.next}
      order by r.version desc limit 1`,
      values: [tenant, typeNumber(key.type), key.id, ...shard.values, at],
    }))
  )[0]

/**
 * What stood at an instant of what is a patient's now, without tombstones: the current row where it is old enough, else
 * the newest version that is.
 */
export async function readCompartmentAt(
  db: Db,
  tenant: number,
  {
    patient,
    types,
    at,
  }: { readonly patient: string; readonly types: readonly string[]; readonly at: Instant },
): Promise<readonly Stored[]> {
  const { rows } = await db.query<ResourceRow>({
    name: 'cw_compartment_at',
    text: `select ${storedColumns} from resource r
      where r.tenant = $1 and r.patient = $2 and r.type = any($3::int2[]) and r.updated <= $4 and not r.deleted
      union all
      select v.* from resource c, lateral (
        select ${versionColumns} from resource_version r
        where r.shard = c.shard and r.tenant = $1 and r.type = c.type and r.id = c.id and r.updated <= $4
        order by r.version desc limit 1) v
      where c.tenant = $1 and c.patient = $2 and c.type = any($3::int2[]) and c.updated > $4 and not v.deleted`,
    values: [tenant, patient, int2Array(types.map(typeNumber)), at],
  })
  return rows.map(storedOf)
}

/** How a statement learns the shard; $1 to $3 are tenant, type and id. */
export interface ShardParameter {
  readonly name: 'own' | 'directory'
  readonly sql: string
  readonly values: readonly number[]
  /** The next free parameters. */
  readonly next: string
  readonly afterNext: string
}

const directory: ShardParameter = {
  name: 'directory',
  sql: '(select d.shard from id_directory d where d.tenant = $1 and d.type = $2 and d.id = $3)',
  values: [],
  next: '$4',
  afterNext: '$5',
}

/** Looks in the shard that the id carries, then where the directory says: a client may choose an id that looks like ours. */
export async function rowsFromItsShard<Row extends object>(
  db: Db,
  key: ResourceKey,
  statement: (shard: ShardParameter) => Statement,
): Promise<readonly Row[]> {
  const shard = shardInId(key.id)
  const ask = async (parameter: ShardParameter): Promise<readonly Row[]> =>
    (await db.point<Row>(statement(parameter))).rows
  if (shard === undefined) return ask(directory)
  const found = await ask({ name: 'own', sql: '$4', values: [shard], next: '$5', afterNext: '$6' })
  return found.length > 0 ? found : ask(directory)
}

const fromItsShard = async (
  db: Db,
  key: ResourceKey,
  statement: (shard: ShardParameter) => Statement,
): Promise<readonly Stored[]> => (await rowsFromItsShard<ResourceRow>(db, key, statement)).map(storedOf)
