import type { Instant } from '../../lib/clock.ts'
import type { Json, ResourceKey } from '../../fhir/resource.ts'

/** What stands on a peer for a resource of ours; `base` is the content last agreed, in our ids. */
export interface SyncLink {
  readonly peer: string
  readonly type: string
  readonly id: string
  readonly remoteId: string
  readonly remoteVersion: string
  readonly base: Json
  /** Hash of the remote content last seen or written, for servers whose versions say nothing. */
  readonly remoteHash: string
}

export interface SyncCursor {
  readonly peer: string
  readonly type: string
  /** Greatest lastUpdated seen on the peer's own clock. */
  readonly watermark: Instant
}

export interface LinkQueries {
  byLocal(peer: string, keys: readonly ResourceKey[]): Promise<readonly SyncLink[]>
  byRemote(peer: string, keys: readonly ResourceKey[]): Promise<readonly SyncLink[]>
  cursors(peer: string): Promise<readonly SyncCursor[]>
  count(peer: string): Promise<number>
  conflicts(peer: string, count: number): Promise<readonly SyncConflict[]>
  recordConflict(conflict: SyncConflict): Promise<void>
}

/** What a peer's copy said that was overwritten when our change was re-applied. */
export interface SyncConflict {
  readonly id: string
  readonly peer: string
  readonly key: string
  readonly at: Instant
  /** FHIRPath of each element, with the value that was overwritten. */
  readonly elements: Json
}
