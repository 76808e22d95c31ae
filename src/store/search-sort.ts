import { isRowParameter } from '../fhir/search/parameters.ts'
import type { Keyset, SearchPlan } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'
import type { Bind, SearchFrame } from './search-frame.ts'

export interface SortKey {
  /** SQL of the key; never null. */
  readonly expression: string
  readonly cast: 'text' | 'timestamptz'
  readonly descending: boolean
}

/** The sort of a plan as SQL. What has no value comes first ascending and last descending. */
export function sortKeys(plan: SearchPlan, frame: SearchFrame): readonly SortKey[] {
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
    return by.type === 'date'
      ? time(`(select ${pick}(low) from ix_date where ${rows})`, descending)
      : text(`(select ${pick}(val) from ix where ${rows})`, descending)
  })
}

const text = (value: string, descending: boolean): SortKey => ({
  expression: `coalesce(${value}, '') collate "C"`,
  cast: 'text',
  descending,
})

const time = (value: string, descending: boolean): SortKey => ({
  expression: `coalesce(${value}, '-infinity')`,
  cast: 'timestamptz',
  descending,
})

/** Shard and id make every order total; with tenant and type they are the primary key, in its order. */
export const orderBy = (keys: readonly SortKey[]): string =>
  [...keys.map((key, at) => `k${at}${key.descending ? ' desc' : ''}`), 'shard', 'id'].join(', ')

/** What comes after the place where the page before ended. */
export function afterKeyset(keyset: Keyset, keys: readonly SortKey[], bind: Bind): string {
  const values = keys.map((key, at) => `${bind(keyset.keys[at] ?? '')}::${key.cast}`)
  const last = `(q.shard, q.id) > (${bind(keyset.shard)}::smallint, ${bind(keyset.id)})`
  const [first] = keys
  // Said twice, because an index can follow this and not the alternatives below.
  const bound = first ? `q.k0 ${first.descending ? '<=' : '>='} ${values[0] ?? ''} and ` : ''
  const branches = keys.map((key, at) =>
    [...equals(values, at), beyond(key, at, values[at] ?? '')].join(' and '),
  )
  return `${bound}(${[...branches, [...equals(values, keys.length), last].join(' and ')].map(branch => `(${branch})`).join(' or ')})`
}

const equals = (values: readonly string[], count: number): readonly string[] =>
  values.slice(0, count).map((value, at) => `q.k${at} = ${value}`)

const beyond = (key: SortKey, at: number, value: string): string =>
  `q.k${at} ${key.descending ? '<' : '>'} ${value}`
