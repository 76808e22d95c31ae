import type { IndexEntry } from '../../fhir/search/indexing/index-entry.ts'

/** Of each of two generations: some kilobytes an entry. */
const ENTRIES_MAX = 1_000

interface RememberedEntries {
  readonly of: (hash: bigint) => IndexEntry | undefined
  readonly keep: (entry: IndexEntry) => void
}

const remembered = new WeakMap<object, RememberedEntries>()

/**
 * What was indexed last by a program, by its hash: what was written a while ago is often written again, and then need not be indexed
 * anew to know which of its rows differ. Equal hashes mean equal rows, here as in the row's column `ixh`.
 */
export function rememberedEntries(by: object): RememberedEntries {
  const known = remembered.get(by) ?? openEntries()
  remembered.set(by, known)
  return known
}

function openEntries(): RememberedEntries {
  let young = new Map<bigint, IndexEntry>()
  let old = new Map<bigint, IndexEntry>()
  return {
    of: hash => young.get(hash) ?? old.get(hash),
    keep: entry => {
      if (young.size >= ENTRIES_MAX) {
        old = young
        young = new Map()
      }
      young.set(BigInt.asIntN(64, entry.hash), entry)
    },
  }
}
