import { shardInId } from '../../lib/ids.ts'
import { parseJson } from '../../lib/json.ts'
import type { Found } from '../../commands/ports/search-result.ts'
import type { Stored } from '../../commands/ports/store.ts'
import { isResourceType } from '../../fhir/resource-types.ts'
import { lookupText } from '../../fhir/search/indexing/index-entry.ts'
import { referencesOf } from '../../fhir/search/indexing/index-values.ts'
import { isTargetOf } from '../../fhir/search/parameters.ts'
import { compilePath } from '../../fhir/search/path.ts'
import type { SearchInclude, SearchPlan } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import type { Db } from '../connection/db.ts'
import { conditionOf } from './search-conditions.ts'
import { rowColumns, storedOf, typeNumber, type ResourceRow } from './search-rows.ts'

/** At most so many resources come along with a page; the result says so when there were more. */
const INCLUDED_MAX = 2000
/** So often `:iterate` looks again from what came along last. */
const ROUNDS_MAX = 20

export interface Included {
  readonly rows: readonly Stored[]
  readonly truncated: boolean
}

type Asked = Pick<SearchPlan, 'includes' | 'revIncludes' | 'base' | 'visible'>

/**
 * What `_include` and `_revinclude` add to a page: each resource once, none that is a match itself, and of what a caller may
 * see only (`visible`). Those that iterate are asked again about what came along, until nothing new does.
 */
export async function includedRows(
  db: Db,
  tenant: number,
  plan: Asked,
  matches: readonly Found[],
): Promise<Included> {
  if (plan.includes.length + plan.revIncludes.length === 0) return { rows: [], truncated: false }
  const known = new Set(matches.map(keyOf))
  const rows: Stored[] = []
  let [asked, from]: [Asked, readonly Found[]] = [plan, matches]
  for (let round = 0; round < ROUNDS_MAX && from.length > 0; round += 1) {
    const found = await roundOf(db, tenant, { ...asked, from, room: INCLUDED_MAX + 1 - rows.length })
    const fresh = found.filter(row => {
      const isFresh = !known.has(keyOf(row))
      known.add(keyOf(row))
      return isFresh
    })
    rows.push(...fresh)
    if (rows.length > INCLUDED_MAX) return { rows: rows.slice(0, INCLUDED_MAX), truncated: true }
    asked = iteratingOf(plan)
    from = fresh
  }
  const isCut = from.length > 0 && asked.includes.length + asked.revIncludes.length > 0
  return { rows, truncated: isCut && rows.length > 0 }
}

const iteratingOf = (plan: Asked): Asked => ({
  ...plan,
  includes: plan.includes.filter(({ iterate }) => iterate),
  revIncludes: plan.revIncludes.filter(({ iterate }) => iterate),
})

interface Round extends Asked {
  readonly from: readonly Found[]
  /** So many are read at most. */
  readonly room: number
}

async function roundOf(db: Db, tenant: number, round: Round): Promise<readonly Stored[]> {
  const { includes, revIncludes, from, base } = round
  const ofTypes = new Set(includes.map(({ source }) => source))
  const contents = from
    .filter(({ type }) => ofTypes.has(type))
    .map(({ type, content }) => ({ type, resource: parseJson(content) }))
  const keys = new Set(includes.flatMap(include => targetsOf(include, contents, base)))
  const read: Reading = { db, tenant, ...round }
  const forward = [...Map.groupBy(keys, key => key.slice(0, key.indexOf('/')))].map(([type, ofType]) =>
    readKeys(read, type, ofType),
  )
  const backward = revIncludes.map(include => readReferring(read, include))
  return (await Promise.all([...forward, ...backward])).flat()
}

const keyOf = ({ type, id }: Pick<Stored, 'type' | 'id'>): string => `${type}/${id}`

