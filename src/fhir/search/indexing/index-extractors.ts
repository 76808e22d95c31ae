import type { Resource } from '../../resource.ts'
import { BEGINNING_MS, END_MS, type DateInterval } from '../date-interval.ts'
import {
  containedNumber,
  identifierNumber,
  longitudeNumber,
  ofTypeNumber,
  textNumber,
} from './derived-numbers.ts'
import { compileComposite, type CompositeWalk } from './index-composites.ts'
import { containedValues, resourceWithin } from './index-contained.ts'
import {
  sameLookup,
  type IndexComposite,
  type IndexDate,
  type IndexEntry,
  type IndexLookup,
  type IndexNumber,
} from './index-entry.ts'
import { numbersOf, positionOf, quantitiesOf, type NumberValue } from './index-numbers.ts'
import { identifiersOf, ofTypesOf, textsOf } from './index-texts.ts'
import {
  intervalsOf,
  profilesOf,
  referencesOf,
  stringsOf,
  tokensOf,
  urisOf,
  type LookupValue,
} from './index-values.ts'
import { componentTypes, indexedParametersOf, isTargetOf, type SearchParameter } from '../parameters.ts'
import { compilePath, type PathWalk } from '../path.ts'
import { promotedColumn, repeatedColumn, type PromotedColumn } from '../promoted.ts'
import { membersOf } from '../shared-values.ts'

interface Indexed {
  readonly resource: Resource
  readonly patient: string | undefined
  readonly base: string | undefined
  /** What a resource within it would be found by. */
  readonly entryOf: (inner: Resource) => IndexEntry
}

/** Filled while one resource is walked. */
export interface Found {
  readonly lookups: IndexLookup[]
  readonly dates: IndexDate[]
  readonly numbers: IndexNumber[]
  readonly composites: IndexComposite[]
  status?: string
  owner?: string
  startMs?: number
  endMs?: number
}

/** Adds what one parameter finds in a resource. */
export type Extractor = (indexed: Indexed, found: Found) => void

/** Of the indexed parameters of a type, members first: what they have needn't stand under others. */
export const extractorsOf = (type: string): readonly Extractor[] =>
  indexedParametersOf(type)
    .map(parameter => ({ parameter, members: membersOf(type, parameter) }))
    .toSorted((a, b) => a.members.length - b.members.length)
    .flatMap(({ parameter, members }) =>
      extractorOf(type, parameter).map(extract =>
        members.length === 0 ? extract : withoutShared(extract, parameter, members),
      ),
    )

function extractorOf(type: string, parameter: SearchParameter): readonly Extractor[] {
  const { number, expression = '' } = parameter
  if (parameter.type === 'composite') {
    const composite = compileComposite(parameter, type, componentTypes(parameter))
    return composite.ok ? [compositeExtractor(number, composite.value)] : []
  }
  const walk = compilePath(expression, type, parameter.type)
  if (!walk.ok) return []
  const extract = extractorOfValues(parameter, walk.value, promotedColumn(type, parameter.code))
  const column = repeatedColumn(type, parameter.code)
  return [extract, ...(column === undefined ? [] : [repeatingExtractor(walk.value, column)])]
}

/** Only what isn't there under a member already. */
function withoutShared(
  extract: Extractor,
  { number }: SearchParameter,
  members: readonly SearchParameter[],
): Extractor {
  const differences = members.map(member => member.number - number)
  return (indexed, found) => {
    const own: Found = { lookups: [], dates: [], numbers: [], composites: [] }
    extract(indexed, own)
    addUnshared(found.lookups, own.lookups, { differences, isSame: sameLookup })
    addUnshared(found.numbers, own.numbers, { differences, isSame: sameNumber })
    addUnshared(found.composites, own.composites, { differences, isSame: sameComposite })
  }
}

