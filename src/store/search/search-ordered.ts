import type { Keyset, SearchPlan } from '../../fhir/search/plan.ts'
import { conditionOf } from './search-conditions.ts'
import type { SearchFrame } from './search-frame.ts'
import { foundColumns } from './search-rows.ts'
import { afterKeyset, orderBy, type SortKey } from './search-sort.ts'

interface Ordered {
  readonly frame: SearchFrame
  readonly keys: readonly SortKey[]
  readonly more?: readonly string[]
  readonly from?: string
  /** Where the shard is read: an index that holds it too has the order of the page. */
  readonly shard?: string
  /** Number of the first key's text in a row. */
  readonly offset?: number
}

/** A page of rows that fulfil the plan, in the order of keys: the row is `r`. */
export function orderedText(
  plan: SearchPlan,
  { frame, keys, more = [], from, offset = 0, shard }: Ordered,
): string {
  const isRange = plan.after !== undefined && keys.length === 0
  const fromShard = plan.after && isRange ? `${frame.bind(plan.after.shard)}::smallint` : undefined
  const range = plan.after && fromShard !== undefined ? [keyRange(plan.after, fromShard, frame)] : []
  const columns = [...foundColumns('r', shard), ...keys.map((key, at) => `${key.expression} as k${at}`)].join(
    ', ',
  )
  const texts = keys.map((_, at) => `, k${at}::text as t${at + offset}`).join('')
  const ranged = { ...frame, ...(fromShard !== undefined && { fromShard }) }
  const inner = `select ${columns} ${fromWhere(plan, ranged, [...more, ...range], from)}`
  const after = plan.after && keys.length > 0 ? ` where ${afterKeyset(plan.after, keys, frame.bind)}` : ''
  const limit = frame.bind(plan.count + 1)
  return `select ${foundColumns('q').join(', ')}${texts} from (${inner}) q${after} order by ${orderBy(keys)} limit ${limit}::int`
}

/** Without a sort the order is the primary key's, and a page starts inside its index. */
const keyRange = (
  { id }: Keyset,
  fromShard: string,
  { tenant, typeNumber: type, bind }: SearchFrame,
): string => `(r.shard, r.tenant, r.type, r.id) > (${fromShard}, ${tenant}, ${type}, ${bind(id)})`

export function fromWhere(
  plan: SearchPlan,
  frame: SearchFrame,
  more: readonly string[],
  from = fromOf(frame),
): string {
  const conditions = [
    `r.tenant = ${frame.tenant}`,
    `r.type = ${frame.typeNumber}`,
    'not r.deleted',
    ...plan.where.map(criterion => conditionOf(criterion, frame)),
    ...more,
  ]
  return `${from} where ${conditions.join(' and ')}`
}

const fromOf = (frame: SearchFrame): string =>
  frame.updated === 'v.updated' ? fromVersions(frame) : 'from resource r'

/**
 * `resource.updated` has no index; that of the versions finds what changed lately. It pays when nothing but the time
 * narrows or orders the search. `offset 0` keeps the planner from turning the look-ups into a join of whole tables.
 */
const fromVersions = ({ tenant, typeNumber: type }: SearchFrame): string =>
  `from (select * from resource_version where tenant = ${tenant} and type = ${type}) v cross join lateral (
    select * from resource c where c.shard = v.shard and c.tenant = v.tenant and c.type = v.type and c.id = v.id
    and c.version = v.version offset 0) r`
