import type { SearchResult } from '../../commands/ports/search-result.ts'
import { writePageToken } from '../../fhir/search/page-token.ts'
import type { Criterion, SearchPlan } from '../../fhir/search/plan.ts'
import type { Db, Statement } from '../connection/db.ts'
import type { LeadMemory } from './search-few.ts'
import type { RowKey, SearchFrame } from './search-frame.ts'
import { includedRows } from './search-includes.ts'
import { firstKeys, isOfKeys, matchedKeys, sortedKeys } from './search-keys.ts'
import { isPinpoint } from './search-pinpoint.ts'
import { probeLinks } from './search-probes.ts'
import { fromWhere, orderedText } from './search-ordered.ts'
import { quickRows } from './search-quick.ts'
import { foundColumns, foundOf, type FoundRow } from './search-rows.ts'
import { orderBy, sortKeys } from './search-sort.ts'
import { tooLong } from './search-timeout.ts'
import { frameOf, updatedColumn } from './search-top.ts'
import { countedTotal, countText, totalOf } from './search-total.ts'
import { walkedKey, walkedPlace, walkOf, walks } from './search-walk.ts'

/**
 * Runs a checked search. A search over the time limit is thrown as a StoreFault. Statements are prepared where one plan is right
 * for whatever values (search-pinpoint.ts, search-quick.ts): a generic plan of a skewed value is 30 times slower than one made for it.
 */
export async function runSearch(searcher: Searcher, tenant: number, plan: SearchPlan): Promise<SearchResult> {
  const { db } = searcher
  const answers = await answersOf(searcher, tenant, plan).catch(tooLong)
  const counted = countedTotal(plan, answers.at(-1))
  if (plan.countOnly) return { matches: [], included: [], ...counted }
  const rows = await withUnvalued(db, tenant, plan, (answers[0]?.rows ?? []) as readonly PageRow[])
  const page = rows.slice(0, plan.count)
  const matches = page.map(row => foundOf(plan.type, row))
  const included = await includedRows(db, tenant, plan, matches).catch(tooLong)
  return {
    matches,
    included: included.rows,
    ...(included.truncated && { truncated: true }),
    ...(rows.length > plan.count && { next: tokenOf(page.at(-1), plan) }),
    ...totalOf(plan, { rows: rows.length, counted }),
  }
}

export interface Searcher {
  readonly db: Db
  /** What a statement that is asked again and again is prepared as; undefined = it isn't. */
  readonly nameOf: (text: string) => string | undefined
  /** Absent where connections have no settings of their own: there no plan is known to be right. */
  readonly memory?: LeadMemory
}

type Answers = readonly { readonly rows: readonly object[] }[]

/** What `searchStatements` say, by the shortest way: a prepared statement is only worth it alone, a snapshot by itself. */
async function answersOf(
  { db, nameOf, memory }: Searcher,
  tenant: number,
  plan: SearchPlan,
): Promise<Answers> {
  const isPage = plan.total === 'none' && !plan.countOnly
  const isPoint = isPinpoint(plan)
  if (isPage && memory && !isPoint && !isWalked(plan)) {
    const rows = await quickRows({ db, nameOf, memory }, tenant, plan)
    if (rows) return [{ rows }]
  }
  const statements = searchStatements(tenant, plan, await probeLinks(db, tenant, plan))
  const [only] = statements
  const isOfKey = isPage && memory !== undefined && plan.where.length === 0 && plan.sort.length === 0
  const name = only && isPage && (isPoint || isOfKey) ? nameOf(only.text) : undefined
  if (!only || name === undefined) return db.search(statements)
  const statement = { ...only, name }
  return [await (isPoint ? db.point(statement) : db.walk(statement))]
}

type FoundLinks = ReadonlyMap<Criterion, readonly RowKey[]>

/** The page, then the count, as far as they are asked for. */
export const searchStatements = (
  tenant: number,
  plan: SearchPlan,
  found: FoundLinks,
): readonly Statement[] => [
  ...(plan.countOnly ? [] : [pageStatement(tenant, plan, found)]),
  ...(plan.total === 'none' ? [] : [countStatement(tenant, plan, found)]),
]

