import { StoreFault } from '../../commands/ports/store-fault.ts'
import type { Statement } from '../connection/db.ts'

/** The longest a search may keep the database busy. */
export const SEARCH_TIMEOUT_MS = 15_000
const QUERY_CANCELED = '57014'

export const timeout: Statement = { text: `set local statement_timeout = ${SEARCH_TIMEOUT_MS}` }

/** A search over the limit is a fault that says so. */
export function tooLong(error: unknown): never {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code !== QUERY_CANCELED) throw error
  throw new StoreFault('store-unavailable', 'the search took too long: make it narrower', QUERY_CANCELED)
}
