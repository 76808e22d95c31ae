import { isRowParameter } from '../../fhir/search/parameters.ts'
import type { Keyset, SearchPlan } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { isPinpoint } from './search-pinpoint.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import { rowsOf, type SearchFrame } from './search-frame.ts'
import type { SortKey } from './search-sort.ts'

/**
 * A way through the matches by the index of the first sort key, so that a page costs what it holds and not what matches: first
 * what has a value, then what has none.
 */
export interface Walk {
  /** The rows with their values. */
  readonly from: string
  readonly where: readonly string[]
  readonly value: string
  /** Where the shard is read: the rows of one value come in its order. */
  readonly shard: string
  readonly cast: SortKey['cast']
  /** That a row has no value. */
  readonly none: string
}

type Sort = SearchPlan['sort'][number]

/**
 * True for an order whose first key is gone by its index: always when it is the main date, else when there is no
 * condition, which may find so little that it is to come first. `offset 0` below keeps it that way, for the planner takes the
 * parts of a key for independent, expects next to nothing of a join and would sort it all.
 */
export function walks(plan: SearchPlan): boolean {
  const { type, where, sort } = plan
  const [first] = sort
  if (!first || isRowParameter(first.by) || isPinpoint(plan)) return false
  const column = promotedColumn(type, first.by.code)
  if (column === 'date') return true
  if (where.length > 0) return false
  return column === undefined ? first.by.type !== 'quantity' : column !== 'patient'
}

const ROWS_MAX = '9223372036854775807'

export function walkOf({ by, descending }: Sort, frame: SearchFrame): Walk {
  const promoted = promotedColumn(frame.type, by.code)
  if (promoted !== undefined) {
    const [value, cast] =
      promoted === 'date' ? (['r.ds', 'timestamptz'] as const) : ([`r.${promoted}`, 'text'] as const)
    const where = [`${value} is not null`]
    return { from: 'from resource r', where, value, cast, shard: 'r.shard', none: `${value} is null` }
  }
  const { table, value, cast } = tableOf(by)
  const params = rowNumbersOf(frame.type, by).map(frame.bind)
  const others = `${rowsOf(table, 'y', frame)} and y.param in (${params.join(', ')})`
  const before = `(y.${value} ${descending ? '>' : '<'} s.${value} or (y.${value} = s.${value} and y.ctid < s.place))`
  const rowsOfOne = (param: string): string => `select shard, rid, ${value}, ctid as place from ${table}
        where tenant = ${frame.tenant} and type = ${frame.typeNumber} and param = ${param}${table === 'ix_number' ? ' and not canonical' : ''}`
  // Those of several parameters come in the order of the index each and are merged. A planner that doesn't know that there is no
  // limit expects that few are wanted: else it would rather sort all.
  const order = descending ? `${value} desc` : `${value}, shard`
  const rows =
    params.length === 1
      ? params.map(rowsOfOne).join('')
      : params
          .map(param => `(${rowsOfOne(param)} order by ${order} limit (select ${ROWS_MAX}))`)
          .join(' union all ')
  return {
    from: `from (${rows}) s
      cross join lateral (select * from resource c where c.shard = s.shard and c.tenant = ${frame.tenant}
        and c.type = ${frame.typeNumber} and c.id = s.rid offset 0) r`,
    // Of several values the first counts, and of two that are alike one row.
    where: [`not exists (${others} and ${before} offset 0)`],
    ...{ value: `s.${value}`, shard: 's.shard', cast, none: `not exists (${others})` },
  }
}

function tableOf({ type }: Sort['by']): {
  readonly table: string
  readonly value: string
  readonly cast: SortKey['cast']
} {
  if (type === 'date') return { table: 'ix_date', value: 'low', cast: 'timestamptz' }
  if (type === 'number') return { table: 'ix_number', value: 'low', cast: 'numeric' }
  return { table: 'ix', value: 'val', cast: 'text' }
}

/** In a page's token the first key of a walk is `=value`, or nothing for what has none. */
export const walkedKey = (value: string | undefined): string => (value === undefined ? '' : `=${value}`)

/** Where the walk goes on: among what has a value, or among what has none (there the first key is left out). */
export function walkedPlace({ keys, ...place }: Keyset): {
  readonly isPast: boolean
  readonly keyset: Keyset
} {
  const [first = '', ...rest] = keys
  return first === ''
    ? { isPast: true, keyset: { ...place, keys: rest } }
    : { isPast: false, keyset: { ...place, keys: [first.slice(1), ...rest] } }
}
