import { shardInId } from '../lib/ids.ts'
import { parseJson } from '../lib/json.ts'
import type { Stored } from '../commands/ports/store.ts'
import { isResourceType } from '../fhir/resource-types.ts'
import { lookupText } from '../fhir/search/index-entry.ts'
import { referencesOf } from '../fhir/search/index-values.ts'
import { compilePath } from '../fhir/search/path.ts'
import type { SearchInclude, SearchPlan } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'
import type { Db } from './db.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from './search-rows.ts'

/** At most so many resources come along with a page; the result says so when there were more. */
const INCLUDED_MAX = 2000

export interface Included {
  readonly rows: readonly Stored[]
  readonly truncated: boolean
}

/** What `_include` and `_revinclude` add to a page: one level, each resource once, none that is a match itself. */
export async function includedRows(
  db: Db,
  tenant: number,
  plan: SearchPlan,
  matches: readonly Stored[],
): Promise<Included> {
  if (matches.length === 0) return { rows: [], truncated: false }
  const keys = plan.includes.flatMap(include => targetsOf(include, matches, plan.base))
  const forward = keys.length === 0 ? [] : [readKeys(db, tenant, [...new Set(keys)])]
  const backward = plan.revIncludes.map(include => readReferring(db, tenant, include, matches))
  const known = new Set(matches.map(keyOf))
  const rows = (await Promise.all([...forward, ...backward])).flat().filter(row => {
    const fresh = !known.has(keyOf(row))
    known.add(keyOf(row))
    return fresh
  })
  return { rows: rows.slice(0, INCLUDED_MAX), truncated: rows.length > INCLUDED_MAX }
}

const keyOf = ({ type, id }: Stored): string => `${type}/${id}`

/** Local `Type/id` texts that the include's parameter finds in the matches. */
function targetsOf(
  { parameter, target, source }: SearchInclude,
  matches: readonly Stored[],
  base: string | undefined,
): readonly string[] {
  const walk = compilePath(parameter.expression ?? '', source, parameter.type)
  if (!walk.ok) return []
  const found: string[] = []
  for (const match of matches) {
    walk.value(parseJson(match.content), element => {
      found.push(...referencesOf(element, base).map(reference => reference.value))
    })
  }
  return found.filter(text => {
    const type = /^([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(text)?.[1]
    return type !== undefined && isResourceType(type) && (target === undefined || target === type)
  })
}

/** By primary key: the shard is in the id, or in the directory of ids that clients chose. */
async function readKeys(db: Db, tenant: number, references: readonly string[]): Promise<readonly Stored[]> {
  const keys = references.slice(0, INCLUDED_MAX + 1).map(reference => {
    const [type = '', id = ''] = reference.split('/')
    return { type: typeNumber(type), id, shard: shardInId(id) ?? null }
  })
  const text = `select ${rowColumns('r').join(', ')}
    from unnest($2::smallint[], $3::text[], $4::smallint[]) k(type, id, shard)
    left join id_directory d on d.tenant = $1 and d.type = k.type and d.id = k.id
    join resource r on r.shard = any(array[k.shard, d.shard]) and r.tenant = $1 and r.type = k.type and r.id = k.id
    where not r.deleted`
  const values = [tenant, keys.map(key => key.type), keys.map(key => key.id), keys.map(key => key.shard)]
  return (await db.query<ResourceRow>({ text, values })).rows.map(storedOf)
}

/** What refers to the matches by a parameter: through the index, or the column that holds the parameter's value. */
async function readReferring(
  db: Db,
  tenant: number,
  { source, parameter }: SearchInclude,
  matches: readonly Stored[],
): Promise<readonly Stored[]> {
  const column = promotedColumn(source, parameter.code)
  const references = matches.map(match => lookupText(keyOf(match)))
  const patients = matches.flatMap(match => (match.type === 'Patient' ? [match.id] : []))
  const inIndex = `exists (select 1 from ix x where x.tenant = $1 and x.type = $2 and x.param = $3 and x.val = any($4::text[]) and x.shard = r.shard and x.rid = r.id)`
  const where =
    column === 'patient'
      ? `r.patient = any($4::text[])`
      : column === 'owner'
        ? 'r.owner = any($4::text[])'
        : inIndex
  const byIndex = where === inIndex
  const text = `select ${rowColumns('r').join(', ')} from resource r
    where r.tenant = $1 and r.type = $2 and not r.deleted and ${byIndex ? '' : '$3::int > 0 and '}${where}
    order by r.shard, r.id limit ${INCLUDED_MAX + 1}`
  const values = [tenant, typeNumber(source), parameter.number, column === 'patient' ? patients : references]
  return (await db.query<ResourceRow>({ text, values })).rows.map(storedOf)
}
