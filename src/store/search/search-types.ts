import type { SearchResult } from '../../commands/ports/search-result.ts'
import type { Stored } from '../../commands/ports/store.ts'
import { writePageToken } from '../../fhir/search/page-token.ts'
import type { Keyset, SearchPlan } from '../../fhir/search/plan.ts'
import type { Db, Statement } from '../connection/db.ts'
import type { SearchFrame } from './search-frame.ts'
import { includedRows } from './search-includes.ts'
import { rowColumns, storedOf, typeName, typeNumber, type ResourceRow } from './search-rows.ts'
import { afterKeyset, afterRow, orderBy, sortKeys, type SortKey } from './search-sort.ts'
import { fromWhere } from './search-ordered.ts'
import { tooLong } from './search-timeout.ts'
import { updatedColumn } from './search-top.ts'
import { countedTotal, countText, totalOf } from './search-total.ts'

/**
 * Runs a search of several types: a plan each, in the order of the types' numbers, alike but for the types. The page is the
 * first of their merged order (sort keys, type, shard, id), so that it is continued like that of one type.
 */
export async function runTypesSearch(
  db: Db,
  tenant: number,
  plans: readonly SearchPlan[],
): Promise<SearchResult> {
  const present = await presentPlans(db, tenant, plans)
  const [first] = present
  const wanted = plans[0]
  if (!first || !wanted) return { matches: [], included: [], ...(wanted?.total !== 'none' && { total: 0 }) }
  const statements = [
    ...(first.countOnly ? [] : [pageStatement(tenant, present)]),
    ...(first.total === 'none' ? [] : [countStatement(tenant, present)]),
  ]
  const answers = await db.search(statements).catch(tooLong)
  const counted = countedTotal(first, answers.at(-1))
  if (first.countOnly) return { matches: [], included: [], ...counted }
  const rows = (answers[0]?.rows ?? []) as readonly PageRow[]
  const page = rows.slice(0, first.count)
  const matches = page.map(storedOf)
  const last = page.at(-1)
  return {
    matches,
    ...(await alongWith(db, tenant, { plans, matches })),
    ...(rows.length > first.count && last && { next: tokenOf(last, first) }),
    ...totalOf(first, { rows: rows.length, counted }),
  }
}

/** Many types have nothing stored; each costs one look into an index instead of a part of the statement. */
async function presentPlans(
  db: Db,
  tenant: number,
  plans: readonly SearchPlan[],
): Promise<readonly SearchPlan[]> {
  const { rows } = await db.query<{ type: number }>({
    text: `select t.type from unnest($2::smallint[]) t(type)
      where exists (select 1 from resource_version v where v.tenant = $1 and v.type = t.type)`,
    values: [tenant, plans.map(({ type }) => typeNumber(type))],
  })
  const present = new Set(rows.map(({ type }) => typeName(type)))
  return plans.filter(({ type }) => present.has(type))
}

interface Page {
  readonly plans: readonly SearchPlan[]
  readonly matches: readonly Stored[]
}

async function alongWith(db: Db, tenant: number, { plans, matches }: Page) {
  const [first] = plans
  if (!first) return { included: [] }
  const revIncludes = plans.flatMap(plan => plan.revIncludes)
  const included = await includedRows(db, tenant, { ...first, revIncludes }, matches).catch(tooLong)
  return { included: included.rows, ...(included.truncated && { truncated: true }) }
}

type PageRow = ResourceRow & Readonly<Record<`t${number}`, string>>

const tokenOf = (row: PageRow, { sort }: SearchPlan): string =>
  writePageToken({
    keys: [...sort.map((_, at) => row[`t${at}`] ?? ''), typeName(row.type)],
    ...{ shard: row.shard, id: row.id },
  })

interface Statements {
  readonly values: unknown[]
  readonly frameOf: (plan: SearchPlan) => SearchFrame
}

function framesOf(tenant: number): Statements {
  const values: unknown[] = [tenant]
  const bind = (value: unknown): string => `$${values.push(value)}`
  const frameOf = (plan: SearchPlan): SearchFrame => ({
    ...{ type: plan.type, row: 'r', depth: 0, tenant: '$1::int', links: 'set', bind },
    typeNumber: `${bind(typeNumber(plan.type))}::smallint`,
    updated: updatedColumn(plan),
  })
  return { values, frameOf }
}

/** Keys first: contents are read for the page alone. */
function pageStatement(tenant: number, plans: readonly SearchPlan[]): Statement {
  const { values, frameOf } = framesOf(tenant)
  const limit = `$${values.push((plans[0]?.count ?? 0) + 1)}::int`
  const branches = plans.flatMap(plan => branchOf(plan, frameOf, limit) ?? [])
  const keys = sortKeysOf(plans)
  const texts = keys.map((_, at) => `, p.k${at}::text as t${at}`).join('')
  const order = orderBy(keys, ['type', 'shard', 'id'])
  const all = branches.length > 0 ? branches.map(branch => `(${branch})`).join(' union all ') : NONE
  return {
    text: `select ${rowColumns('r').join(', ')}${texts}
      from (select * from (${all}) q order by ${order} limit ${limit}) p
      join resource r on r.shard = p.shard and r.tenant = $1::int and r.type = p.type and r.id = p.id
      order by ${orderBy(keys, ['p.type', 'p.shard', 'p.id'])}`,
    values,
  }
}

const NONE = "select 0::smallint as type, 0::smallint as shard, '' as id where $1::int < 0"

/** How many keys there are, and their directions: the same for every type. */
const sortKeysOf = (plans: readonly SearchPlan[]): readonly SortKey[] =>
  (plans[0]?.sort ?? []).map(({ descending }) => ({ expression: '', cast: 'text', descending }))

/** The keys of the first matches of one type after the place; undefined when that lies behind all of them. */
function branchOf(plan: SearchPlan, frameOf: Statements['frameOf'], limit: string): string | undefined {
  const { after } = plan
  const side = after ? Math.sign(typeNumber(plan.type) - typeNumber(after.keys.at(-1) ?? '')) : 1
  if (side < 0 && plan.sort.length === 0) return undefined
  const frame = frameOf(plan)
  const keys = sortKeys(plan, frame)
  const columns = keys.map((key, at) => `, ${key.expression} as k${at}`).join('')
  const inner = `select r.type, r.shard, r.id${columns} ${fromWhere(plan, frame, [])}`
  const where = after ? ` where ${afterPlace({ after, side, keys, frame })}` : ''
  return `select * from (${inner}) q${where} order by ${orderBy(keys)} limit ${limit}`
}

interface Place {
  readonly after: Keyset
  /** Whether the type comes before, is, or comes after that of the place. */
  readonly side: number
  readonly keys: readonly SortKey[]
  readonly frame: SearchFrame
}

function afterPlace({ after, side, keys, frame: { bind } }: Place): string {
  const last = side === 0 ? afterRow(after, bind) : side > 0 ? 'true' : 'false'
  return afterKeyset(after, keys, bind, last)
}

function countStatement(tenant: number, plans: readonly SearchPlan[]): Statement {
  const { values, frameOf } = framesOf(tenant)
  const [first] = plans
  const parts = plans.map(plan => fromWhere(plan, frameOf(plan), []))
  return { text: first ? countText(first, parts) : '', values }
}
