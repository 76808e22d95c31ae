import { isRowParameter } from '../../fhir/search/parameters.ts'
import type { Criterion, SearchFilter } from '../../fhir/search/plan.ts'
import { promotedColumn, repeatedColumn } from '../../fhir/search/promoted.ts'
import { columnCondition, mainDateCondition, patientCondition, rowCondition } from './search-columns.ts'
import { linkCondition } from './search-links.ts'
import { contentCondition, isOfContent } from './search-content.ts'
import { compositeRows, numberRows, positionRows } from './search-numbers.ts'
import { dateRows, lookupRows, textRows } from './search-lookups.ts'
import { hasRows, keysOf, type SearchFrame, type ValueRows } from './search-frame.ts'

/**
 * A criterion as a condition on the frame's row of `resource`; never null. Values go in as parameters only: the text holds
 * nothing of the request. Every form of it can be answered from an index, from the values or from the row; which one is first
 * the planner decides by its statistics.
 */
export function conditionOf(criterion: Criterion, frame: SearchFrame): string {
  switch (criterion.kind) {
    case 'filter':
      return filterCondition(criterion.filter, frame)
    case 'any':
      return anyCondition(criterion.of, frame)
    case 'all':
      return criterion.of.length === 0
        ? 'true'
        : `(${criterion.of.map(part => conditionOf(part, frame)).join(' and ')})`
    case 'not':
      return `not coalesce(${conditionOf(criterion.of, { ...frame, links: 'row', isGiven: true })}, false)`
    case 'chain':
    case 'has':
      return linkCondition(criterion, frame, conditionOf)
  }
}

function filterCondition(filter: SearchFilter, frame: SearchFrame): string {
  const { parameter } = filter
  if (isRowParameter(parameter)) return rowCondition(filter, frame)
  if (isOfContent(filter)) return contentCondition(filter, frame)
  const column = columnOf(filter, frame)
  if (column === 'patient') return patientCondition(filter, frame)
  if (column === 'date') return mainDateCondition(filter, frame)
  if (column !== undefined) return columnCondition(column, filter, frame)
  return hasRows(valueRows(filter, frame), frame)
}

/** The column of the row that answers a filter, where one does. */
function columnOf(
  { parameter, modifier, values }: SearchFilter,
  { type, isRead = false }: Pick<SearchFrame, 'type' | 'isRead'>,
) {
  const isOfIndex =
    modifier === 'text' || modifier === 'identifier' || modifier === 'of-type' || values[0]?.kind === 'words'
  if (isOfIndex || !columnTypes.has(parameter.type)) return undefined
  return promotedColumn(type, parameter.code) ?? (isRead ? repeatedColumn(type, parameter.code) : undefined)
}

const columnTypes: ReadonlySet<string> = new Set(['token', 'string', 'date', 'reference', 'uri'])

function valueRows(filter: SearchFilter, frame: SearchFrame): ValueRows {
  switch (filter.parameter.type) {
    case 'number':
    case 'quantity':
      return numberRows(filter, frame)
    case 'composite':
      return compositeRows(filter, frame)
    case 'special':
      return positionRows(filter, frame)
    default:
  }
  if (filter.values[0]?.kind === 'words') return textRows(filter, frame)
  return filter.parameter.type === 'date' ? dateRows(filter, frame) : lookupRows(filter, frame)
}

/** Whether what fulfils a criterion is known by search values alone, without a look at the row of the resource. */
export function isOfValues(criterion: Criterion, type: string): boolean {
  switch (criterion.kind) {
    case 'filter':
      return (
        !isRowParameter(criterion.filter.parameter) &&
        !isOfContent(criterion.filter) &&
        columnOf(criterion.filter, { type }) === undefined
      )
    case 'all':
    case 'any':
      return criterion.of.every(part => isOfValues(part, type))
    case 'not':
      return isOfValues(criterion.of, type)
    case 'chain':
    case 'has':
      return false
  }
}

/** Whether an index of values leads to what fulfils a criterion: not to what has no value, nor to places. */
export function isLed(criterion: Criterion, type: string): boolean {
  if (criterion.kind === 'any')
    return criterion.of.length > 0 && criterion.of.every(part => isLed(part, type))
  if (criterion.kind !== 'filter') return false
  const { parameter, modifier } = criterion.filter
  const isOfRows = modifier !== 'not' && modifier !== 'missing' && parameter.type !== 'special'
  return isOfRows && isOfValues(criterion, type)
}

/** Shard and id of what fulfils a criterion that `isLed`, some perhaps more than once. */
export function keysFor(criterion: Criterion, frame: SearchFrame): string {
  if (criterion.kind === 'any') return criterion.of.map(part => keysFor(part, frame)).join(' union all ')
  return criterion.kind === 'filter' ? keysOf(valueRows(criterion.filter, frame), frame) : ''
}

/**
 * Alternatives that each find few are sets of their own, for an `or` over several tables can use no index. The sets become a
 * join, so that the planner may still look at each row instead.
 */
function anyCondition(of: readonly Criterion[], frame: SearchFrame): string {
  const [only] = of
  if (of.length === 1 && only) return conditionOf(only, frame)
  if (of.length === 0) return 'false'
  if (frame.isGiven === true || !of.every(isSelective)) {
    const given: SearchFrame = { ...frame, links: 'row', isGiven: true }
    return `(${of.map(part => conditionOf(part, given)).join(' or ')})`
  }
  const row = `u${frame.depth}`
  const inner: SearchFrame = { ...frame, row, updated: `${row}.updated`, links: 'set' }
  const sets = of.map(part =>
    isLed(part, frame.type)
      ? keysFor(part, frame)
      : `select ${inner.row}.shard, ${inner.row}.id from resource ${inner.row}
      where ${inner.row}.tenant = ${frame.tenant} and ${inner.row}.type = ${frame.typeNumber}
      and not ${inner.row}.deleted and ${conditionOf(part, inner)}`,
  )
  return `(${frame.row}.shard, ${frame.row}.id) in (${sets.join(' union all ')})`
}

/** Whether an index leads to what fulfils it: not so for what a resource must not have. */
export function isSelective(criterion: Criterion): boolean {
  switch (criterion.kind) {
    case 'filter':
      return isSelectiveFilter(criterion.filter)
    case 'all':
      return criterion.of.some(isSelective)
    case 'any':
      return criterion.of.every(isSelective)
    case 'not':
      return false
    case 'chain':
    case 'has':
      return true
  }
}

const isSelectiveFilter = (filter: SearchFilter): boolean => !isOfContent(filter) && isSelectiveValue(filter)

const isSelectiveValue = ({ parameter, modifier, values }: SearchFilter): boolean =>
  modifier !== 'not' &&
  modifier !== 'unequal' &&
  modifier !== 'missing' &&
  parameter.code !== '_lastUpdated' &&
  !values.some(value => (value.kind === 'date' || value.kind === 'number') && value.prefix === 'ne')
