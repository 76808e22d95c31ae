/**
 * What the store indexes about one resource: `indexResource` computes it from the search-parameter table, the store
 * writes it into promoted columns and value rows. Values are cut with `lookupText` on both sides, rows and requests.
 */
export interface IndexEntry {
  /** Patient id of its compartment; the Patient's own id for a Patient. */
  readonly patient?: string
  readonly status?: string
  /** Reference text `Type/id`. */
  readonly owner?: string
  /** Promoted period; an open end is left out. */
  readonly startMs?: number
  readonly endMs?: number
  /** Tokens, strings, uris and references that aren't promoted. */
  readonly lookups: readonly IndexLookup[]
  readonly dates: readonly IndexDate[]
  /** 64-bit hash of the lookups and dates: equal hash, equal rows. */
  readonly hash: bigint
}

export interface IndexLookup {
  readonly parameter: number
  readonly value: string
  readonly system?: string
}

/** Half-open interval in milliseconds since 1970 UTC. */
export interface IndexDate {
  readonly parameter: number
  readonly lowMs: number
  readonly highMs: number
}

/** A B-tree entry holds about 2,700 bytes: value, system and id together have to stay below that. */
const LOOKUP_TEXT_MAX = 400

/** A text as the value index holds it: cut to 400 UTF-16 units, without NUL (which PostgreSQL text can't hold). */
export function lookupText(text: string): string {
  const cut = text.length > LOOKUP_TEXT_MAX ? text.slice(0, LOOKUP_TEXT_MAX) : text
  return cut.includes('\0') ? cut.replaceAll('\0', '') : cut
}