function extractorOfValues(
  parameter: SearchParameter,
  walk: PathWalk,
  column: PromotedColumn | undefined,
): Extractor {
  const { number } = parameter
  switch (parameter.type) {
    case 'token':
      return lookupExtractor(parameter, walk, { column, values: tokensOf })
    case 'string':
      return lookupExtractor(parameter, walk, { column, values: stringsOf })
    case 'uri':
      return lookupExtractor(parameter, walk, {
        column,
        values: parameter.code === '_profile' ? profilesOf : urisOf,
      })
    case 'reference':
      return both(
        lookupExtractor(parameter, walk, { column, values: referencesTo(parameter.target) }),
        containedExtractor(parameter, walk),
      )
    case 'date':
      return dateExtractor(number, walk, column)
    case 'number':
      return numberExtractor(number, walk, numbersOf)
    case 'quantity':
      return numberExtractor(number, walk, quantitiesOf)
    case 'special':
      return positionExtractor(parameter, walk)
    case 'composite':
      throw new Error('a composite is compiled from its components')
  }
}

type Values = (element: unknown, base?: string) => readonly LookupValue[]

function lookupExtractor(
  parameter: SearchParameter,
  walk: PathWalk,
  { column, values }: { readonly column: PromotedColumn | undefined; readonly values: Values },
): Extractor {
  const { number } = parameter
  const derived = derivedRows(parameter)
  return ({ resource, patient, base }, found) => {
    walk(resource, element => {
      for (const value of values(element, base)) {
        if (column === undefined || !isInColumn(column, value.value, { patient, found })) {
          addRow(found.lookups, lookupOf(number, value), sameLookup)
        }
      }
      if (typeof element !== 'object') return
      for (const { parameter: other, values: rows } of derived) {
        for (const value of rows(element)) addRow(found.lookups, lookupOf(other, value), sameLookup)
      }
    })
  }
}

const both =
  (one: Extractor, other: Extractor): Extractor =>
  (indexed, found) => {
    one(indexed, found)
    other(indexed, found)
  }

/** Of the resources that stand within the resource itself, so that a chain finds them. */
function containedExtractor(parameter: SearchParameter, walk: PathWalk): Extractor {
  const number = containedNumber(parameter)
  return ({ resource, entryOf }, found) => {
    if (resource['contained'] === undefined && resource.resourceType !== 'Bundle') return
    walk(resource, element => {
      const inner = resourceWithin(element, resource)
      if (!inner || !isTargetOf(parameter, inner.resourceType)) return
      for (const value of containedValues(inner, entryOf(inner))) {
        addRow(found.lookups, lookupOf(number, value), sameLookup)
      }
    })
  }
}

/** Copied field by field: a spread costs several times as much. */
const lookupOf = (parameter: number, { value, system }: LookupValue): IndexLookup =>
  system === undefined ? { parameter, value } : { parameter, value, system }

/** Rows for what a parameter is asked by modifiers. */
function derivedRows(
  parameter: SearchParameter,
): readonly { readonly parameter: number; readonly values: Values }[] {
  if (parameter.type === 'reference') {
    return [{ parameter: identifierNumber(parameter), values: identifiersOf }]
  }
  if (parameter.type !== 'token') return []
  return [
    { parameter: textNumber(parameter), values: textsOf },
    { parameter: ofTypeNumber(parameter), values: ofTypesOf },
  ]
}

/** A resource that stands in another one (the first entry of a Bundle) is as good as a reference to it, when it is of a target's type. */
const referencesTo =
  (target: readonly string[] = []): Values =>
  (element, base) => {
    const inner = element as { readonly resourceType?: unknown; readonly id?: unknown }
    if (typeof element !== 'object' || inner.resourceType === undefined) return referencesOf(element, base)
    const { resourceType, id } = inner
    return typeof resourceType === 'string' && typeof id === 'string' && target.includes(resourceType)
      ? [{ value: `${resourceType}/${id}` }]
      : []
  }

const dateExtractor =
  (parameter: number, walk: PathWalk, column: PromotedColumn | undefined): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      for (const interval of intervalsOf(element)) {
        if (column === 'date') setMainDate(found, interval)
        else addRow(found.dates, { parameter, ...interval }, sameDate)
      }
    })
  }

/** Into the column alone: another extractor makes the rows. */
const repeatingExtractor =
  (walk: PathWalk, column: 'status' | 'date'): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      if (column === 'date') for (const interval of intervalsOf(element)) setMainDate(found, interval)
      else for (const { value } of tokensOf(element)) found.status = value
    })
  }

