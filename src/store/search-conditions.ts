import { shardInId } from '../lib/ids.ts'
import { BEGINNING_MS, END_MS } from '../fhir/search/date-interval.ts'
import { lookupText } from '../fhir/search/index-entry.ts'
import { bounded, folded } from '../fhir/search/index-values.ts'
import { isRowParameter } from '../fhir/search/parameters.ts'
import type { Criterion, SearchFilter, SearchValue } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'

/** Adds a value to the statement and gives its placeholder. */
export type Bind = (value: unknown) => string

/** The names that every statement of a search binds first. */
export interface SearchFrame {
  readonly type: string
  /** Placeholders. */
  readonly tenant: string
  readonly typeNumber: string
  /** The column that holds `_lastUpdated`. */
  readonly updated: 'r.updated' | 'v.updated'
  readonly bind: Bind
}

type Valued<Kind extends SearchValue['kind']> = Extract<SearchValue, { readonly kind: Kind }>

/** A criterion as a condition on `r` (resource). Values go in as parameters only; the text holds nothing of the request. */
export function conditionOf(criterion: Criterion, frame: SearchFrame): string {
  switch (criterion.kind) {
    case 'filter':
      return filterCondition(criterion.filter, frame)
    case 'any':
      return anyOf(criterion.of.map(part => conditionOf(part, frame)))
    case 'all':
      return criterion.of.length === 0
        ? 'true'
        : `(${criterion.of.map(part => conditionOf(part, frame)).join(' and ')})`
    case 'not':
      return `not coalesce(${conditionOf(criterion.of, frame)}, false)`
    case 'chain':
    case 'has':
      throw new Error(`criterion ${criterion.kind} reached the store before it can run it`)
  }
}

function filterCondition(filter: SearchFilter, frame: SearchFrame): string {
  const { parameter } = filter
  if (isRowParameter(parameter)) return rowCondition(filter, frame)
  const column = promotedColumn(frame.type, parameter.code)
  if (column === 'patient') return patientCondition(filter, frame)
  if (column === 'date') return mainDateCondition(filter)(frame.bind)
  if (column !== undefined) return columnCondition(`r.${column}`, filter, frame.bind)
  if (parameter.type === 'date') return dateRows(filter, frame)
  return lookupRows(filter, frame)
}

const ofKind = <Kind extends SearchValue['kind']>(
  filter: SearchFilter,
  kind: Kind,
): readonly Valued<Kind>[] => filter.values.filter((value): value is Valued<Kind> => value.kind === kind)

const missing = (filter: SearchFilter): boolean | undefined => ofKind(filter, 'missing')[0]?.missing

const anyOf = (conditions: readonly string[]): string =>
  conditions.length === 0 ? 'false' : `(${conditions.join(' or ')})`

function rowCondition(filter: SearchFilter, { tenant, typeNumber, updated, bind }: SearchFrame): string {
  const absent = missing(filter)
  if (absent !== undefined) return absent ? 'false' : 'true'
  if (filter.parameter.type === 'date') {
    return anyOf(ofKind(filter, 'date').map(value => updatedCondition(updated, value, bind)))
  }
  const ids = ofKind(filter, 'token').flatMap(value => (value.code === undefined ? [] : [value.code]))
  const wanted = bind(ids.map(lookupText))
  if (filter.modifier === 'not') return `r.id <> all(${wanted}::text[])`
  const shards = bind(ids.flatMap(id => shardInId(id) ?? []))
  const assigned = `select shard from id_directory where tenant = ${tenant} and type = ${typeNumber} and id = any(${wanted}::text[])`
  return `(r.id = any(${wanted}::text[]) and r.shard = any(${shards}::smallint[] || array(${assigned})))`
}

