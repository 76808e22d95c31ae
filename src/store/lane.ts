import type pg from 'pg'
import type { Connection } from './connection.ts'
import type { Hold, Rows, Statement } from './db.ts'

/** How long a hold waits for the transaction that ends it. */
const lockHoldMs = 3_000

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

  constructor(connection: Connection, locksRows: boolean) {
    this.#connection = connection
    this.#locksRows = locksRows
  }

  async tx(statements: readonly Statement[], keys: readonly string[]): Promise<readonly Rows<object>[]> {
    for (;;) {
      const held = this.#held
      if (held && keys.some(key => held.keys.has(key))) return this.#takeOver(held, statements)
      const turn = this.#turn
      await turn
      const client = await this.#connection.open()
      if (turn !== this.#turn) continue
      const answers = await this.#connection.commit(client, [{ text: 'begin' }, ...statements])
      return answers.slice(1)
    }
  }

  async hold({ keys, locks, reads }: Hold): Promise<readonly Rows<object>[]> {
    const before = this.#turn
    const { promise, resolve } = Promise.withResolvers<void>()
    this.#turn = promise
    try {
      await before
      const client = await this.#connection.open()
      const rows = this.#locksRows
        ? await this.#lock(client, locks, reads)
        : await this.#connection.batch('begin', reads)
      this.#keep(new Set(keys), this.#locksRows ? client : undefined, resolve)
      return rows
    } catch (error) {
      resolve()
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
      return await (client
        ? this.#connection.commit(client, statements)
        : this.#connection.batch('begin', statements))
    } finally {
      release()
    }
  }
}

/** A connection that is lost has ended its transaction already, so that a failure here needs nothing. */
const rollback = (client: pg.Client): Promise<unknown> => client.query('rollback').catch(() => undefined)
