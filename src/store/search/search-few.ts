import { isRowParameter } from '../../fhir/search/parameters.ts'
import type { Criterion, SearchPlan } from '../../fhir/search/plan.ts'
import { promotedColumn, repeatedColumn, REPEATED_SINCE } from '../../fhir/search/promoted.ts'
import type { Statement } from '../connection/db.ts'
import { conditionOf, isLed, isOfValues, isSelective, keysFor } from './search-conditions.ts'
import type { SearchFrame } from './search-frame.ts'
import { partsOf } from './search-keys.ts'
import { foundColumns } from './search-rows.ts'
import { afterKeyset, afterRow, isOfKey, orderBy, sortKeys } from './search-sort.ts'
import { frameOf } from './search-top.ts'

/** So many rows are looked at from each side before a search is left to the planner. */
export const FEW = 500

/** A condition to begin with; `of` undefined = the type itself, of which there may be few. */
export interface Lead {
  /** Under which it is remembered whether it finds few: never a value. */
  readonly name: string
  readonly of?: Criterion
}

/** What a search can begin with by an index, its own conditions first. */
export const leadsOf = ({ type, where }: Pick<SearchPlan, 'type' | 'where'>): readonly Lead[] => [
  ...partsOf(where).flatMap(part =>
    leads(part, type) ? [{ name: `${type} ${nameOf(part)}`, of: part }] : [],
  ),
  { name: type },
]

const leads = (part: Criterion, type: string): boolean =>
  isSelective(part) && (isLed(part, type) || isOfColumn(part, type))

/**
 * Of the columns that have an index. Of several statuses a plan for whatever values expects that they are all, and reads the
 * whole type.
 */
const isOfColumn = (part: Criterion, type: string): boolean => {
  const column = columnOf(part, type)
  if (part.kind !== 'filter' || column === undefined || column === 'patient') return false
  return column !== 'status' || part.filter.values.length === 1
}

const columnOf = (part: Criterion, type: string) =>
  part.kind === 'filter' && part.filter.modifier === undefined
    ? promotedColumn(type, part.filter.parameter.code)
    : undefined

function nameOf(part: Criterion): string {
  if (part.kind === 'filter') return `${part.filter.parameter.code} ${part.filter.modifier ?? ''}`
  return 'of' in part && Array.isArray(part.of) ? part.of.map(nameOf).join() : part.kind
}

/**
 * A page of a search whose lead finds few, by a plan that is right for whatever values when that is so: the lead's rows are
 * read, up to a limit, and everything else is looked up from them. `seen` in its rows says how many there were: more than
 * `few`, and there is nothing else in them. One row without an id stands for an empty page.
 */
export function fewStatement(tenant: number, plan: SearchPlan, lead: Lead, few = FEW): Statement {
  const { frame: top, values } = frameOf(tenant, plan, { links: 'row', isGiven: true })
  const frame: SearchFrame = { ...top, updated: 'r.updated', isRead: isOfRepeated(plan, lead) }
  const { tenant: own, typeNumber: type, bind } = frame
  const others = partsOf(plan.where).filter(part => part !== lead.of)
  const keys = sortKeys(plan, frame)
  const columns = keys.map((key, at) => `, ${key.expression} as k${at}`).join('')
  const conditions = [`s.seen <= ${few}`, ...others.map(part => conditionOf(part, frame))].join(' and ')
  const { found, rows, place } = ledBy(plan, lead, frame, columns + conditions)
  const texts = keys.map((_, at) => `, p.k${at}::text as t${at}`).join('')
  const [placed, isContent] =
    place === undefined
      ? ['', `c.shard = p.shard and c.tenant = ${own} and c.type = ${type} and c.id = p.id`]
      : [`, ${place} as place`, 'c.ctid = p.place']
  const text = `with l as materialized (${found} limit ${few + 1})
    select s.seen, ${foundColumns('c').join(', ')}${texts} from (select ${seenOf(frame, few)} as seen from l) s
    left join lateral (select * from (select r.shard, r.id${placed}${columns} from ${rows} where ${conditions}) q${placeOf(plan, keys, frame)}
      order by ${orderBy(keys)} limit ${bind(plan.count + 1)}::int) p on true
    left join resource c on ${isContent}
    order by ${orderBy(keys, ['p.shard', 'p.id'])}`
  return { text, values }
}

/** Before a database of an earlier release is indexed anew such a lead counts as one that found many: the rows tell. */
const seenOf = ({ isRead = false }: SearchFrame, few: number): string =>
  isRead
    ? `case when (select code >= ${REPEATED_SINCE} and version <> '' from index_state where one) then count(*)::int else ${few + 1} end`
    : 'count(*)::int'

