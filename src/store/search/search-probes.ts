import type { Criterion, SearchPlan } from '../../fhir/search/plan.ts'
import type { Db, Statement } from '../connection/db.ts'
import { conditionOf } from './search-conditions.ts'
import type { RowKey, SearchFrame } from './search-frame.ts'
import { linkedRows, type Link } from './search-links.ts'
import { typeNumber } from './search-rows.ts'

/** A chain that finds more is looked up from each row instead, which soon has a page full. */
const FOUND_MAX = 500

/** Plans for what is thought to be little must not begin with whole tables when it is much: they go row by row. */
const settings: readonly Statement[] = [
  ...['enable_seqscan', 'enable_bitmapscan', 'enable_hashjoin', 'enable_mergejoin', 'jit'].map(name => ({
    text: `set local ${name} = off`,
  })),
  { text: 'set local max_parallel_workers_per_gather = 0' },
]

/**
 * What the chains and `_has` of a search come to, for those that find little. How much a chain finds is what the planner
 * knows least (it takes the parts of a key for independent, and is wrong by a thousand), and what decides most: so it is tried.
 */
export async function probeLinks(
  db: Db,
  tenant: number,
  plan: SearchPlan,
): Promise<ReadonlyMap<Criterion, readonly RowKey[]>> {
  const links = plan.where.flatMap(linksIn)
  if (links.length === 0) return new Map()
  const statements = links.map(link => probe(link, tenant, plan.type))
  const answers = (await db.search([...settings, ...statements])).slice(settings.length)
  return new Map(
    links.flatMap((link, at) => {
      const keys = (answers[at]?.rows ?? []) as readonly RowKey[]
      return keys.length > FOUND_MAX ? [] : [[link, keys] as const]
    }),
  )
}

/** Those that must hold whatever else does. */
function linksIn(criterion: Criterion): readonly Link[] {
  if (criterion.kind === 'all') return criterion.of.flatMap(linksIn)
  return criterion.kind === 'chain' || criterion.kind === 'has' ? [criterion] : []
}

function probe(link: Link, tenant: number, type: string): Statement {
  const values: unknown[] = [tenant, typeNumber(type)]
  const frame: SearchFrame = {
    type,
    row: 'r',
    depth: 0,
    tenant: '$1::int',
    typeNumber: '$2::smallint',
    updated: 'r.updated',
    links: 'set',
    bind: value => `$${values.push(value)}`,
  }
  return { text: `${linkedRows(link, frame, conditionOf)} limit ${FOUND_MAX + 1}`, values }
}