const numberExtractor =
  (parameter: number, walk: PathWalk, values: (element: unknown) => readonly NumberValue[]): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      for (const value of values(element)) addRow(found.numbers, { parameter, ...value }, sameNumber)
    })
  }

const positionExtractor =
  (parameter: SearchParameter, walk: PathWalk): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      const position = positionOf(element)
      if (!position) return
      addRow(found.numbers, { parameter: parameter.number, ...position.latitude }, sameNumber)
      addRow(found.numbers, { parameter: longitudeNumber(parameter), ...position.longitude }, sameNumber)
    })
  }

const compositeExtractor =
  (parameter: number, walk: CompositeWalk): Extractor =>
  ({ resource, base }, found) => {
    walk(resource, base, fields => addRow(found.composites, { parameter, ...fields }, sameComposite))
  }

/** A start is always there when there is a date at all, so that the column's index finds it; an open end is left out. */
function setMainDate(found: Found, { lowMs, highMs }: DateInterval): void {
  found.startMs = Math.max(lowMs, BEGINNING_MS)
  if (highMs < END_MS) found.endMs = highMs
}

/** Puts a value into its column. A subject that isn't the compartment's Patient (a Group, another server's) stays in the index. */
function isInColumn(
  column: PromotedColumn,
  value: string,
  { patient, found }: { readonly patient: string | undefined; readonly found: Found },
): boolean {
  if (column === 'patient') return patient !== undefined && value === `Patient/${patient}`
  if (column === 'status') found.status = value
  if (column === 'owner') found.owner = value
  return true
}

/** How far back a repeat is looked for: a repeat that slips through costs a row and changes no answer. */
const REPEATS_WITHIN = 32

/** Among so many rows a member's is looked for: a value that stands twice costs a row and changes no answer. */
const SHARED_WITHIN = 256

/** `differences` lead from the number of a row, derived ones too, to that of a member's. */
function addUnshared<Row extends { readonly parameter: number }>(
  rows: Row[],
  own: readonly Row[],
  {
    differences,
    isSame,
  }: { readonly differences: readonly number[]; readonly isSame: (a: Row, b: Row) => boolean },
): void {
  const end = Math.min(rows.length, SHARED_WITHIN)
  const standsUnder = (parameter: number, row: Row): boolean => {
    for (let at = 0; at < end; at += 1) {
      const other = rows[at] as Row
      if (other.parameter === parameter && isSame(other, { ...row, parameter })) return true
    }
    return false
  }
  for (const row of own) {
    if (!differences.some(difference => standsUnder(row.parameter + difference, row))) rows.push(row)
  }
}

/** Adds a row unless an equal one stands there. Rows are many, so they are compared in place. */
function addRow<Row>(rows: Row[], row: Row, isSame: (a: Row, b: Row) => boolean): void {
  const from = Math.max(0, rows.length - REPEATS_WITHIN)
  for (let at = rows.length - 1; at >= from; at -= 1) {
    if (isSame(rows[at] as Row, row)) return
  }
  rows.push(row)
}

const sameDate = (a: IndexDate, b: IndexDate): boolean =>
  a.parameter === b.parameter && a.lowMs === b.lowMs && a.highMs === b.highMs

const sameNumber = (a: IndexNumber, b: IndexNumber): boolean =>
  a.parameter === b.parameter &&
  a.low === b.low &&
  a.high === b.high &&
  a.code === b.code &&
  a.system === b.system &&
  a.unit === b.unit &&
  a.canonical === b.canonical

const sameComposite = (a: IndexComposite, b: IndexComposite): boolean =>
  a.parameter === b.parameter &&
  a.value === b.value &&
  a.value2 === b.value2 &&
  a.system === b.system &&
  a.system2 === b.system2 &&
  a.unit === b.unit &&
  a.low === b.low &&
  a.high === b.high &&
  a.low2 === b.low2 &&
  a.high2 === b.high2 &&
  a.lowMs === b.lowMs &&
  a.highMs === b.highMs &&
  a.canonical === b.canonical
