import type { Resource } from '../../resource.ts'
import { dateInterval, END_MS } from '../date-interval.ts'
import { identifierNumber, ofTypeNumber, textNumber } from '../indexing/derived-numbers.ts'
import type { IndexEntry, IndexLookup } from '../indexing/index-entry.ts'
import { indexResource } from '../indexing/index-resource.ts'
import { bounded } from '../indexing/index-values.ts'
import { compositeFits, isNear, quantityFits } from './match-numbers.ts'
import { intervalFits, stringFits, tokenFits, uriFits } from './match-values.ts'
import { isRowParameter, type SearchParameter } from '../parameters.ts'
import type { Criterion, SearchFilter, SearchValue } from '../plan.ts'
import { promotedColumn } from '../promoted.ts'
import { rowNumbersOf } from '../shared-values.ts'

/** `unknown`: it depends on resources that aren't at hand (chains, `_has`) or on words (`_text`, `_content`). */
export type Match = boolean | 'unknown'

/** What a criterion is held against. */
export interface Matchable {
  readonly type: string
  readonly id?: string
  readonly updatedMs?: number
  readonly entry: IndexEntry
}

/** What the matcher needs to know of a resource; `base` is this server's own. */
export function matchable(resource: Resource, base?: string): Matchable {
  const { resourceType: type, id, meta } = resource
  const updatedMs = meta?.lastUpdated === undefined ? undefined : dateInterval(meta.lastUpdated)?.lowMs
  return {
    type,
    ...(id !== undefined && { id }),
    ...(updatedMs !== undefined && { updatedMs }),
    entry: indexResource(resource, base),
  }
}

/**
 * Whether a resource fulfils a criterion, as the store would find it (store/search/search-conditions.ts; a property test compares).
 * Whatever decides without the other resources is decided: a failed filter makes `all` false beside an unknown chain.
 */
export const matches = (resource: Resource, criterion: Criterion, base?: string): Match =>
  matchesIndexed(matchable(resource, base), criterion)

export function matchesIndexed(held: Matchable, criterion: Criterion): Match {
  switch (criterion.kind) {
    case 'filter':
      return fulfils(held, criterion.filter)
    case 'all':
      return every(criterion.of.map(part => matchesIndexed(held, part)))
    case 'any':
      return negated(every(criterion.of.map(part => negated(matchesIndexed(held, part)))))
    case 'not':
      return negated(matchesIndexed(held, criterion.of))
    case 'chain':
      return isImpossible(criterion.where) && criterion.contained === undefined ? false : 'unknown'
    case 'has':
      return isImpossible(criterion.where) ? false : 'unknown'
  }
}

const negated = (match: Match): Match => (match === 'unknown' ? match : !match)

const every = (of: readonly Match[]): Match =>
  of.includes(false) ? false : of.includes('unknown') ? 'unknown' : true

/** Nothing can fulfil it, so that nothing needs to be looked up. */
const isImpossible = (criterion: Criterion): boolean =>
  (criterion.kind === 'any' && criterion.of.every(isImpossible)) ||
  (criterion.kind === 'all' && criterion.of.some(isImpossible))

function fulfils(held: Matchable, filter: SearchFilter): Match {
  const { parameter, modifier, values } = filter
  if (parameter.code === '_text' || parameter.code === '_content') return 'unknown'
  const [first] = values
  if (first?.kind === 'missing') return has(held, parameter) !== first.missing
  if (modifier === 'not') return !fits(held, filter)
  return fits(held, filter)
}

