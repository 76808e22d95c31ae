import { strict as assert } from 'node:assert'
import type { Duplex } from 'node:stream'
import pg from 'pg'
import type { Rows, Statement } from './db.ts'
import { rowTypes } from './row-types.ts'

/** Text, or bytes in binary. */
type Sent = string | Buffer | null

/** What of the driver's connection is used here; its own types say less. */
interface Wire {
  readonly stream: Duplex
  parse(query: { readonly name: string; readonly text: string }): void
  bind(config: { readonly statement: string; readonly values: readonly Sent[] }): void
  describe(message: { readonly type: 'P' }): void
  execute(): void
  sync(): void
}

interface Column {
  readonly name: string
  readonly read: (text: string) => unknown
}

interface Described {
  readonly fields: readonly { readonly name: string; readonly dataTypeID: number }[]
}

/** What is known of the prepared statements of one connection. */
export interface Prepared {
  /** Those that are on their way or there. */
  readonly names: Set<string>
  /** The columns of their rows, once one was described. */
  readonly columns: Map<string, readonly Column[]>
}

interface Settle<Value> {
  readonly resolve: (value: Value) => void
  readonly reject: (error: unknown) => void
}

const NO_COLUMNS: readonly Column[] = []

/**
 * Statements in one message with one Sync at its end. Outside of `begin` that makes them one transaction: it is committed when the
 * answer is complete, and an error anywhere undoes all of them and skips the rest
 * (https://www.postgresql.org/docs/15/protocol-flow.html#PROTOCOL-FLOW-PIPELINING). The driver's own queries each have a Sync,
 * an answer and an object of their own, which cost both sides more than a small statement itself.
 */
export class Message extends pg.Query {
  readonly #statements: readonly Statement[]
  readonly #values: readonly (readonly Sent[])[]
  readonly #prepared: Prepared
  readonly #settle: Settle<readonly Rows<object>[]>
  readonly #answers: Rows<object>[] = []
  /** Of the statement that is answered now. */
  #columns: readonly Column[] | undefined
  #rows: object[] = []
  #failed = false

  constructor(statements: readonly Statement[], prepared: Prepared, settle: Settle<readonly Rows<object>[]>) {
    super('')
    this.#statements = statements
    this.#values = statements.map(({ values = [] }) => values.map(sent))
    this.#prepared = prepared
    this.#settle = settle
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire
    wire.stream.cork()
    for (const [i, { name = '', text }] of this.#statements.entries()) {
      if (name === '') wire.parse({ name, text })
      wire.bind({ statement: name, values: this.#values[i] ?? [] })
      if (name === '' || !this.#prepared.columns.has(name)) wire.describe({ type: 'P' })
      wire.execute()
    }
    wire.sync()
    wire.stream.uncork()
  }

  handleRowDescription({ fields }: Described): void {
    this.#columns = fields.map(({ name, dataTypeID }) => ({
      name,
      read: rowTypes.getTypeParser(dataTypeID, 'text') as Column['read'],
    }))
  }

  handleDataRow({ fields }: { readonly fields: readonly (string | null)[] }): void {
    const columns = this.#columnsNow()
    const row: Record<string, unknown> = {}
    for (const [i, text] of fields.entries()) {
      const column = columns[i]
      if (column) row[column.name] = text === null ? null : column.read(text)
    }
    this.#rows.push(row)
  }

  handleCommandComplete({ text }: { readonly text: string }): void {
    const name = this.#nameNow()
    if (name !== '' && !this.#prepared.columns.has(name)) {
      this.#prepared.columns.set(name, this.#columns ?? NO_COLUMNS)
    }
    const [command = '', ...counts] = text.split(' ')
    const count = counts.at(-1)
    this.#answers.push({ rows: this.#rows, command, rowCount: count === undefined ? null : Number(count) })
    this.#rows = []
    this.#columns = undefined
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: '' })
  }

  handleError(error: unknown): void {
    this.#failed = true
    this.#settle.reject(error)
  }

  handleReadyForQuery(): void {
    if (!this.#failed) this.#settle.resolve(this.#answers)
  }

  #nameNow(): string {
    return this.#statements[this.#answers.length]?.name ?? ''
  }

  #columnsNow(): readonly Column[] {
    return this.#columns ?? this.#prepared.columns.get(this.#nameNow()) ?? NO_COLUMNS
  }
}

/** Prepares one statement, with a Sync of its own: it stays prepared whatever becomes of the message that wants it. */
export class Preparation extends pg.Query {
  readonly #statement: { readonly name: string; readonly text: string }
  readonly #failed: () => void

  constructor(statement: { readonly name: string; readonly text: string }, failed: () => void) {
    super('')
    this.#statement = statement
    this.#failed = failed
  }

  override submit = (connection: unknown): void => {
    const wire = connection as Wire
    wire.parse(this.#statement)
    wire.sync()
  }

  handleError(): void {
    this.#failed()
  }

  handleReadyForQuery(): void {
    // Nothing to tell: the message behind it uses the statement.
  }
}

/** A Buffer goes in binary (binary-arrays.ts), everything else as text. */
function sent(value: unknown): Sent {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value
  if (Array.isArray(value)) return `{${value.map(element).join()}}`
  assert(typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint')
  return String(value)
}

/** https://www.postgresql.org/docs/15/arrays.html#ARRAYS-IO */
function element(value: unknown): string {
  const text = sent(value)
  assert(!Buffer.isBuffer(text), 'bytes stand in an array in binary only')
  return text === null ? 'NULL' : `"${text.replace(/["\\]/g, '\\$&')}"`
}
