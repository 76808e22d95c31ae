import { resourceTypes, type ResourceType } from '../../fhir/resource-types.ts'
import type { Found } from '../../commands/ports/search-result.ts'
import type { Stored } from '../../commands/ports/store.ts'

/** A row of `resource` as a search selects it. */
export interface ResourceRow {
  readonly shard: number
  readonly type: number
  readonly id: string
  readonly version: number
  readonly updated: string
  readonly deleted: boolean
  readonly ixh: string
  readonly content: string
}

export const rowColumns = (table: string): readonly string[] =>
  ['shard', 'type', 'id', 'version', 'updated', 'deleted', 'ixh', 'content'].map(
    column => `${table}.${column}`,
  )

/** A row of a page of one type, of what stands: no more than a page tells, for each column costs both sides as much as a short content. */
export type FoundRow = Pick<ResourceRow, 'shard' | 'id' | 'version' | 'content'>

export const foundColumns = (table: string, shard = `${table}.shard`): readonly string[] => [
  shard,
  ...['id', 'version', 'content'].map(column => `${table}.${column}`),
]

const typeNames: ReadonlyMap<number, string> = new Map(
  Object.entries(resourceTypes).map(([name, number]) => [number, name]),
)

export const typeNumber = (type: string): number => resourceTypes[type as ResourceType]

export const typeName = (number: number): string => typeNames.get(number) ?? ''

export const storedOf = (row: ResourceRow): Stored => ({
  type: typeName(row.type),
  id: row.id,
  shard: row.shard,
  version: row.version,
  updated: row.updated,
  deleted: row.deleted,
  indexHash: BigInt(row.ixh),
  content: row.content,
})

export const foundOf = (type: string, { shard, id, version, content }: FoundRow): Found => ({
  type,
  id,
  shard,
  version,
  content,
})
