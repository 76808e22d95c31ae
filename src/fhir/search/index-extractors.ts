import type { Resource } from '../resource.ts'
import { BEGINNING_MS, END_MS, type DateInterval } from './date-interval.ts'
import { identifierNumber, longitudeNumber, ofTypeNumber, textNumber } from './derived-numbers.ts'
import { compileComposite, type CompositeWalk } from './index-composites.ts'
import type { IndexComposite, IndexDate, IndexLookup, IndexNumber } from './index-entry.ts'
import { numbersOf, positionOf, quantitiesOf, type NumberValue } from './index-numbers.ts'
import { identifiersOf, ofTypesOf, textsOf } from './index-texts.ts'
import { intervalsOf, referencesOf, stringsOf, tokensOf, urisOf, type LookupValue } from './index-values.ts'
import { componentTypes, type SearchParameter } from './parameters.ts'
import { compilePath, type PathWalk } from './path.ts'
import { promotedColumn, type PromotedColumn } from './promoted.ts'

interface Indexed {
  readonly resource: Resource
  readonly patient: string | undefined
  readonly base: string | undefined
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

/** Of an indexed parameter of a type: one, or none. */
export function extractorOf(type: string, parameter: SearchParameter): readonly Extractor[] {
  const { number, expression = '' } = parameter
  if (parameter.type === 'composite') {
    const composite = compileComposite(parameter, type, componentTypes(parameter))
    return composite.ok ? [compositeExtractor(number, composite.value)] : []
  }
  const walk = compilePath(expression, type, parameter.type)
  return walk.ok ? [extractorOfValues(parameter, walk.value, promotedColumn(type, parameter.code))] : []
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
      return lookupExtractor(parameter, walk, { column, values: urisOf })
    case 'reference':
      return lookupExtractor(parameter, walk, { column, values: referencesTo(parameter.target) })
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
          addLookup(found, { parameter: number, ...value })
        }
      }
      if (typeof element !== 'object') return
      for (const { parameter: other, values: rows } of derived) {
        for (const value of rows(element)) addLookup(found, { parameter: other, ...value })
      }
    })
  }
}

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
        else addDate(found, { parameter, ...interval })
      }
    })
  }

const numberExtractor =
  (parameter: number, walk: PathWalk, values: (element: unknown) => readonly NumberValue[]): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      for (const value of values(element)) addRow(found.numbers, { parameter, ...value })
    })
  }

const positionExtractor =
  (parameter: SearchParameter, walk: PathWalk): Extractor =>
  ({ resource }, found) => {
    walk(resource, element => {
      const position = positionOf(element)
      if (!position) return
      addRow(found.numbers, { parameter: parameter.number, ...position.latitude })
      addRow(found.numbers, { parameter: longitudeNumber(parameter), ...position.longitude })
    })
  }

const compositeExtractor =
  (parameter: number, walk: CompositeWalk): Extractor =>
  ({ resource, base }, found) => {
    walk(resource, base, fields => addRow(found.composites, { parameter, ...fields }))
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

function addLookup({ lookups }: Found, row: IndexLookup): void {
  const isRepeat = lookups
    .slice(-REPEATS_WITHIN)
    .some(
      ({ parameter, value, system }) =>
        parameter === row.parameter && value === row.value && system === row.system,
    )
  if (!isRepeat) lookups.push(row)
}

function addDate({ dates }: Found, row: IndexDate): void {
  const isRepeat = dates
    .slice(-REPEATS_WITHIN)
    .some(
      ({ parameter, lowMs, highMs }) =>
        parameter === row.parameter && lowMs === row.lowMs && highMs === row.highMs,
    )
  if (!isRepeat) dates.push(row)
}

/** The same for the rarer rows, which have many fields. */
function addRow<Row extends IndexNumber | IndexComposite>(rows: Row[], row: Row): void {
  const text = JSON.stringify(row)
  if (!rows.slice(-REPEATS_WITHIN).some(other => JSON.stringify(other) === text)) rows.push(row)
}
