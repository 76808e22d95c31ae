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
