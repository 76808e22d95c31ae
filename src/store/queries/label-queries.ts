import type { Stored } from '../../commands/ports/store.ts'
import { searchParameterOf } from '../../fhir/search/parameters.ts'
import { int2Array } from '../connection/binary-arrays.ts'
import type { Db } from '../connection/db.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'
import { timeout, tooLong } from '../search/search-timeout.ts'

/** For each profile, tag and security label in use in these types a resource that has it; the index says which. */
export async function readLabelled(
  db: Db,
  tenant: number,
  { types, count }: { readonly types: readonly string[]; readonly count: number },
): Promise<readonly Stored[]> {
  const statement = {
    text: `select distinct ${rowColumns('r').join(', ')}
      from (select distinct on (x.param, x.val, x.sys) x.shard, x.type, x.rid from ix x
        where x.tenant = $1 and x.type = any($2::int2[]) and x.param = any($3::int2[])
        order by x.param, x.val, x.sys limit $4::int) k
      join resource r on r.shard = k.shard and r.tenant = $1 and r.type = k.type and r.id = k.rid
      where not r.deleted`,
    values: [tenant, int2Array(types.map(typeNumber)), int2Array(labelParameters()), count],
  }
  const [, answer] = await db.snapshot([timeout, statement]).catch(tooLong)
  return ((answer?.rows ?? []) as readonly ResourceRow[]).map(storedOf)
}

/** They are parameters of every type. */
const labelParameters = (): readonly number[] =>
  ['_profile', '_tag', '_security'].flatMap(code => searchParameterOf('Patient', code)?.number ?? [])
