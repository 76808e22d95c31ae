import { isRowParameter } from '../../fhir/search/parameters.ts'
import type { Keyset, SearchPlan } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { rowNumbersOf } from '../../fhir/search/shared-values.ts'
import { paramIs, type Bind, type SearchFrame } from './search-frame.ts'

export interface SortKey {
  /** SQL of the key; never null. */
  readonly expression: string
  readonly cast: 'text' | 'timestamptz' | 'numeric'
  readonly descending: boolean
}

/** The sort of a plan as SQL. What has no value comes last. */
export function sortKeys(plan: Pick<SearchPlan, 'type' | 'sort'>, frame: SearchFrame): readonly SortKey[] {
  return plan.sort.map(({ by, descending }) => {
    if (isRowParameter(by)) {
      return by.type === 'date'
        ? { expression: frame.updated, cast: 'timestamptz', descending }
        : { expression: 'r.id', cast: 'text', descending }
    }
    const column = promotedColumn(plan.type, by.code)
    if (column === 'date') return time('r.ds', descending)
    if (column !== undefined) return text(`r.${column}`, descending)
    const { table, valueIn, key } = valueOf(by, descending)
    const rows = rowsFor({ alias: 's', by, row: 'r' }, frame)
    return key(`(select ${valueIn('s')} from ${table} s where ${rows})`)
  })
}

/**
 * The same by joins with the rows of `m`, grouped by its shard and id, for an order that looks at search values only: so the
 * planner may read all values of a key once instead of those of each match.
 */
export function joinedSort(
  sort: SearchPlan['sort'],
  frame: SearchFrame,
): { readonly joins: string; readonly keys: readonly SortKey[] } {
  const values = sort.map(({ by, descending }) => ({ by, descending, ...valueOf(by, descending) }))
  const joins = values.map(({ by, table }, at) => {
    const alias = `s${at}`
    if (isOfKey(by)) return ''
    return ` left join ${table} ${alias} on ${rowsFor({ alias, by, row: 'm' }, frame)}`
  })
  const keys = values.map(({ by, descending, key, valueIn }, at) =>
    isOfKey(by) ? { expression: 'm.id', cast: 'text' as const, descending } : key(valueIn(`s${at}`)),
  )
  return { joins: joins.join(''), keys }
}

/** `_id`, which every row that belongs to a resource holds. */
export const isOfKey = ({ code }: SearchPlan['sort'][number]['by']): boolean => code === '_id'

interface Rows {
  readonly alias: string
  readonly by: SearchPlan['sort'][number]['by']
  readonly row: string
}

const rowsFor = ({ alias, by, row }: Rows, { tenant, type, typeNumber, bind }: SearchFrame): string =>
  `${alias}.tenant = ${tenant} and ${alias}.type = ${typeNumber} and ${paramIs(alias, rowNumbersOf(type, by), bind)} and ${alias}.shard = ${row}.shard and ${alias}.rid = ${row}.id`

interface SortValue {
  readonly table: 'ix' | 'ix_date' | 'ix_number'
  /** Of several values the one that counts: the least, or the greatest in a descending order. */
  readonly valueIn: (alias: string) => string
  readonly key: (value: string) => SortKey
}

function valueOf({ type }: SearchPlan['sort'][number]['by'], descending: boolean): SortValue {
  const pick = descending ? 'max' : 'min'
  if (type === 'number' || type === 'quantity') {
    // Of a quantity in canonical units where it has any: so 1 g comes before 2 kg.
    const low = (alias: string, is: string): string =>
      `${pick}(${alias}.low) filter (where ${is}${alias}.canonical)`
    return {
      table: 'ix_number',
      valueIn: alias => `coalesce(${low(alias, '')}, ${low(alias, 'not ')})`,
      key: value => ({ expression: `coalesce(${value}, ${last(descending)})`, cast: 'numeric', descending }),
    }
  }
  return type === 'date'
    ? { table: 'ix_date', valueIn: alias => `${pick}(${alias}.low)`, key: value => time(value, descending) }
    : { table: 'ix', valueIn: alias => `${pick}(${alias}.val)`, key: value => text(value, descending) }
}

const last = (descending: boolean): string => (descending ? `'-infinity'` : `'infinity'`)

const text = (value: string, descending: boolean): SortKey => ({
  expression: `coalesce(${value}, ${descending ? `''` : `'\u{10FFFF}'`}) collate "C"`,
  cast: 'text',
  descending,
})

const time = (value: string, descending: boolean): SortKey => ({
  expression: `coalesce(${value}, ${last(descending)})`,
  cast: 'timestamptz',
  descending,
})

/**
 * Shard and id make every order total; with tenant and type they are the primary key, in its order. Across types the type
 * stands before them.
 */
export const orderBy = (keys: readonly SortKey[], ties: readonly string[] = ['shard', 'id']): string =>
  [...keys.map((key, at) => `k${at}${key.descending ? ' desc' : ''}`), ...ties].join(', ')

/** What comes after the place where the page before ended; `tie` decides among what has the same keys. */
export function afterKeyset(
  keyset: Keyset,
  keys: readonly SortKey[],
  bind: Bind,
  tie = afterRow(keyset, bind),
): string {
  const values = keys.map((key, at) => `${bind(keyset.keys[at] ?? '')}::${key.cast}`)
  const [first] = keys
  // Said twice, because an index can follow this and not the alternatives below.
  const bound = first ? `q.k0 ${first.descending ? '<=' : '>='} ${values[0] ?? ''} and ` : ''
  const branches = keys.map((key, at) =>
    [...equals(values, at), beyond(key, at, values[at] ?? '')].join(' and '),
  )
  return `${bound}(${[...branches, [...equals(values, keys.length), tie].join(' and ')].map(branch => `(${branch})`).join(' or ')})`
}

export const afterRow = ({ shard, id }: Keyset, bind: Bind, row = 'q'): string =>
  `(${row}.shard, ${row}.id) > (${bind(shard)}::smallint, ${bind(id)})`

const equals = (values: readonly string[], count: number): readonly string[] =>
  values.slice(0, count).map((value, at) => `q.k${at} = ${value}`)

const beyond = (key: SortKey, at: number, value: string): string =>
  `q.k${at} ${key.descending ? '<' : '>'} ${value}`
