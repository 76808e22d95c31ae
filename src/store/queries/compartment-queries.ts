import type { CompartmentRequest, Stored } from '../../commands/ports/store.ts'
import { int2Array } from '../connection/binary-arrays.ts'
import type { Db } from '../connection/db.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from '../search/search-rows.ts'

const columns = rowColumns('r').join(', ')

/** The day of a birth and the time when something was written down are no dates of care: who asks for a time gets these whatever it is. */
const ALWAYS = `r.ds is null or r.type in (${typeNumber('Patient')}, ${typeNumber('Provenance')})`

/** What is in the compartment of one patient, or of any, in the order of the primary key. */
export async function readCompartment(
  db: Db,
  tenant: number,
  { patient, types, since, from, before, after, count }: CompartmentRequest,
): Promise<readonly Stored[]> {
  const values: unknown[] = [tenant, int2Array(types.map(typeNumber)), count]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const conditions = [
    'r.tenant = $1 and r.type = any($2::int2[]) and not r.deleted',
    patient === undefined ? 'r.patient is not null' : `r.patient = ${bind(patient)}`,
    ...(since === undefined ? [] : [`r.updated >= ${bind(since)}::timestamptz`]),
    ...(before === undefined ? [] : [`(${ALWAYS} or r.ds < ${bind(before)}::timestamptz)`]),
    ...(from === undefined ? [] : [`(${ALWAYS} or coalesce(r.de, 'infinity') > ${bind(from)}::timestamptz)`]),
    ...(after
      ? [
          `(r.shard, r.tenant, r.type, r.id) > (${bind(after.shard)}::int2, $1, ${bind(typeNumber(after.type))}::int2, ${bind(after.id)})`,
        ]
      : []),
  ]
  const { rows } = await db.query<ResourceRow>({
    text: `select ${columns} from resource r where ${conditions.join(' and ')}
      order by r.shard, r.tenant, r.type, r.id limit $3::int`,
    values,
  })
  return rows.map(storedOf)
}