/** A row of the page with its sort keys as text. */
type PageRow = FoundRow & Readonly<Record<`t${number}`, string>>

function tokenOf(row: PageRow | undefined, plan: SearchPlan): string {
  if (!row) return ''
  const keys = plan.sort.map((_, at) => row[`t${at}`])
  const [first, ...rest] = keys.map(key => key ?? '')
  const walked = isWalked(plan) ? [walkedKey(keys[0]), ...rest] : keys.map(key => key ?? '')
  return writePageToken({ keys: first === undefined ? [] : walked, shard: row.shard, id: row.id })
}

const isWalked = (plan: SearchPlan): boolean => walks(plan) && updatedColumn(plan) === 'r.updated'

/** The page of an order that is walked, filled up with what has no value to sort by. */
async function withUnvalued(
  db: Db,
  tenant: number,
  plan: SearchPlan,
  rows: readonly PageRow[],
): Promise<readonly PageRow[]> {
  const room = plan.count + 1 - rows.length
  if (room <= 0 || !isWalked(plan)) return rows
  const { after, sort } = plan
  const place = after && walkedPlace(after)
  const { after: _after, ...rest } = plan
  const { frame, values } = frameOf(tenant, plan, { links: 'set' })
  const [first] = sort
  if (!first) return rows
  const { none } = walkOf(first, frame)
  const text = orderedText(
    { ...rest, sort: sort.slice(1), count: room - 1, ...(place?.isPast && { after: place.keyset }) },
    { frame, keys: sortKeys({ type: plan.type, sort: sort.slice(1) }, frame), more: [none], offset: 1 },
  )
  const answers = await db.search([{ text, values }]).catch(tooLong)
  return [...rows, ...((answers[0]?.rows ?? []) as readonly PageRow[])]
}

function pageStatement(tenant: number, plan: SearchPlan, found: FoundLinks): Statement {
  // In the order of the key a page is full soon; any other order needs every match.
  const links = plan.sort.length === 0 ? 'row' : 'set'
  const { frame, values } = frameOf(tenant, plan, { links, found })
  const [first] = plan.sort
  if (!first || !isWalked(plan)) {
    const text = isOfKeys(plan)
      ? keysText(plan, frame)
      : orderedText(plan, { frame, keys: sortKeys(plan, frame) })
    return { text, values }
  }
  const place = plan.after && walkedPlace(plan.after)
  const { from, where, value, cast, shard } = walkOf(first, frame)
  const others = sortKeys({ type: plan.type, sort: plan.sort.slice(1) }, frame)
  const keys = [{ expression: value, cast, descending: first.descending }, ...others]
  const more = place?.isPast ? [...where, 'false'] : where
  const { after: _after, ...rest } = plan
  const going = { ...rest, ...(place && !place.isPast && { after: place.keyset }) }
  return { text: orderedText(going, { frame, keys, more, from, shard }), values }
}

/** The keys of the page first: contents are read for it alone. */
function keysText(plan: SearchPlan, frame: SearchFrame): string {
  const { text, keys } =
    plan.sort.length === 0 ? { text: firstKeys(plan, frame), keys: [] } : sortedKeys(plan, frame)
  const texts = keys.map((_, at) => `, p.k${at}::text as t${at}`).join('')
  return `select ${foundColumns('c').join(', ')}${texts} from (${text}) p
    join resource c on c.shard = p.shard and c.tenant = ${frame.tenant} and c.type = ${frame.typeNumber} and c.id = p.id
    order by ${orderBy(keys, ['p.shard', 'p.id'])}`
}

function countStatement(tenant: number, plan: SearchPlan, found: FoundLinks): Statement {
  const { frame, values } = frameOf(tenant, plan, { links: 'set', found })
  const counted = isOfKeys({ ...plan, sort: [] })
    ? `from (${matchedKeys(plan, frame)}) q`
    : fromWhere(plan, frame, [])
  return { text: countText(plan, [counted]), values }
}
