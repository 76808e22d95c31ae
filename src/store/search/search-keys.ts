import { isRowParameter } from '../../fhir/search/parameters.ts'
import type { Criterion, SearchPlan, SearchValue } from '../../fhir/search/plan.ts'
import { promotedColumn } from '../../fhir/search/promoted.ts'
import { conditionOf, isLed, isOfValues, isSelective, keysFor } from './search-conditions.ts'
import type { SearchFrame } from './search-frame.ts'
import { afterKeyset, afterRow, isOfKey, joinedSort, orderBy, type SortKey } from './search-sort.ts'

/**
 * True when all that a search asks is in the search values, so that it is matched, ordered and counted by keys alone: a look at
 * each match's resource costs ten times as much as a look at its value (measured), and most matches are on another page.
 */
export const isOfKeys = ({ type, where, sort }: SearchPlan): boolean =>
  where.every(criterion => isOfValues(criterion, type)) &&
  partsOf(where).some(part => isLed(part, type)) &&
  sort.every(({ by }) => isOfKey(by) || (!isRowParameter(by) && promotedColumn(type, by.code) === undefined))

type Asked = Pick<SearchPlan, 'type' | 'where'>

function leadOf({ type, where }: Asked): Criterion | undefined {
  const leads = partsOf(where).filter(part => isLed(part, type))
  return leads.find(isEqual) ?? leads.find(isSelective) ?? leads[0]
}

/** `from ... where ...` of a value's rows as `m`, for each match one or more; `more` are conditions on it. */
function matchesFrom(
  asked: Asked,
  frame: SearchFrame,
  { joins = '', more = [] as readonly string[] },
): string {
  const rows: SearchFrame = { ...frame, row: 'm' }
  const lead = leadOf(asked)
  const others = partsOf(asked.where).filter(part => part !== lead)
  const conditions = [...others.map(part => conditionOf(part, rows)), ...more]
  const where = conditions.length > 0 ? ` where ${conditions.join(' and ')}` : ''
  return `from (${lead ? keysFor(lead, rows) : ''}) m${joins}${where}`
}

/** `select` of the shard and id of every match once, in no order. */
export const matchedKeys = (asked: Asked, frame: SearchFrame, more: readonly string[] = []): string =>
  `select distinct m.shard, m.id ${matchesFrom(asked, frame, { more })}`

/** The keys of a page without a sort. */
export function firstKeys({ after, count, ...asked }: SearchPlan, frame: SearchFrame): string {
  const { bind } = frame
  const place = after ? [`m.shard >= ${bind(after.shard)}::smallint`, afterRow(after, bind, 'm')] : []
  const matched = matchedKeys(asked, frame, place)
  const lead = leadOf(asked)
  const all = lead && isEqual(lead) ? matched : `select * from (${matched}) m`
  return `${all} order by m.shard, m.id limit ${bind(count + 1)}::int`
}

/** The keys of a page with one, and what it is sorted by. */
export function sortedKeys(
  plan: SearchPlan,
  frame: SearchFrame,
): { readonly text: string; readonly keys: readonly SortKey[] } {
  const { after, count, sort } = plan
  const { joins, keys } = joinedSort(sort, frame)
  const columns = keys.map((key, at) => `, ${key.expression} as k${at}`).join('')
  const sorted = `select m.shard, m.id${columns} ${matchesFrom(plan, frame, { joins })} group by m.shard, m.id`
  const later = after ? ` where ${afterKeyset(after, keys, frame.bind)}` : ''
  const limit = frame.bind(count + 1)
  return { text: `select * from (${sorted}) q${later} order by ${orderBy(keys)} limit ${limit}::int`, keys }
}

/** What must hold, one by one. */
export const partsOf = (where: readonly Criterion[]): readonly Criterion[] =>
  where.flatMap(criterion => (criterion.kind === 'all' ? partsOf(criterion.of) : [criterion]))

/**
 * The rows of such values come from the index in the order of a result's pages, and how many they are the planner knows. Of a
 * range it knows too little to be let go through all rows in that order.
 */
export const isEqual = (criterion: Criterion): boolean =>
  criterion.kind === 'filter' &&
  criterion.filter.modifier === undefined &&
  criterion.filter.values.every(isExact)

const isExact = (value: SearchValue): boolean =>
  value.kind === 'uri' || value.kind === 'reference' || (value.kind === 'token' && value.code !== undefined)
