import { sameLookup, type IndexEntry, type IndexLookup } from '../../fhir/search/indexing/index-entry.ts'
import { rowKinds } from '../../fhir/search/indexing/index-hash.ts'
import { boolArray, int2Array, int4Array, textArray, timestampArray } from '../connection/binary-arrays.ts'
import type { Statement } from '../connection/db.ts'
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
  /** What these rows say, where that is known for certain: then only what differs is written. */
  readonly was?: IndexEntry
}

/** For `had`: nothing is known, so rows of every kind are looked for. */
export const ANY_ROWS = -1n

type Values = Exclude<keyof typeof kindOf, 'lookups'>

/** Of each table but that of look-ups: the bit of the hash that says whether there are rows. */
const kindOf = {
  lookups: undefined,
  dates: undefined,
  numbers: 'numbers',
  composites: 'composites',
  narrative: 'narrative',
} as const

/** A row with what of its values differs from what stands there. */
interface Change {
  readonly row: IndexedRow
  /** Look-ups that it has no more, where it is known which it had. */
  readonly gone: readonly IndexLookup[]
  readonly come: readonly IndexLookup[]
  readonly differs: (values: Values) => boolean
}

/** Deletes what stands there and inserts what should, without a statement for what nobody has, or what stays as it is. */
export function indexRows(tenant: number, rows: readonly IndexedRow[]): readonly Statement[] {
  const key = (of: readonly IndexedRow[]): readonly unknown[] => [tenant, ...keyColumns(of)]
  const changes = rows.map(changeOf)
  const changed = (values: Values): readonly IndexedRow[] =>
    changes.flatMap(({ row, differs }) => (differs(values) ? row : []))
  const stale = (of: readonly IndexedRow[], values: Values): readonly IndexedRow[] => {
    const kind = kindOf[values]
    return of.filter(({ had }) => had !== undefined && (kind === undefined || rowKinds(had)[kind]))
  }
  const staleLookups = rows.filter(({ had, was }) => had !== undefined && was === undefined)
  const [ofDates, ofNumbers] = [changed('dates'), changed('numbers')]
  const [ofComposites, ofTexts] = [changed('composites'), changed('narrative')]
  return [
    ...when(staleLookups, of => sql.deleteLookups(key(of))),
    ...goneLookups(tenant, changes),
    ...when(stale(ofDates, 'dates'), of => sql.deleteDates(key(of))),
    ...when(stale(ofNumbers, 'numbers'), of => sql.deleteNumbers(key(of))),
    ...when(stale(ofComposites, 'composites'), of => sql.deleteComposites(key(of))),
    ...when(stale(ofTexts, 'narrative'), of => sql.deleteTexts(key(of))),
    ...lookups(tenant, changes),
    ...dates(tenant, ofDates),
    ...numbers(tenant, ofNumbers),
    ...composites(tenant, ofComposites),
    ...texts(tenant, ofTexts),
  ]
}

function changeOf(row: IndexedRow): Change {
  const { was, entry } = row
  const [before, after] = [was?.lookups, entry?.lookups ?? []]
  return {
    row,
    gone: before ? lookupsOnlyIn(before, after) : [],
    come: before ? lookupsOnlyIn(after, before) : after,
    differs: values => was === undefined || !sameValues(was[values], entry?.[values]),
  }
}

type Rows = readonly object[] | string | undefined

/** Of rows in the order in which they were found. */
function sameValues(a: Rows, b: Rows): boolean {
  if (a === b) return true
  if (typeof a !== 'object' || typeof b !== 'object' || a.length !== b.length) return false
  return a.every((row, i) => sameFields(row, b[i] ?? {}) && sameFields(b[i] ?? {}, row))
}

function sameFields(of: object, other: object): boolean {
  const [one, two] = [of, other] as readonly Readonly<Record<string, unknown>>[]
  for (const name in one) if (one[name] !== two?.[name]) return false
  return true
}

/** So many are compared one by one: a text of each for a set costs more. */
const COMPARED_MAX = 2_500

/** Those of one list that the other has not. */
function lookupsOnlyIn(of: readonly IndexLookup[], other: readonly IndexLookup[]): readonly IndexLookup[] {
  if (of.length * other.length > COMPARED_MAX) {
    const known = new Set(other.map(lookupKey))
    return of.filter(lookup => !known.has(lookupKey(lookup)))
  }
  return of.filter(lookup => !other.some(one => sameLookup(one, lookup)))
}

const lookupKey = ({ parameter, value, system }: IndexLookup): string =>
  `${parameter} ${value.length} ${value}${system === undefined ? '' : ` ${system}`}`

/** Look-ups that a resource has no more, one by one; its others stay. */
function goneLookups(tenant: number, changes: readonly Change[]): readonly Statement[] {
  return when(
    changes.filter(({ gone }) => gone.length > 0),
    of => {
      const each = of.flatMap(({ gone }, place) => gone.map(value => ({ value, place: place + 1 })))
      return sql.deleteSomeLookups([
        tenant,
        ...keyColumns(of.map(({ row }) => row)),
        int4Array(each.map(({ place }) => place)),
        int2Array(each.map(({ value }) => value.parameter)),
        textArray(each.map(({ value }) => value.value)),
        textArray(each.map(({ value }) => value.system)),
      ])
    },
  )
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

function lookups(tenant: number, changes: readonly Change[]): readonly Statement[] {
  return when(
    changes.flatMap(({ row, come }) => come.map(value => ({ row, value }))),
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
