/** What a peer tells the log: counts and codes, never content. */
export interface SyncEvents {
  readonly pushed: (peer: string, written: number) => void
  readonly pulled: (peer: string, written: number) => void
  readonly away: (peer: string, reason: string, retryInMs: number) => void
  readonly back: (peer: string) => void
  readonly buried: (peer: string, reason: string) => void
  /** A resource there can't be taken: its type and what is wrong with it. */
  readonly leftOut: (peer: string, reason: string) => void
  readonly failed: (peer: string, error: unknown) => void
}
