import pg from 'pg'
import { StoreFault, StoreRefusal } from '../commands/ports/store-fault.ts'
import type { Rows, Statement } from './db.ts'

/** Makes one connected client; called again after the connection was lost. */
export type Connect = () => Promise<pg.Client>

export interface ConnectionOptions {
  readonly connect: Connect
  /** False behind a pooler in transaction mode: no statement is prepared. */
  readonly prepare: boolean
  /** What an operator should look at when there is no connection. */
  readonly advice: string
  /**
   * Whether statements of one turn of the event loop leave in one write: a write costs this process and the server more than
   * a look-up by key does, and whoever is asked by many clients at once has several in each turn.
   */
  readonly gathers?: boolean
}

const BACK_OFF_FIRST_MS = 50
const BACK_OFF_MAX_MS = 2_000

/** The transaction was already aborted by another statement of the pipeline. */
const ABORTED = '25P02'

/**
 * One pipelined connection that comes back by itself: what was on the way when it was lost is rejected, the next use
 * connects again, waiting longer after each failure.
 */
export class Connection {
  readonly #connect: Connect
  readonly #prepare: boolean
  readonly #advice: string
  readonly #gathers: boolean
  #client: pg.Client | undefined
  #opening: Promise<pg.Client> | undefined
  #failures = 0
  #closed = false
  /** Statements sent and not answered yet. */
  pending = 0
  /** What is sent now leaves together with what was sent in this turn. */
  isGathering = false

  constructor({ connect, prepare, advice, gathers = false }: ConnectionOptions) {
    this.#connect = connect
    this.#prepare = prepare
    this.#advice = advice
    this.#gathers = gathers
  }

  async query(statement: Statement): Promise<Rows<object>> {
    const client = await this.open()
    return this.#send(client, statement).catch((error: unknown) => rethrow(error, this.#advice))
  }

  /** Statements as one transaction: `begin`, them, `commit`, in one write to the socket. */
  async batch(begin: string, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const client = await this.open()
    return this.commit(client, [{ text: begin }, ...statements]).then(answers => answers.slice(1))
  }

  /**
   * Sends statements and `commit` now. Resolves only when the last command tag is COMMIT: after an error in the
   * middle, COMMIT *succeeds* and rolls back.
   */
  async commit(client: pg.Client, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const answers = await this.sendAll(client, [...statements, { text: 'commit' }])
    if (answers.at(-1)?.command !== 'COMMIT')
      throw new StoreFault('store-error', 'the database did not commit')
    return answers.slice(0, -1)
  }

  /** Sends all now, in one write to the socket, and gives their answers, or throws what went wrong first. */
  async sendAll(client: pg.Client, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const { stream } = client.connection
    stream.cork()
    const sent = statements.map(statement => this.#send(client, statement))
    stream.uncork()
    const settled = await Promise.allSettled(sent)
    const failed = settled.filter(answer => answer.status === 'rejected')
    const first = failed.find(answer => codeOf(answer.reason) !== ABORTED) ?? failed[0]
    if (first) rethrow(first.reason, this.#advice)
    return settled.filter(answer => answer.status === 'fulfilled').map(answer => answer.value)
  }

  async open(): Promise<pg.Client> {
    if (this.#client) return this.#client
    this.#opening ??= this.#reconnect().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async close(): Promise<void> {
    this.#closed = true
    const client = this.#client
    this.#client = undefined
    await client?.end()
  }

  async #send(client: pg.Client, statement: Statement): Promise<Rows<object>> {
    this.pending += 1
    if (this.#gathers) this.#gather(client)
    try {
      const { name, text, values } = statement
      return await client.query({
        text,
        ...(name !== undefined && this.#prepare && { name }),
        ...(values && { values: [...values] }),
      })
    } finally {
      this.pending -= 1
    }
  }

  #gather(client: pg.Client): void {
    if (this.isGathering) return
    const { stream } = client.connection
    this.isGathering = true
    stream.cork()
    setImmediate(() => {
      this.isGathering = false
      stream.uncork()
    })
  }

  async #reconnect(): Promise<pg.Client> {
    if (this.#closed) throw new StoreFault('store-unavailable', 'the store is closed')
    if (this.#failures > 0) await sleep(Math.min(BACK_OFF_MAX_MS, BACK_OFF_FIRST_MS * 2 ** this.#failures))
    try {
      const client = await this.#connect()
      const forget = (): void => {
        if (this.#client === client) this.#client = undefined
      }
      client.on('end', forget)
      client.on('error', () => {
        forget()
        // It can't be used any more, but its socket may still be open.
        void client.end().catch(() => undefined)
      })
      this.#client = client
      this.#failures = 0
      return client
    } catch (error) {
      this.#failures += 1
      return rethrow(error, this.#advice)
    }
  }
}

const sleep = (ms: number): Promise<void> => new Promise(resolve => setTimeout(resolve, ms))

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined

/** SQLSTATE classes and codes that say the server, not the statement, is at fault. */
const UNAVAILABLE = /^(?:08|57P|55000|53[0234]|58|XX000)/
const FULL = new Set(['53100', 'ENOSPC'])

/** Throws a StoreFault for a fault of the connection or the server, else a StoreRefusal. */
export function rethrow(error: unknown, advice: string): never {
  if (error instanceof StoreFault || error instanceof StoreRefusal) throw error
  const code = codeOf(error)
  if (code !== undefined && FULL.has(code)) {
    throw new StoreFault('store-full', 'the database has no room left: free disk space, then try again', code)
  }
  if (!(error instanceof pg.DatabaseError) || code === undefined) {
    const reason = code ?? (error instanceof Error ? error.message : 'unknown')
    throw new StoreFault('store-unavailable', `no connection to the database (${reason}): ${advice}`)
  }
  if (UNAVAILABLE.test(code)) {
    throw new StoreFault(
      'store-unavailable',
      `the database can't serve now (SQLSTATE ${code}): try again`,
      code,
    )
  }
  throw refusal(code, error)
}

function refusal(code: string, { table, constraint, detail }: pg.DatabaseError): StoreRefusal {
  return new StoreRefusal({
    code,
    ...(table && { table }),
    ...(constraint && { constraint }),
    ...(detail && { detail }),
  })
}
