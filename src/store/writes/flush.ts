import { keyText } from '../../fhir/resource.ts'
import { ok, type Result } from '../../lib/result.ts'
import { StoreRefusal } from '../../commands/ports/store-fault.ts'
import type { Changes, FlushConflict, Flushed } from '../../commands/ports/store.ts'
import type { Db } from '../connection/db.ts'
import { planFlush } from './flush-plan.ts'
import { charsOf, type IndexResource } from './flush-rows.ts'
import { gatheredFlushes, isPlain, type FlushResult } from './gathered-flushes.ts'
import { typeName } from '../search/search-rows.ts'

/**
 * Writes changes in one transaction; what another writer was faster at comes back as a conflict, to be decided again. What
 * many write at the same time goes together (gathered-flushes.ts); who holds a lane ends the hold alone.
 */
export function openFlush(db: Db, indexResource: IndexResource): (changes: Changes) => Promise<FlushResult> {
  const gathered = gatheredFlushes(
    group => flush(db, group, { indexResource, lane: db.quietLane() }),
    changes => charsOf(changes, indexResource),
  )
  return async changes => {
    const { lane, writes } = changes
    if (isPlain(changes) && !db.holds(lane, writes.map(keyText))) return gathered(changes)
    const flushed = await flush(db, [changes], { indexResource, lane })
    const [one] = flushed.ok ? flushed.value : []
    return one ? ok(one) : (flushed as FlushResult)
  }
}

interface FlushOptions {
  readonly indexResource: IndexResource
  readonly lane: number
}

async function flush(
  db: Db,
  group: readonly Changes[],
  { indexResource, lane }: FlushOptions,
): Promise<Result<readonly Flushed[], FlushConflict>> {
  const { statements, written, keys } = planFlush(group, indexResource)
  try {
    await db.tx(lane, statements, keys)
    return ok(group.map(({ at }, i) => ({ at, written: written[i] ?? [] })))
  } catch (error) {
    const conflict = conflictOf(error, group)
    if (!conflict) throw error
    return { ok: false, failure: conflict }
  }
}

const SERIALIZATION_FAILURE = '40001'
const DEADLOCK = '40P01'
const UNIQUE_VIOLATION = '23505'
/** Raised by our own guards: migrations/0001-store.sql. */
const OLD_VERSION = 'CW409'
const FENCED = 'CW410'

function conflictOf(error: unknown, group: readonly Changes[]): FlushConflict | undefined {
  if (!(error instanceof StoreRefusal)) return undefined
  if (error.code === FENCED) return { kind: 'fenced' }
  if (error.code === OLD_VERSION) return stale(error.table, error.detail().split(','))
  if (error.code === DEADLOCK || error.code === SERIALIZATION_FAILURE) return staleInAll(group)
  return error.code === UNIQUE_VIOLATION ? duplicateOf(error) : undefined
}

/** Two writers made the same thing at the same time. */
function duplicateOf(error: StoreRefusal): FlushConflict | undefined {
  const key = new Map(keyColumns(error.detail()))
  switch (error.constraint) {
    case 'inbox_pkey':
      return { kind: 'claimed' }
    case 'resource_pkey':
    case 'resource_version_pkey':
    case 'id_directory_pkey':
      return stale('resource', [`${key.get('type')}/${key.get('id')}`])
    case 'said_pkey':
      return stale('said', [key.get('subject') ?? ''])
    case 'kept_answer_pkey':
      return stale('answer', [])
    case undefined:
    default:
      return undefined
  }
}

/** `Key (tenant, type, id)=(1, 103, abc) already exists.` as pairs; none of our keys holds a comma. */
function keyColumns(detail: string): readonly (readonly [string, string])[] {
  const found = /\(([^()]+)\)=\(([^()]+)\)/.exec(detail)
  const values = found?.[2]?.split(', ') ?? []
  return (found?.[1]?.split(', ') ?? []).map((column, index) => [column, values[index] ?? ''])
}

/** Keys as the database names them: `103/id`, or the subject of a register. */
const stale = (table: string | undefined, keys: readonly string[]): FlushConflict =>
  table === 'said'
    ? { kind: 'stale', keys: [], subjects: [...new Set(keys)] }
    : { kind: 'stale', keys: keys.map(withTypeName), subjects: [] }

function withTypeName(key: string): string {
  const [number = '', id = ''] = key.split('/')
  return `${typeName(Number(number))}/${id}`
}

const staleInAll = (group: readonly Changes[]): FlushConflict => ({
  kind: 'stale',
  keys: group.flatMap(({ writes }) => writes.map(keyText)),
  subjects: [...new Set(group.flatMap(({ said = [] }) => said.map(({ subject }) => subject)))],
})