/** The value is an instant, so most relations fall together. */
function updatedCondition(
  column: SearchFrame['updated'],
  { prefix, lowMs, highMs }: Valued<'date'>,
  bind: Bind,
): string {
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
function patientCondition(filter: SearchFilter, frame: SearchFrame): string {
  const absent = missing(filter)
  if (absent !== undefined) {
    const rows = lookupRows(filter, frame)
    return absent ? `(r.patient is null and ${rows})` : `(r.patient is not null or ${rows})`
  }
  const references = ofKind(filter, 'reference').flatMap(value => value.references)
  const ids = references.flatMap(reference => patientId(reference))
  const others = references.filter(reference => patientId(reference).length === 0)
  return anyOf([
    ...(ids.length > 0 ? [`r.patient = any(${frame.bind(ids)}::text[])`] : []),
    ...(others.length > 0
      ? [lookupRows({ ...filter, values: [{ kind: 'reference', references: others }] }, frame)]
      : []),
  ])
}

const patientId = (reference: string): readonly string[] =>
  reference.startsWith('Patient/') ? [reference.slice('Patient/'.length)] : []

/** `status` (an element of type code, whose system goes without saying) and `owner` (one reference). */
function columnCondition(column: string, filter: SearchFilter, bind: Bind): string {
  const absent = missing(filter)
  if (absent !== undefined) return absent ? `${column} is null` : `${column} is not null`
  const codes = ofKind(filter, 'token').flatMap(value => (impliedCode(value) ? [value.code] : []))
  const references = ofKind(filter, 'reference').flatMap(value => value.references)
  const wanted = `${bind([...codes, ...references].map(text => lookupText(bounded(text))))}::text[]`
  return filter.modifier === 'not'
    ? `(${column} is null or ${column} <> all(${wanted}))`
    : `${column} = any(${wanted})`
}

const HL7_SYSTEMS = 'http://hl7.org/fhir/'

const impliedCode = (value: Valued<'token'>): value is Valued<'token'> & { readonly code: string } =>
  value.code !== undefined && (value.system == null || value.system.startsWith(HL7_SYSTEMS))

function mainDateCondition(filter: SearchFilter): (bind: Bind) => string {
  return bind => {
    const absent = missing(filter)
    if (absent !== undefined) return absent ? 'r.ds is null' : 'r.ds is not null'
    const span = { low: 'r.ds', high: "coalesce(r.de, 'infinity')" }
    const held = anyOf(ofKind(filter, 'date').map(value => intervalCondition(span, value, bind)))
    return `(r.ds is not null and ${held})`
  }
}

function dateRows(filter: SearchFilter, { tenant, typeNumber, bind }: SearchFrame): string {
  const rows = `select 1 from ix_date d where d.tenant = ${tenant} and d.type = ${typeNumber} and d.param = ${bind(filter.parameter.number)} and d.shard = r.shard and d.rid = r.id`
  const absent = missing(filter)
  if (absent !== undefined) return `${absent ? 'not ' : ''}exists (${rows})`
  const span = { low: 'd.low', high: 'd.high' }
  return `exists (${rows} and ${anyOf(ofKind(filter, 'date').map(value => intervalCondition(span, value, bind)))})`
}

/** How the resource's half-open interval stands to the one asked for (http://hl7.org/fhir/R4/search.html#prefix). */
function intervalCondition(
  { low, high }: { readonly low: string; readonly high: string },
  { prefix, lowMs, highMs }: Valued<'date'>,
  bind: Bind,
): string {
  const from = (): string => `${bind(timeText(lowMs))}::timestamptz`
  const to = (): string => `${bind(timeText(highMs))}::timestamptz`
  const within = (): string => {
    const end = to()
    return `(${low} >= ${from()} and ${low} < ${end} and ${high} <= ${end})`
  }
  switch (prefix) {
    case 'eq':
      return within()
    case 'ne':
      return `not ${within()}`
    case 'gt':
      return `${high} > ${to()}`
    case 'lt':
      return `${low} < ${from()}`
    case 'ge':
      return `(${high} > ${to()} or ${within()})`
    case 'le':
      return `(${low} < ${from()} or ${within()})`
    case 'sa':
      return `${low} >= ${to()}`
    case 'eb':
      return `${high} <= ${from()}`
    case 'ap':
      return `(${low} < ${to()} and ${high} > ${from()})`
  }
}

const timeText = (ms: number): string =>
  ms >= END_MS ? 'infinity' : ms <= BEGINNING_MS ? '-infinity' : new Date(ms).toISOString()

function lookupRows(filter: SearchFilter, frame: SearchFrame): string {
  const { tenant, typeNumber, bind } = frame
  const rows = `select 1 from ix x where x.tenant = ${tenant} and x.type = ${typeNumber} and x.param = ${bind(filter.parameter.number)} and x.shard = r.shard and x.rid = r.id`
  const absent = missing(filter)
  if (absent !== undefined) return `${absent ? 'not ' : ''}exists (${rows})`
  const found = `exists (${rows} and ${anyOf(valueConditions(filter, bind))})`
  return filter.modifier === 'not' ? `not ${found}` : found
}

/** Plain values go into one array; the others each make a condition of their own. */
function valueConditions(filter: SearchFilter, bind: Bind): readonly string[] {
  const plain = filter.values.flatMap(plainTexts)
  const others = filter.values.flatMap(value => otherCondition(value, filter.modifier, bind))
  return [...(plain.length > 0 ? [`x.val = any(${bind(plain.map(held))}::text[])`] : []), ...others]
}

/** A value as its index row holds it. */
const held = (text: string): string => lookupText(bounded(text))

function plainTexts(value: SearchValue): readonly string[] {
  if (value.kind === 'uri') return [value.text]
  if (value.kind === 'reference') return value.references
  return value.kind === 'token' && value.system === undefined && value.code !== undefined ? [value.code] : []
}

function otherCondition(
  value: SearchValue,
  modifier: SearchFilter['modifier'],
  bind: Bind,
): readonly string[] {
  if (value.kind === 'string') return [stringCondition(value.text, modifier, bind)]
  if (value.kind !== 'token' || value.system === undefined) return []
  const code = value.code === undefined ? 'true' : `x.val = ${bind(held(value.code))}`
  if (value.system === null) return [`(${code} and x.sys is null)`]
  const system = `x.sys = ${bind(held(value.system))}`
  // An element of type code is indexed without a system: FHIR's own stands for it.
  return value.system.startsWith(HL7_SYSTEMS) && value.code !== undefined
    ? [`(${code} and (${system} or x.sys is null))`]
    : [`(${code} and ${system})`]
}

/** After every text that begins with a given one, in byte order. */
const LAST = '\u{10FFFF}'

function stringCondition(text: string, modifier: SearchFilter['modifier'], bind: Bind): string {
  const value = folded(text)
  if (modifier === 'exact') return `(x.val = ${bind(held(value))} and x.sys = ${bind(held(text))})`
  if (modifier === 'contains') return `position(${bind(lookupText(value))} in x.val) > 0`
  return `(x.val >= ${bind(lookupText(value))} and x.val < ${bind(lookupText(value) + LAST)})`
}