function placeOf({ after }: SearchPlan, keys: ReturnType<typeof sortKeys>, { bind }: SearchFrame): string {
  if (!after) return ''
  return ` where ${keys.length > 0 ? afterKeyset(after, keys, bind) : afterRow(after, bind)}`
}

interface Led {
  /** The lead's rows. */
  readonly found: string
  /** As `r`, each resource once, with what the rest of the search looks at. */
  readonly rows: string
  /** Where the row of the resource is, when it was read: within one statement it stays there. */
  readonly place?: string
}

/** Of a row of the resource, as far as the rest of the search looks at them: each is kept for every row that the lead finds. */
const READ_COLUMNS = ['patient', 'status', 'owner', 'ds', 'de', 'updated'] as const

const readColumns = (rest: string): string =>
  READ_COLUMNS.filter(column => new RegExp(`\\br\\.${column}\\b`).test(rest))
    .map(column => ` r.${column},`)
    .join('')

/** `rest` is what is said of its rows. */
function ledBy(plan: SearchPlan, { of }: Lead, frame: SearchFrame, rest: string): Led {
  const { tenant, typeNumber, type } = frame
  const join = `join resource r on r.shard = m.shard and r.tenant = ${tenant} and r.type = ${typeNumber} and r.id = m.id and not r.deleted`
  const once = '(select distinct shard, id from l)'
  if (!of) {
    // By this index few versions are found at once.
    const found = `select v.shard, v.id from resource_version v where v.tenant = ${tenant} and v.type = ${typeNumber} order by v.updated`
    return { found, rows: `${once} m ${join}`, place: 'r.ctid' }
  }
  if (isLed(of, type) && frame.isRead !== true) {
    const found = `select * from (${keysFor(of, { ...frame, isGiven: false })}) u`
    return isOfKeysAlone(plan)
      ? { found, rows: `${once} r` }
      : { found, rows: `${once} m ${join}`, place: 'r.ctid' }
  }
  const conditions = [of, ...besideOwner(of, plan)].map(part =>
    conditionOf(part, { ...frame, isGiven: false }),
  )
  const found = `select r.shard, r.id,${readColumns(rest)} r.ctid as place from resource r
    where r.tenant = ${tenant} and r.type = ${typeNumber} and not r.deleted and ${conditions.join(' and ')}`
  return { found, rows: 'l r', place: 'r.place' }
}

/** A day or year to begin with, whose rows tell another condition as well. */
const isOfRepeated = ({ type, where }: SearchPlan, { of }: Lead): boolean =>
  of?.kind === 'filter' &&
  repeatedOf(of, type) === 'date' &&
  of.filter.values.length === 1 &&
  of.filter.values.every(value => value.kind === 'date' && value.prefix === 'eq') &&
  partsOf(where).some(part => repeatedOf(part, type) === 'status')

const repeatedOf = (part: Criterion, type: string) =>
  part.kind === 'filter' && part.filter.modifier === undefined
    ? repeatedColumn(type, part.filter.parameter.code)
    : undefined

/** The index by owner holds the status too. */
const besideOwner = (of: Criterion, { type, where }: SearchPlan): readonly Criterion[] =>
  columnOf(of, type) === 'owner' ? partsOf(where).filter(part => columnOf(part, type) === 'status') : []

/** Whether search values say all: only what stands has them. */
const isOfKeysAlone = ({ type, where, sort }: SearchPlan): boolean =>
  partsOf(where).every(part => isOfValues(part, type)) &&
  sort.every(({ by }) => isOfKey(by) || (!isRowParameter(by) && promotedColumn(type, by.code) === undefined))

interface Seldom {
  /** How often it is left out yet, and how often it was last time. */
  readonly left: number
  readonly turns: number
}

const TURNS_MAX = 512
const NAMES_MAX = 2_000

/** Which leads found more than few lately: they are tried again after some searches, ever fewer times. */
export interface LeadMemory {
  readonly isWorthATry: (name: string) => boolean
  readonly foundFew: (name: string) => void
  readonly foundMany: (name: string) => void
}

export function leadMemory(): LeadMemory {
  const common = new Map<string, Seldom>()
  return {
    isWorthATry: name => {
      const known = common.get(name)
      if (!known || known.left === 0) return true
      common.set(name, { ...known, left: known.left - 1 })
      return false
    },
    foundFew: name => void common.delete(name),
    foundMany: name => {
      const turns = Math.min(TURNS_MAX, 2 * (common.get(name)?.turns ?? 4))
      if (common.has(name) || common.size < NAMES_MAX) common.set(name, { left: turns, turns })
    },
  }
}
