import type { Criterion, SearchPlan, SearchValue } from '../../fhir/search/plan.ts'
import { membersOf } from '../../fhir/search/shared-values.ts'
import { SHARDS } from '../../lib/ids.ts'
import type { Db, Statement } from '../connection/db.ts'
import { isOfValues, keysFor } from './search-conditions.ts'
import { FEW, fewStatement, leadsOf, type LeadMemory } from './search-few.ts'
import type { SearchFrame } from './search-frame.ts'
import { isEqual, partsOf } from './search-keys.ts'
import { orderedText } from './search-ordered.ts'
import { isPlain } from './search-pinpoint.ts'
import { foundColumns, type FoundRow } from './search-rows.ts'
import { afterRow, sortKeys } from './search-sort.ts'
import { frameOf, updatedColumn } from './search-top.ts'

export interface QuickSearcher {
  readonly db: Db
  readonly nameOf: (text: string) => string | undefined
  readonly memory: LeadMemory
}

/**
 * So many are sorted rather than looked for along the order of the pages, where they may stand far apart: by the time of the
 * resources themselves, and by keys, which cost less.
 */
const SORTED_MAX = { time: 2_000, key: 5_000 } as const
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
): Promise<readonly FoundRow[] | undefined> {
  if (!plan.where.every(isPlain) || updatedColumn(plan) === 'v.updated') return undefined
  const walk = walkStatement(tenant, plan)
  if (walk) return (await db.walk<FoundRow>(named(walk, nameOf))).rows
  const isAlong = goesAlong(plan)
  const leads = leadsOf(plan).filter(({ name }) => isAlong || memory.isWorthATry(`${tenant} ${name}`))
  const few = isAlong ? SORTED_MAX[plan.sort.length > 0 ? 'time' : 'key'] : FEW
  for (const lead of leads.slice(0, isAlong ? 1 : TRIES_MAX)) {
    const statement = named(fewStatement(tenant, plan, lead, few), nameOf)
    const { rows } = await db.few<FoundRow & { readonly seen: number }>(statement)
    if ((rows[0]?.seen ?? 0) <= few) {
      memory.foundFew(`${tenant} ${lead.name}`)
      return rows.filter(({ id }) => id !== null)
    }
    memory.foundMany(`${tenant} ${lead.name}`)
  }
  const last = isAlong ? alongStatement(tenant, plan) : byId(tenant, plan)
  if (!last) return undefined
  const statement = named(last, nameOf)
  return (await (isAlong ? db.walk<FoundRow>(statement) : db.few<FoundRow>(statement))).rows
}

/**
 * A page of what fulfils one condition, once that is known to be many: along the order of the pages, by the primary key or by the
 * index of the versions' times, as far as the page needs. Undefined for any other search.
 */
export function alongStatement(tenant: number, plan: SearchPlan): Statement | undefined {
  if (!goesAlong(plan)) return undefined
  const [first] = plan.sort
  const { frame, values } = frameOf(tenant, plan, { links: 'row', isGiven: true })
  const timed: SearchFrame = first ? { ...frame, updated: 'v.updated' } : frame
  return { text: orderedText(plan, { frame: timed, keys: sortKeys(plan, timed) }), values }
}

function goesAlong(plan: SearchPlan): boolean {
  const [first] = plan.sort
  const isInOrder = first === undefined || first.by.code === '_lastUpdated'
  const [only, ...others] = partsOf(plan.where)
  return isInOrder && only !== undefined && others.length === 0 && leadsOf(plan).length > 1 && !isWithin(only)
}

/** A text within values has to be looked for in all of them: how many have it says little about the way. */
const isWithin = (part: Criterion): boolean => part.kind === 'filter' && part.filter.modifier === 'contains'

/** Beyond every id. */
const LAST_ID = '\u{10FFFF}'

/**
 * A page of a whole type by `_id`, from the primary key, which begins with the shard: the first id of each shard tells beyond
 * which one no page of this size can end, and then each shard is read up to there. Undefined for any other search.
 */
export function byId(tenant: number, { type, where, sort, after, count }: SearchPlan): Statement | undefined {
  const [only] = sort
  if (where.length > 0 || sort.length !== 1 || only?.by.code !== '_id') return undefined
  const { frame, values } = frameOf(tenant, { type, where, sort }, { links: 'row' })
  const { tenant: own, typeNumber, bind } = frame
  const { descending } = only
  const [beyond, until, order] = descending ? ['<', '>=', 'id desc'] : ['>', '<=', 'id']
  const place = `${bind(after?.id ?? (descending ? LAST_ID : ''))}::text`
  const [end, limit] = [`${bind(descending ? '' : LAST_ID)}::text`, `${bind(count + 1)}::int`]
  const firstOf = (
    more: string,
    rows: string,
  ): string => `generate_series(0, ${SHARDS - 1}) s(shard) cross join lateral (
      select r.id from resource r where r.shard = s.shard::smallint and r.tenant = ${own} and r.type = ${typeNumber}
      and not r.deleted and r.id ${beyond} ${place}${more} order by r.${order} limit ${rows}) k`
  const text = `with bound as materialized (
      select coalesce((select id from (select k.id from ${firstOf('', '1')}) f order by ${order} offset ${limit} - 1 limit 1), ${end}) as id)
    select ${foundColumns('c').join(', ')}, p.id as t0 from (
      select s.shard::smallint as shard, k.id from ${firstOf(` and r.id ${until} (select id from bound)`, limit)}
      order by k.${order} limit ${limit}) p
    join resource c on c.shard = p.shard and c.tenant = ${own} and c.type = ${typeNumber} and c.id = p.id
    order by p.${order}`
  return { text, values }
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
  if (sort.length > 0 || parts.length !== 1 || !only || !isOneValue(only, type) || !isOfValues(only, type))
    return undefined
  const { frame, values } = frameOf(tenant, plan, { links: 'row' })
  const { tenant: own, typeNumber, bind } = frame
  const from = after ? ` and x.shard >= ${bind(after.shard)}::smallint` : ''
  const later = after ? ` where ${afterRow(after, bind, 'm')}` : ''
  const text = `select ${foundColumns('c').join(', ')} from (
      select distinct m.shard, m.id from (${keysFor(only, frame)}${from} order by x.shard, x.rid) m${later}
      order by m.shard, m.id limit ${bind(count + 1)}::int) p
    join resource c on c.shard = p.shard and c.tenant = ${own} and c.type = ${typeNumber} and c.id = p.id
    order by p.shard, p.id`
  return { text, values }
}

/** Of one parameter alone: the rows of several don't come in one order. */
const isOneValue = (criterion: Criterion, type: string): boolean =>
  isEqual(criterion) &&
  criterion.kind === 'filter' &&
  criterion.filter.values.length === 1 &&
  membersOf(type, criterion.filter.parameter).length === 0 &&
  criterion.filter.values.every(isOneText)

const isOneText = (value: SearchValue): boolean => value.kind !== 'reference' || value.references.length === 1
