import { strict as assert } from 'node:assert'
import pg from 'pg'
import { StoreFault, StoreRefusal } from '../../commands/ports/store-fault.ts'
import type { Rows, Statement } from './db.ts'
import { Message, Preparation, type Prepared } from './message.ts'

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
  /** How long the plans of prepared statements are good for: a table may have grown since, and nobody has told the planner. */
  readonly plansHoldMs?: number
}

const BACK_OFF_FIRST_MS = 50
const BACK_OFF_MAX_MS = 2_000

/**
 * One pipelined connection that comes back by itself: what was on the way when it was lost is rejected, the next use
 * connects again, waiting longer after each failure.
 */
export class Connection {
  readonly #connect: Connect
  readonly #prepare: boolean
  readonly #advice: string
  readonly #gathers: boolean
  readonly #plansHoldMs: number | undefined
  #plannedMs = 0
  #client: pg.Client | undefined
  #opening: Promise<pg.Client> | undefined
  #failures = 0
  #closed = false
  /** Messages sent and not answered yet. */
  pending = 0
  /** What is sent now leaves together with what was sent in this turn. */
  isGathering = false

  constructor({ connect, prepare, advice, gathers = false, plansHoldMs }: ConnectionOptions) {
    this.#connect = connect
    this.#prepare = prepare
    this.#advice = advice
    this.#gathers = gathers
    this.#plansHoldMs = plansHoldMs
  }

  async query(statement: Statement): Promise<Rows<object>> {
    const [answer] = await this.run([statement])
    assert(answer)
    return answer
  }

  /** Statements as one transaction in one message: it has no `begin` and no `commit` of its own (message.ts). */
  async run(statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const client = this.#client ?? (await this.#waited())
    if (this.#plansHoldMs !== undefined) this.#replan(client, this.#plansHoldMs)
    return this.sendAll(client, statements)
  }

  /** The same with a `begin` that says more, and `commit`. */
  async batch(begin: string, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const client = await this.open()
    const answers = await this.commit(client, [{ text: begin }, ...statements])
    return answers.slice(1)
  }

  /**
   * Sends statements of a transaction that was begun, and `commit`, now: a message each, in one write. Resolves only when the
   * command tag is COMMIT: after an error in the first message, COMMIT *succeeds* and rolls back.
   */
  async commit(client: pg.Client, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const { stream } = client.connection
    stream.cork()
    const sent = [this.sendAll(client, statements), this.sendAll(client, [{ text: 'commit' }])] as const
    stream.uncork()
    const [answers, committed] = await Promise.allSettled(sent)
    if (answers.status === 'rejected') throw answers.reason
    if (committed.status === 'rejected') throw committed.reason
    if (committed.value[0]?.command !== 'COMMIT')
      throw new StoreFault('store-error', 'the database did not commit')
    return answers.value
  }

  /** Sends all now, in one message, and gives their answers, or throws what went wrong first. */
  async sendAll(client: pg.Client, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    this.pending += 1
    if (this.#gathers) this.#gather(client)
    try {
      return await this.#send(client, statements)
    } catch (error) {
      return rethrow(error, this.#advice)
    } finally {
      this.pending -= 1
    }
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

  /** Who waits for a connection counts as pending: another one may be there. */
  async #waited(): Promise<pg.Client> {
    this.pending += 1
    try {
      return await this.open()
    } finally {
      this.pending -= 1
    }
  }

  #send(client: pg.Client, statements: readonly Statement[]): Promise<readonly Rows<object>[]> {
    const prepared = preparedOf(client)
    const named: readonly Statement[] = this.#prepare
      ? statements
      : statements.map(({ name: _unprepared, ...rest }) => rest)
    const { promise, resolve, reject } = Promise.withResolvers<readonly Rows<object>[]>()
    const message = new Message(named, prepared, { resolve, reject })
    const { stream } = client.connection
    stream.cork()
    for (const { name, text } of named) {
      if (name === undefined || prepared.names.has(name)) continue
      prepared.names.add(name)
      client.query(new Preparation({ name, text }, () => prepared.names.delete(name)))
    }
    client.query(message)
    stream.uncork()
    return promise
  }

  #replan(client: pg.Client, holdMs: number): void {
    const nowMs = performance.now()
    if (nowMs - this.#plannedMs < holdMs) return
    this.#plannedMs = nowMs
    // A connection that is lost has no plans; the statement behind this one tells of it.
    void this.sendAll(client, [{ text: 'discard plans' }]).catch(() => undefined)
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

const preparedOn = new WeakMap<pg.Client, Prepared>()

function preparedOf(client: pg.Client): Prepared {
  const known = preparedOn.get(client) ?? { names: new Set(), columns: new Map() }
  preparedOn.set(client, known)
  return known
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
