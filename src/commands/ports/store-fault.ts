export type StoreFaultCode =
  /** No connection, or it was lost on the way: nothing is known to be written. */
  | 'store-unavailable'
  /** Another process holds the data folder. */
  | 'store-locked'
  /** The schema is older or newer than this program. */
  | 'store-schema'
  /** No room for data or log. */
  | 'store-full'
  /** The database answered with an error that no guard of ours raises. */
  | 'store-error'

/**
 * A fault of the database itself. Thrown by every method of the store; an edge answers `unavailable` (503 with
 * Retry-After) or pauses its source. The message never carries a value: the server's own text does, so it is left out.
 */
export class StoreFault extends Error {
  override readonly name = 'StoreFault'
  readonly code: StoreFaultCode
  /** SQLSTATE, when a server answered. */
  readonly sqlState: string | undefined

  constructor(code: StoreFaultCode, message: string, sqlState?: string) {
    super(message)
    this.code = code
    this.sqlState = sqlState
  }
}

/**
 * The database refused a statement for what it says: `code` is the SQLSTATE (classes 22, 23 and 54 are about content).
 * The server's message and detail can hold values, so they are kept from anything that prints an error.
 */
export class StoreRefusal extends Error {
  override readonly name = 'StoreRefusal'
  readonly code: string
  readonly table: string | undefined
  readonly constraint: string | undefined
  readonly #detail: string

  constructor(parts: {
    readonly code: string
    readonly table?: string
    readonly constraint?: string
    readonly detail?: string
  }) {
    super(
      `the database refused a statement (SQLSTATE ${parts.code}${parts.constraint ? `, ${parts.constraint}` : ''})`,
    )
    this.code = parts.code
    this.table = parts.table
    this.constraint = parts.constraint
    this.#detail = parts.detail ?? ''
  }

  /** What the server said about it: for the store's own classification only. */
  detail(): string {
    return this.#detail
  }
}
