import type { Criterion, SearchPlan, SearchValue } from '../fhir/search/plan.ts'
import type { Db, Statement } from './db.ts'
import { isOfValues, keysFor } from './search-conditions.ts'
import { FEW, fewStatement, leadsOf, type LeadMemory } from './search-few.ts'
import { isEqual, partsOf } from './search-keys.ts'
import { isPlain } from './search-pinpoint.ts'
import { rowColumns, type ResourceRow } from './search-rows.ts'
import { afterRow } from './search-sort.ts'
import { frameOf, updatedColumn } from './search-top.ts'

export interface QuickSearcher {
  readonly db: Db
  readonly nameOf: (text: string) => string | undefined
  readonly memory: LeadMemory
}

/** So many leads are tried before a search is left to the planner. */
const TRIES_MAX = 2

/**
 * The rows of a page by statements that were planned before, for whatever values: planning a search takes as long as finding
 * a page of it. Undefined when it takes a plan made for its values, because many resources fulfil each of its conditions.
 */
export async function quickRows(
  { db, nameOf, memory }: QuickSearcher,
  tenant: number,
  plan: SearchPlan,
): Promise<readonly ResourceRow[] | undefined> {
  if (!plan.where.every(isPlain) || updatedColumn(plan) === 'v.updated') return undefined
  const walk = walkStatement(tenant, plan)
  if (walk) return (await db.walk<ResourceRow>(named(walk, nameOf))).rows
  const leads = leadsOf(plan).filter(({ name }) => memory.isWorthATry(`${tenant} ${name}`))
  for (const lead of leads.slice(0, TRIES_MAX)) {
    const statement = named(fewStatement(tenant, plan, lead), nameOf)
    const { rows } = await db.point<ResourceRow & { readonly seen: number }>(statement)
    if ((rows[0]?.seen ?? 0) <= FEW) {
      memory.foundFew(`${tenant} ${lead.name}`)
      return rows.filter(({ id }) => id !== null)
    }
    memory.foundMany(`${tenant} ${lead.name}`)
  }
  return undefined
}

/** Without a name it is planned for its values, which is right too. */
function named(statement: Statement, nameOf: QuickSearcher['nameOf']): Statement {
  const name = nameOf(statement.text)
  return name === undefined ? statement : { ...statement, name }
}

/**
 * A page of what has one value: its rows come from the index by shard, so that only those of one shard are sorted at a time,
 * and a page costs the same however many have the value. Undefined for any other search.
 */
export function walkStatement(tenant: number, plan: SearchPlan): Statement | undefined {
  const { type, sort, after, count } = plan
  const parts = partsOf(plan.where)
  const [only] = parts
  if (sort.length > 0 || parts.length !== 1 || !only || !isOneValue(only) || !isOfValues(only, type))
    return undefined
  const { frame, values } = frameOf(tenant, plan, { links: 'row' })
  const { tenant: own, typeNumber, bind } = frame
  const from = after ? ` and x.shard >= ${bind(after.shard)}::smallint` : ''
  const later = after ? ` where ${afterRow(after, bind, 'm')}` : ''
  const text = `select ${rowColumns('c').join(', ')} from (
      select distinct m.shard, m.id from (${keysFor(only, frame)}${from} order by x.shard, x.rid) m${later}
      order by m.shard, m.id limit ${bind(count + 1)}::int) p
    join resource c on c.shard = p.shard and c.tenant = ${own} and c.type = ${typeNumber} and c.id = p.id
    order by p.shard, p.id`
  return { text, values }
}

const isOneValue = (criterion: Criterion): boolean =>
  isEqual(criterion) &&
  criterion.kind === 'filter' &&
  criterion.filter.values.length === 1 &&
  criterion.filter.values.every(isOneText)

const isOneText = (value: SearchValue): boolean => value.kind !== 'reference' || value.references.length === 1
