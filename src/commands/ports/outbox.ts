import type { Instant } from '../../lib/clock.ts'
import type { Json } from '../../fhir/resource.ts'

export interface OutboxWrite {
  /** `peer:<name>` or `kafka:<topic>`. */
  readonly target: string
  /** What must stay in order, normally the Patient id. */
  readonly key: string
  readonly payload: Json
}

export interface OutboxRow extends OutboxWrite {
  readonly seq: number
  readonly attempts: number
  readonly created: Instant
}

export interface DeadOutboxRow extends OutboxRow {
  readonly error: string
  readonly buried: Instant
}

export interface OutboxQueue {
  /**
   * Takes or renews the lease of this owner's fair share of the lanes of a target; gives the lanes held. A lane it held
   * may be gone to another owner: call it between rounds, with nothing in flight.
   */
  lease(target: string, owner: string, untilMs: number): Promise<readonly number[]>
  /** Rows of the lanes held, by seq, whose key is not waiting for a retry. */
  read(target: string, lanes: readonly number[], count: number): Promise<readonly OutboxRow[]>
  done(seqs: readonly number[]): Promise<void>
  /** The key waits: attempts + 1, not before `nextMs`; others go on. */
  retry(seq: number, nextMs: number, error: string): Promise<void>
  /** Given up: kept for an operator. */
  bury(seq: number, error: string): Promise<void>
  /** Buried rows, oldest first, keyset by seq; of all tenants unless one is named. */
  dead(filter: {
    readonly tenant?: number
    readonly target?: string
    readonly after?: number
    readonly count: number
  }): Promise<readonly DeadOutboxRow[]>
  /** Puts buried rows back at the end of their key; gives how many there were. */
  revive(seqs: readonly number[]): Promise<number>
  /** Of all tenants unless one is named. */
  depth(tenant?: number): Promise<
    readonly {
      readonly target: string
      readonly rows: number
      readonly dead: number
      readonly oldest?: Instant
    }[]
  >
}
