import { isRowParameter } from '../fhir/search/parameters.ts'
import type { Criterion, SearchPlan, SearchValue } from '../fhir/search/plan.ts'
import { promotedColumn } from '../fhir/search/promoted.ts'
import { conditionOf, isLed, isOfValues, isSelective, keysFor } from './search-conditions.ts'
import type { SearchFrame } from './search-frame.ts'
import { afterRow } from './search-sort.ts'

/**
 * True when all that a search asks is in the search values, so that it is matched, ordered and counted by keys alone: a look at
 * each match's resource costs ten times as much as a look at its value (measured), and most matches are on another page.
 */
export const isOfKeys = ({ type, where, sort }: SearchPlan): boolean =>
  where.every(criterion => isOfValues(criterion, type)) &&
  partsOf(where).some(part => isLed(part, type)) &&
  sort.every(({ by }) => !isRowParameter(by) && promotedColumn(type, by.code) === undefined)

type Asked = Pick<SearchPlan, 'type' | 'where'>

function leadOf({ type, where }: Asked): Criterion | undefined {
  const leads = partsOf(where).filter(part => isLed(part, type))
  return leads.find(isEqual) ?? leads.find(isSelective) ?? leads[0]
}

/** `select` of the shard and id of every match once, in no order; `more` are conditions on the alias `m`. */
export function matchedKeys(asked: Asked, frame: SearchFrame, more: readonly string[] = []): string {
  const parts = partsOf(asked.where)
  const lead = leadOf(asked)
  if (!lead) return ''
  const rows: SearchFrame = { ...frame, row: 'm' }
  const others = parts.filter(part => part !== lead).map(part => conditionOf(part, rows))
  const conditions = [...others, ...more]
  return `select distinct m.shard, m.id from (${keysFor(lead, rows)}) m${conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''}`
}

/** The first of them after a place, in the order of a result without a sort. */
export function firstKeys({ after, count, ...asked }: SearchPlan, frame: SearchFrame): string {
  const { bind } = frame
  const place = after ? [`m.shard >= ${bind(after.shard)}::smallint`, afterRow(after, bind, 'm')] : []
  const matched = matchedKeys(asked, frame, place)
  const lead = leadOf(asked)
  const all = lead && isEqual(lead) ? matched : `select * from (${matched}) m`
  return `${all} order by m.shard, m.id limit ${bind(count + 1)}::int`
}

const partsOf = (where: readonly Criterion[]): readonly Criterion[] =>
  where.flatMap(criterion => (criterion.kind === 'all' ? partsOf(criterion.of) : [criterion]))

/**
 * The rows of such values come from the index in the order of a result's pages, and how many they are the planner knows. Of a
 * range it knows too little to be let go through all rows in that order.
 */
const isEqual = (criterion: Criterion): boolean =>
  criterion.kind === 'filter' &&
  criterion.filter.modifier === undefined &&
  criterion.filter.values.every(isExact)

const isExact = (value: SearchValue): boolean =>
  value.kind === 'uri' || value.kind === 'reference' || (value.kind === 'token' && value.code !== undefined)
