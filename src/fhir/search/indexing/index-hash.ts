import { hash } from 'node:crypto'
import type { IndexEntry } from './index-entry.ts'

/**
 * The last bits of an index hash say in which of the rare tables a resource has rows, so that a flush clears only those: most
 * resources have none, and a statement that deletes nothing costs as much as one that finds something.
 */
const HAS_NUMBERS = 1n
const HAS_COMPOSITES = 2n
const HAS_NARRATIVE = 4n
const ALL = HAS_NUMBERS | HAS_COMPOSITES | HAS_NARRATIVE

/** Equal values give an equal hash. */
export function indexHash({
  lookups,
  dates,
  numbers,
  composites,
  narrative,
}: Omit<IndexEntry, 'hash'>): bigint {
  const values = [
    lookups,
    dates,
    ...(numbers || composites || narrative ? [numbers, composites, narrative] : []),
  ]
  const digest = hash('sha1', JSON.stringify(values), 'buffer').readBigInt64BE(0)
  const kinds =
    (numbers ? HAS_NUMBERS : 0n) |
    (composites ? HAS_COMPOSITES : 0n) |
    (narrative === undefined ? 0n : HAS_NARRATIVE)
  return (digest & ~ALL) | kinds
}

/** Which of the rare tables may hold rows of a resource with that hash. */
export const rowKinds = (
  of: bigint,
): { readonly numbers: boolean; readonly composites: boolean; readonly narrative: boolean } => ({
  numbers: (of & HAS_NUMBERS) !== 0n,
  composites: (of & HAS_COMPOSITES) !== 0n,
  narrative: (of & HAS_NARRATIVE) !== 0n,
})
