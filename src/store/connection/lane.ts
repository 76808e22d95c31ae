import type pg from 'pg'
import type { Connection } from './connection.ts'
import type { Hold, Rows, Statement } from './db.ts'

/** How long a hold waits for the transaction that ends it. */
const lockHoldMs = 3_000
/** A hold is waited for longer than messages are. */
const HOLD_LOAD = 1_000

/** A hold that a transaction may take over, or that runs out. */
interface Held {
  readonly keys: ReadonlySet<string>
  /** Where its transaction is open; undefined when it locks no rows. */
  readonly client: pg.Client | undefined
  readonly timer: NodeJS.Timeout
  readonly release: () => void
}

/**
 * A writer: its transactions run in the order they were given. A hold keeps the lane for one decider; whoever takes it
 * over is safe all the same, because every write carries the version it was decided on.
 */
export class Lane {
  readonly #connection: Connection
  /** With one writer process a hold needs no row locks: nobody else writes. */
  readonly #locksRows: boolean
  #turn: Promise<void> = Promise.resolve()
  #held: Held | undefined
  /** Holds that stand or are waited for. */
  #holds = 0

  constructor(connection: Connection, locksRows: boolean) {
    this.#connection = connection
    this.#locksRows = locksRows
  }

  holds(keys: readonly string[]): boolean {
    const held = this.#held
    return held !== undefined && keys.some(key => held.keys.has(key))
  }

  /** How long a transaction would wait, more or less. */
  get load(): number {
    return this.#connection.pending + this.#holds * HOLD_LOAD
  }

  async tx(statements: readonly Statement[], keys: readonly string[]): Promise<readonly Rows<object>[]> {
    for (;;) {
      const held = this.#held
      if (held && this.holds(keys)) return this.#takeOver(held, statements)
      const turn = this.#turn
      await turn
      const client = await this.#connection.open()
      if (turn !== this.#turn) continue
      return this.#connection.sendAll(client, statements)
    }
  }

  async hold({ keys, locks, reads }: Hold): Promise<readonly Rows<object>[]> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    const release = (): void => {
      this.#holds -= 1
      resolve()
    }
    this.#turn = promise
    this.#holds += 1
    try {
      await before
      const client = await this.#connection.open()
      const rows = this.#locksRows
        ? await this.#lock(client, locks, reads)
        : await this.#connection.run(reads)
      this.#keep(new Set(keys), this.#locksRows ? client : undefined, release)
      return rows
    } catch (error) {
      release()
      throw error
    }
  }

  /** Opens a transaction and leaves it open; what it reads after it has its locks is what its writes will find. */
  async #lock(
    client: pg.Client,
    locks: readonly Statement[],
    reads: readonly Statement[],
  ): Promise<readonly Rows<object>[]> {
    try {
      const rows = await this.#connection.sendAll(client, [{ text: 'begin' }, ...locks, ...reads])
      return rows.slice(1 + locks.length)
    } catch (error) {
      await rollback(client)
      throw error
    }
  }

  #keep(keys: ReadonlySet<string>, client: pg.Client | undefined, release: () => void): void {
    const expire = (): void => {
      this.#held = undefined
      void (client ? rollback(client) : Promise.resolve()).finally(release)
    }
    this.#held = { keys, client, release, timer: setTimeout(expire, lockHoldMs) }
  }

  async #takeOver(
    { client, timer, release }: Held,
    statements: readonly Statement[],
  ): Promise<readonly Rows<object>[]> {
    clearTimeout(timer)
    this.#held = undefined
    try {
      return await (client ? this.#connection.commit(client, statements) : this.#connection.run(statements))
    } finally {
      release()
    }
  }
}

/** A connection that is lost has ended its transaction already, so that a failure here needs nothing. */
const rollback = (client: pg.Client): Promise<unknown> => client.query('rollback').catch(() => undefined)
