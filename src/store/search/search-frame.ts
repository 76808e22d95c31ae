import type { Criterion, SearchFilter, SearchValue } from '../../fhir/search/plan.ts'

/** Adds a value to the statement and gives its placeholder. */
export type Bind = (value: unknown) => string

/** The row that conditions are about, and the names that every statement of a search binds first. */
export interface SearchFrame {
  readonly type: string
  /** Alias of the row of `resource`. */
  readonly row: string
  /** How many references were followed to come here: aliases carry it, so that none hides another. */
  readonly depth: number
  /** Placeholders. */
  readonly tenant: string
  readonly typeNumber: string
  /** The column that holds `_lastUpdated`. */
  readonly updated: string
  readonly bind: Bind
  /** How chains are looked up: as a set that is joined, or from each row. */
  readonly links: 'set' | 'row'
  /** Conditions only look at rows that something else has found: no set needs to be made of alternatives. */
  readonly isGiven?: boolean
  /** The row is read anyway: columns that repeat values of the index answer for them. */
  readonly isRead?: boolean
  /** Placeholder: the rows at the top are of this shard or a later one. */
  readonly fromShard?: string
  /** What links at the top were found to come to, when it is little. */
  readonly found?: ReadonlyMap<Criterion, readonly RowKey[]>
}

export interface RowKey {
  readonly shard: number
  readonly id: string
}

export type Valued<Kind extends SearchValue['kind']> = Extract<SearchValue, { readonly kind: Kind }>

export const ofKind = <Kind extends SearchValue['kind']>(
  filter: SearchFilter,
  kind: Kind,
): readonly Valued<Kind>[] => filter.values.filter((value): value is Valued<Kind> => value.kind === kind)

export const missing = (filter: SearchFilter): boolean | undefined => ofKind(filter, 'missing')[0]?.missing

export const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'false' : `(${conditions.join(' or ')})`

/** The rows of any of some parameters. */
export const paramIs = (alias: string, numbers: readonly number[], bind: Bind): string => {
  const [only, ...others] = numbers
  return others.length === 0
    ? `${alias}.param = ${bind(only)}`
    : `${alias}.param in (${numbers.map(bind).join(', ')})`
}

/** For `=`: of a list a plan for whatever values expects ten. */
export function oneOf(texts: readonly string[], bind: Bind): string {
  const [only] = texts
  return texts.length === 1 && only !== undefined ? `${bind(only)}::text` : `any(${bind(texts)}::text[])`
}

/** Rows of a value table by which a resource fulfils something; with `isNone`, by which it doesn't. */
export interface ValueRows {
  readonly table: 'ix' | 'ix_date' | 'ix_number' | 'ix_composite' | 'ix_text'
  readonly alias: string
  /** On the alias. */
  readonly condition: string
  readonly isNone?: boolean
}

/** Of a row that is given the values are looked up: `offset 0` keeps the planner from beginning at them. */
export const hasRows = ({ table, alias, condition, isNone = false }: ValueRows, frame: SearchFrame): string =>
  `${isNone ? 'not ' : ''}exists (${rowsOf(table, alias, frame)} and ${condition}${frame.isGiven === true ? ' offset 0' : ''})`

/**
 * Shard and id of the resources that the rows belong to, some perhaps more than once: only what stands has rows, so that this
 * needs no look at the resources.
 */
export const keysOf = ({ table, alias, condition }: ValueRows, { tenant, typeNumber }: SearchFrame): string =>
  `select ${alias}.shard, ${alias}.rid as id from ${table} ${alias} where ${alias}.tenant = ${tenant} and ${alias}.type = ${typeNumber} and ${condition}`

/**
 * The rows of a value table that belong to the frame's row. Where the rows begin is said of the values too: a planner that
 * merges the two reads them from there on.
 */
export function rowsOf(table: string, alias: string, frame: SearchFrame): string {
  const { tenant, typeNumber, row, depth, fromShard } = frame
  const bound = fromShard !== undefined && depth === 0 ? ` and ${alias}.shard >= ${fromShard}` : ''
  return `select 1 from ${table} ${alias} where ${alias}.tenant = ${tenant} and ${alias}.type = ${typeNumber} and ${alias}.shard = ${row}.shard${bound} and ${alias}.rid = ${row}.id`
}
