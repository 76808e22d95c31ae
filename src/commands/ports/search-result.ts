import type { Stored } from './store.ts'

/** What a search tells of what it finds. */
export type Found = Pick<Stored, 'type' | 'id' | 'shard' | 'version' | 'content'>

export interface SearchResult {
  readonly matches: readonly Found[]
  readonly included: readonly Stored[]
  /** There was more to include than one page carries. */
  readonly truncated?: boolean
  /** Page token (fhir/search/page-token.ts) of the last match when more follow. */
  readonly next?: string
  readonly total?: number
}
