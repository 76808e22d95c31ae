import { isRowParameter } from '../fhir/search/parameters.ts'
import type { Keyset, SearchPlan } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'
import type { Bind, SearchFrame } from './search-frame.ts'

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
    const pick = descending ? 'max' : 'min'
    const param = frame.bind(by.number)
    const rows = `tenant = ${frame.tenant} and type = ${frame.typeNumber} and param = ${param} and shard = r.shard and rid = r.id`
    if (by.type === 'number' || by.type === 'quantity') {
      // Of a quantity in canonical units where it has any: so 1 g comes before 2 kg.
      const canonical = (is: boolean): string => `${pick}(low) filter (where ${is ? '' : 'not '}canonical)`
      const value = `(select coalesce(${canonical(true)}, ${canonical(false)}) from ix_number where ${rows})`
      return { expression: `coalesce(${value}, ${last(descending)})`, cast: 'numeric', descending }
    }
    return by.type === 'date'
      ? time(`(select ${pick}(low) from ix_date where ${rows})`, descending)
      : text(`(select ${pick}(val) from ix where ${rows})`, descending)
  })
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
