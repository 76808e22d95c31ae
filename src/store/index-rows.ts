import type { IndexEntry } from '../fhir/search/index-entry.ts'
import { rowKinds } from '../fhir/search/index-hash.ts'
import { boolArray, int2Array, textArray, timestampArray } from './binary-arrays.ts'
import type { Statement } from './db.ts'
import { indexStatements as sql } from './index-statements.ts'

/** A resource whose rows of search values are written anew. */
export interface IndexedRow {
  readonly shard: number
  /** As in resource-types.ts. */
  readonly type: number
  readonly id: string
  /** undefined = it has no rows any more. */
  readonly entry: IndexEntry | undefined
  /** The hash of the rows that stand there; undefined = it is new. */
  readonly had: bigint | undefined
}

/** For `had`: nothing is known, so rows of every kind are looked for. */
export const ANY_ROWS = -1n

type Kind = 'numbers' | 'composites' | 'narrative'

/** Deletes what stands there and inserts what should, without a statement for what nobody has. */
export function indexRows(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  const stale = rows.filter(({ had }) => had !== undefined)
  const staleOf = (kind: Kind): readonly IndexedRow[] =>
    stale.filter(({ had }) => had !== undefined && rowKinds(had)[kind])
  const key = (of: readonly IndexedRow[]): readonly unknown[] => [tenant, ...keyColumns(of)]
  return [
    ...when(stale, of => sql.deleteLookups(key(of))),
    ...when(stale, of => sql.deleteDates(key(of))),
    ...when(staleOf('numbers'), of => sql.deleteNumbers(key(of))),
    ...when(staleOf('composites'), of => sql.deleteComposites(key(of))),
    ...when(staleOf('narrative'), of => sql.deleteTexts(key(of))),
    ...lookups(tenant, rows),
    ...dates(tenant, rows),
    ...numbers(tenant, rows),
    ...composites(tenant, rows),
    ...texts(tenant, rows),
  ]
}

const keyColumns = (rows: readonly IndexedRow[]): readonly [Buffer, Buffer, Buffer] => [
  int2Array(rows.map(({ shard }) => shard)),
  int2Array(rows.map(({ type }) => type)),
  textArray(rows.map(({ id }) => id)),
]

/** Each value with the resource that has it. */
const valuesOf = <Value>(
  rows: readonly IndexedRow[],
  of: (entry: IndexEntry) => readonly Value[] | undefined,
): readonly { readonly row: IndexedRow; readonly value: Value }[] =>
  rows.flatMap(row => (row.entry ? (of(row.entry) ?? []).map(value => ({ row, value })) : []))

function lookups(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  return when(
    valuesOf(rows, entry => entry.lookups),
    of => {
      const [shard, type, id] = keyColumns(of.map(({ row }) => row))
      return sql.insertLookups([
        ...[tenant, shard, type],
        int2Array(of.map(({ value }) => value.parameter)),
        textArray(of.map(({ value }) => value.value)),
        textArray(of.map(({ value }) => value.system)),
        id,
      ])
    },
  )
}

function dates(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  return when(
    valuesOf(rows, entry => entry.dates),
    of => {
      const [shard, type, id] = keyColumns(of.map(({ row }) => row))
      return sql.insertDates([
        ...[tenant, shard, type],
        int2Array(of.map(({ value }) => value.parameter)),
        timestampArray(of.map(({ value }) => value.lowMs)),
        timestampArray(of.map(({ value }) => value.highMs)),
        id,
      ])
    },
  )
}

function numbers(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  return when(
    valuesOf(rows, entry => entry.numbers),
    of =>
      sql.insertNumbers([
        tenant,
        ...keyColumns(of.map(({ row }) => row)),
        int2Array(of.map(({ value }) => value.parameter)),
        textArray(of.map(({ value }) => value.low)),
        textArray(of.map(({ value }) => value.high)),
        textArray(of.map(({ value }) => value.system)),
        textArray(of.map(({ value }) => value.code)),
        textArray(of.map(({ value }) => value.unit)),
        boolArray(of.map(({ value }) => value.canonical)),
      ]),
  )
}

function composites(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  return when(
    valuesOf(rows, entry => entry.composites),
    of =>
      sql.insertComposites([
        tenant,
        ...keyColumns(of.map(({ row }) => row)),
        int2Array(of.map(({ value }) => value.parameter)),
        textArray(of.map(({ value }) => value.value)),
        textArray(of.map(({ value }) => value.system)),
        textArray(of.map(({ value }) => value.value2)),
        textArray(of.map(({ value }) => value.system2)),
        textArray(of.map(({ value }) => value.unit)),
        textArray(of.map(({ value }) => value.low)),
        textArray(of.map(({ value }) => value.high)),
        textArray(of.map(({ value }) => value.low2)),
        textArray(of.map(({ value }) => value.high2)),
        timestampArray(of.map(({ value }) => value.lowMs)),
        timestampArray(of.map(({ value }) => value.highMs)),
        boolArray(of.map(({ value }) => value.canonical)),
      ]),
  )
}

function texts(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  return when(
    rows.filter(({ entry }) => entry?.narrative !== undefined),
    of => sql.insertTexts([tenant, ...keyColumns(of), textArray(of.map(({ entry }) => entry?.narrative))]),
  )
}

/** The statement for rows when there are any. */
const when = <T>(rows: readonly T[], make: (rows: readonly T[]) => Statement): readonly Statement[] =>
  rows.length > 0 ? [make(rows)] : []