function fits(held: Matchable, { parameter, modifier, values }: SearchFilter): boolean {
  switch (parameter.type) {
    case 'date':
      return datesOf(held, parameter).some(date =>
        values.some(value => value.kind === 'date' && intervalFits(date, value)),
      )
    case 'number':
    case 'quantity':
      return values.some(value => value.kind === 'number' && quantityFits(held, parameter, value))
    case 'composite':
      return values.some(value => value.kind === 'composite' && compositeFits(held, parameter, value.parts))
    case 'special':
      return values.some(value => value.kind === 'position' && isNear(held.entry, parameter, value))
    default: {
      const rows = rowsOf(held, parameter, modifier)
      const fitsOne = (row: Row): boolean => values.some(value => rowFits(row, value, modifier))
      return modifier === 'unequal' ? rows.some(row => !fitsOne(row)) : rows.some(fitsOne)
    }
  }
}

type Row = Pick<IndexLookup, 'value' | 'system'>

function rowFits(row: Row, value: SearchValue, modifier: SearchFilter['modifier']): boolean {
  switch (value.kind) {
    case 'token':
      return tokenFits(row, value)
    case 'string':
      return stringFits(row, value.text, modifier)
    case 'uri':
      return uriFits(row.value, value.text, modifier)
    case 'reference':
      return value.references.some(reference => bounded(reference) === row.value)
    default:
      return false
  }
}

/** A CodeableConcept with a text only, and a Reference with an identifier only, are there too. */
function has(held: Matchable, parameter: SearchParameter): boolean {
  const { numbers = [], composites = [], lookups } = held.entry
  const own = rowNumbersOf(held.type, parameter)
  const isOwn = (row: { readonly parameter: number }): boolean => own.includes(row.parameter)
  if (parameter.type === 'date') return datesOf(held, parameter).length > 0
  if (numbers.some(isOwn) || composites.some(isOwn)) return true
  if (rowsOf(held, parameter, undefined).length > 0) return true
  const beside = presentNumbers(held.type, parameter)
  return lookups.some(row => beside.includes(row.parameter))
}

/** The numbers in the index rows that say that an element is there. */
export const presentNumbers = (type: string, parameter: SearchParameter): readonly number[] => [
  ...rowNumbers(type, parameter, undefined),
  ...(parameter.type === 'token' ? rowNumbers(type, parameter, 'text') : []),
  ...(parameter.type === 'reference' ? rowNumbers(type, parameter, 'identifier') : []),
]

function rowsOf(
  { type, id, entry }: Matchable,
  parameter: SearchParameter,
  modifier: SearchFilter['modifier'],
): readonly Row[] {
  if (isRowParameter(parameter)) return id === undefined ? [] : [{ value: id }]
  const numbers = rowNumbers(type, parameter, modifier)
  const rows = entry.lookups.filter(row => numbers.includes(row.parameter))
  if (numbers[0] !== parameter.number) return rows
  const column = promotedColumn(type, parameter.code)
  const promoted =
    column === 'patient'
      ? entry.patient === undefined
        ? undefined
        : `Patient/${entry.patient}`
      : column === 'status' || column === 'owner'
        ? entry[column]
        : undefined
  return promoted === undefined ? rows : [{ value: promoted }, ...rows]
}

/** The numbers in the index rows that a modifier asks, the parameter's own first. */
export const rowNumbers = (
  type: string,
  parameter: SearchParameter,
  modifier: SearchFilter['modifier'],
): readonly number[] =>
  rowNumbersOf(type, parameter).map(number => {
    if (modifier === 'text') return textNumber({ number })
    if (modifier === 'identifier') return identifierNumber({ number })
    return modifier === 'of-type' ? ofTypeNumber({ number }) : number
  })

function datesOf({ type, updatedMs, entry }: Matchable, parameter: SearchParameter) {
  if (isRowParameter(parameter))
    return updatedMs === undefined ? [] : [{ lowMs: updatedMs, highMs: updatedMs + 1 }]
  const rows = entry.dates.filter(row => row.parameter === parameter.number)
  if (promotedColumn(type, parameter.code) !== 'date' || entry.startMs === undefined) return rows
  return [{ lowMs: entry.startMs, highMs: entry.endMs ?? END_MS }, ...rows]
}