/** Local `Type/id` texts that the include's parameter finds in what it starts from. */
function targetsOf(
  { parameter, target, source }: SearchInclude,
  from: readonly { readonly type: string; readonly resource: unknown }[],
  base: string | undefined,
): readonly string[] {
  const walk = compilePath(parameter.expression ?? '', source, parameter.type)
  if (!walk.ok) return []
  const found: string[] = []
  for (const { type, resource } of from) {
    if (type !== source) continue
    walk.value(resource, element => {
      found.push(...referencesOf(element, base).map(reference => reference.value))
    })
  }
  return found.filter(text => {
    const type = /^([A-Za-z]+)\/[A-Za-z0-9\-.]{1,64}$/.exec(text)?.[1]
    return type !== undefined && isResourceType(type) && (target === undefined || target === type)
  })
}

interface Reading extends Round {
  readonly db: Db
  readonly tenant: number
}

/** What the caller may see of a type, as a condition on `r`; undefined = nothing. $1 is the tenant and $2 the type. */
function visibleOf({ visible }: Asked, type: string, values: unknown[]): string | undefined {
  const criterion = visible?.[type]
  if (visible && !criterion) return undefined
  if (!criterion) return 'true'
  const bind = (value: unknown): string => `$${values.push(value)}`
  return conditionOf(criterion, {
    ...{ type, row: 'r', depth: 0, tenant: '$1::int', typeNumber: '$2::smallint' },
    ...{ updated: 'r.updated', bind, links: 'row', isGiven: true },
  })
}

/** By primary key: the shard is in the id, or in the directory of ids that clients chose. */
async function readKeys(
  read: Reading,
  type: string,
  references: readonly string[],
): Promise<readonly Stored[]> {
  const ids = references.slice(0, read.room).map(reference => reference.slice(type.length + 1))
  const values: unknown[] = [read.tenant, typeNumber(type), ids, ids.map(id => shardInId(id) ?? null)]
  const visible = visibleOf(read, type, values)
  if (visible === undefined) return []
  const text = `select ${rowColumns('r').join(', ')}
    from unnest($3::text[], $4::smallint[]) k(id, shard)
    left join id_directory d on d.tenant = $1 and d.type = $2 and d.id = k.id
    join resource r on r.shard = any(array[k.shard, d.shard]) and r.tenant = $1 and r.type = $2 and r.id = k.id
    where not r.deleted and ${visible}`
  return (await read.db.query<ResourceRow>({ text, values })).rows.map(storedOf)
}

/** What refers to them by a parameter: through the index, or the column that holds the parameter's value. */
async function readReferring(read: Reading, include: SearchInclude): Promise<readonly Stored[]> {
  const { source, parameter, target } = include
  const targets = read.from.filter(({ type }) =>
    target === undefined ? isTargetOf(parameter, type) : type === target,
  )
  if (targets.length === 0) return []
  const column = promotedColumn(source, parameter.code)
  const patients = targets.flatMap(({ type, id }) => (type === 'Patient' ? [id] : []))
  const references = column === 'patient' ? patients : targets.map(each => lookupText(keyOf(each)))
  const numbers = rowNumbersOf(source, parameter)
  const values: unknown[] = [read.tenant, typeNumber(source), references, numbers, read.room]
  const visible = visibleOf(read, source, values)
  if (visible === undefined) return []
  const where =
    column === 'patient' || column === 'owner'
      ? `$4::smallint[] is not null and r.${column} = any($3::text[])`
      : `exists (select 1 from ix x where x.tenant = $1 and x.type = $2 and x.param = any($4::smallint[]) and x.val = any($3::text[]) and x.shard = r.shard and x.rid = r.id)`
  const text = `select ${rowColumns('r').join(', ')} from resource r
    where r.tenant = $1 and r.type = $2 and not r.deleted and ${where} and ${visible}
    order by r.shard, r.id limit $5::int`
  return (await read.db.query<ResourceRow>({ text, values })).rows.map(storedOf)
}
