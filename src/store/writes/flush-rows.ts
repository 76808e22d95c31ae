import { strict as assert } from 'node:assert'
import type { Resource } from '../../fhir/resource.ts'
import type { IndexEntry } from '../../fhir/search/indexing/index-entry.ts'
import type { Changes, Stored, Write } from '../../commands/ports/store.ts'
import { ANY_ROWS, type IndexedRow } from './index-rows.ts'
import { rememberedEntries } from '../loads/remembered-entries.ts'
import { typeNumber } from '../search/search-rows.ts'
import { newVersions, type NewVersion } from './stored-versions.ts'

export type IndexResource = (resource: Resource) => IndexEntry

/** A write with everything the database is told about it. */
export interface Row {
  readonly write: Write
  readonly typeNumber: number
  readonly versions: readonly NewVersion[]
  readonly last: NewVersion
  /** undefined for a tombstone. */
  readonly index: IndexEntry | undefined
}

const planned = new WeakMap<Changes, readonly Row[]>()

/** Numbered, written out and indexed once, however often it is put into a group. */
export function rowsOf(changes: Changes, indexResource: IndexResource): readonly Row[] {
  const known = planned.get(changes)
  if (known) return known
  const atMs = Date.parse(changes.at)
  assert(!Number.isNaN(atMs), 'changes.at is an instant')
  const rows = changes.writes.map(write => toRow(write, atMs, indexResource))
  planned.set(changes, rows)
  return rows
}

/** The length of all contents that changes write. */
export const charsOf = (changes: Changes, indexResource: IndexResource): number =>
  rowsOf(changes, indexResource).reduce(
    (sum, { versions }) => versions.reduce((of, { content }) => of + content.length, sum),
    0,
  )

function toRow(write: Write, atMs: number, indexResource: IndexResource): Row {
  const versions = newVersions(write, atMs)
  const last = versions.at(-1)
  assert(last)
  const resource = write.versions.at(-1)
  return {
    write,
    typeNumber: typeNumber(write.type),
    versions,
    last,
    index: resource && indexResource(resource),
  }
}

export const byTypeAndId = (a: Row, b: Row): number =>
  a.typeNumber - b.typeNumber || (a.write.id < b.write.id ? -1 : 1)

export const hashOf = (row: Row): bigint => (row.index ? BigInt.asIntN(64, row.index.hash) : 0n)

/** Records of what was done: they come with every write and are hardly ever written again. */
const writtenOnce: ReadonlySet<string> = new Set(['Provenance', 'AuditEvent'])

/** Value rows are rewritten only where their hash changed. */
export function toIndexed(row: Row, indexResource: IndexResource): readonly IndexedRow[] {
  const { shard, id, expect, expectIndexHash } = row.write
  if (hashOf(row) === expectIndexHash) return []
  const had = expect === 0 ? undefined : (expectIndexHash ?? ANY_ROWS)
  const was = standingRows(row.write, indexResource)
  if (row.index && !writtenOnce.has(row.write.type)) rememberedEntries(indexResource).keep(row.index)
  return [{ shard, type: row.typeNumber, id, entry: row.index, had, ...(was && { was }) }]
}

/** The rows that stand there, unless another release wrote them. */
function standingRows({ before, expectIndexHash }: Write, indexResource: IndexResource) {
  if (expectIndexHash === undefined) return undefined
  const known = rememberedEntries(indexResource).of(expectIndexHash)
  if (known) return known
  const resource = before?.()
  const was = resource && indexResource(resource)
  return was && BigInt.asIntN(64, was.hash) === expectIndexHash ? was : undefined
}

export const toStored = (row: Row): Stored => ({
  type: row.write.type,
  id: row.write.id,
  shard: row.write.shard,
  version: row.last.version,
  updated: row.last.updated,
  deleted: row.last.deleted,
  indexHash: hashOf(row),
  content: row.last.content,
})
