import { shardInId } from '../../lib/ids.ts'
import { lookupText } from '../../fhir/search/indexing/index-entry.ts'
import { bounded } from '../../fhir/search/indexing/index-values.ts'
import { HL7_SYSTEMS } from '../../fhir/search/matching/match-values.ts'
import type { SearchFilter } from '../../fhir/search/plan.ts'
import {
  anyOf,
  hasRows,
  missing,
  ofKind,
  oneOf,
  type Bind,
  type SearchFrame,
  type Valued,
} from './search-frame.ts'
import { lookupRows } from './search-lookups.ts'
import { intervalCondition, timeText } from './search-values.ts'

/** `_id` and `_lastUpdated`. */
export function rowCondition(filter: SearchFilter, frame: SearchFrame): string {
  const { tenant, typeNumber, updated, row, bind } = frame
  const absent = missing(filter)
  if (absent !== undefined) return absent ? 'false' : 'true'
  if (filter.parameter.type === 'date') {
    return anyOf(ofKind(filter, 'date').map(value => updatedCondition(updated, value, bind)))
  }
  const ids = ofKind(filter, 'token').flatMap(value => (value.code === undefined ? [] : [value.code]))
  const wanted = bind(ids.map(lookupText))
  if (filter.modifier === 'not' || filter.modifier === 'unequal') return `${row}.id <> all(${wanted}::text[])`
  const shards = bind(ids.flatMap(id => shardInId(id) ?? []))
  const assigned = `select shard from id_directory where tenant = ${tenant} and type = ${typeNumber} and id = any(${wanted}::text[])`
  return `(${row}.id = any(${wanted}::text[]) and ${row}.shard = any(${shards}::smallint[] || array(${assigned})))`
}

/** The value is an instant, so most relations fall together. */
function updatedCondition(column: string, { prefix, lowMs, highMs }: Valued<'date'>, bind: Bind): string {
  const low = (): string => `${bind(timeText(lowMs))}::timestamptz`
  const high = (): string => `${bind(timeText(highMs))}::timestamptz`
  switch (prefix) {
    case 'eq':
    case 'ap':
      return `(${column} >= ${low()} and ${column} < ${high()})`
    case 'ne':
      return `(${column} < ${low()} or ${column} >= ${high()})`
    case 'ge':
      return `${column} >= ${low()}`
    case 'gt':
    case 'sa':
      return `${column} >= ${high()}`
    case 'le':
      return `${column} < ${high()}`
    case 'lt':
    case 'eb':
      return `${column} < ${low()}`
  }
}

/** Whatever the index holds for such a subject (a Group, another server's Patient) and the column doesn't. */
export function patientCondition(filter: SearchFilter, frame: SearchFrame): string {
  const column = `${frame.row}.patient`
  const absent = missing(filter)
  if (absent !== undefined) {
    const rows = hasRows(lookupRows(filter, frame), frame)
    return absent ? `(${column} is null and ${rows})` : `(${column} is not null or ${rows})`
  }
  const references = ofKind(filter, 'reference').flatMap(value => value.references)
  const ids = references.flatMap(reference => patientId(reference))
  if (filter.modifier === 'unequal') {
    const other = `(${column} is not null and ${column} <> all(${frame.bind(ids)}::text[]))`
    return `(${other} or ${hasRows(lookupRows(filter, frame), frame)})`
  }
  const others = references.filter(reference => patientId(reference).length === 0)
  return anyOf([
    ...(ids.length > 0 ? [`(${column} is not null and ${column} = ${oneOf(ids, frame.bind)})`] : []),
    ...(others.length > 0
      ? [
          hasRows(
            lookupRows({ ...filter, values: [{ kind: 'reference', references: others }] }, frame),
            frame,
          ),
        ]
      : []),
  ])
}

const patientId = (reference: string): readonly string[] =>
  reference.startsWith('Patient/') ? [reference.slice('Patient/'.length)] : []

/** `status` (an element of type code, whose system goes without saying) and `owner` (one reference). */
export function columnCondition(
  name: 'status' | 'owner',
  filter: SearchFilter,
  { row, bind }: SearchFrame,
): string {
  const column = `${row}.${name}`
  const absent = missing(filter)
  if (absent !== undefined) return absent ? `${column} is null` : `${column} is not null`
  const codes = ofKind(filter, 'token').flatMap(value => (impliedCode(value) ? [value.code] : []))
  const references = ofKind(filter, 'reference').flatMap(value => value.references)
  const texts = [...codes, ...references].map(text => lookupText(bounded(text)))
  if (filter.modifier === undefined) return `(${column} is not null and ${column} = ${oneOf(texts, bind)})`
  const wanted = `${bind(texts)}::text[]`
  if (filter.modifier === 'not') return `(${column} is null or ${column} <> all(${wanted}))`
  return `(${column} is not null and ${column} <> all(${wanted}))`
}

const impliedCode = (value: Valued<'token'>): value is Valued<'token'> & { readonly code: string } =>
  value.code !== undefined && (value.system == null || value.system.startsWith(HL7_SYSTEMS))

export function mainDateCondition(filter: SearchFilter, { row, bind }: SearchFrame): string {
  const start = `${row}.ds`
  const absent = missing(filter)
  if (absent !== undefined) return absent ? `${start} is null` : `${start} is not null`
  const span = { low: start, high: `coalesce(${row}.de, 'infinity')` }
  const held = anyOf(ofKind(filter, 'date').map(value => intervalCondition(span, value, bind)))
  return `(${start} is not null and ${held})`
}
