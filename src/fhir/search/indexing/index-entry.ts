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
  /** Numbers, quantities and positions; absent when the resource has none. */
  readonly numbers?: readonly IndexNumber[]
  readonly composites?: readonly IndexComposite[]
  /** The words of the narrative, folded, without markup. */
  readonly narrative?: string
  /** 64-bit hash of all values that have rows: equal hash, equal rows. Its last bits say which tables hold rows (index-hash.ts). */
  readonly hash: bigint
}

export interface IndexLookup {
  readonly parameter: number
  readonly value: string
  readonly system?: string
}

export const sameLookup = (a: IndexLookup, b: IndexLookup): boolean =>
  a.parameter === b.parameter && a.value === b.value && a.system === b.system

/** Half-open interval in milliseconds since 1970 UTC. */
export interface IndexDate {
  readonly parameter: number
  readonly lowMs: number
  readonly highMs: number
}

/**
 * The closed interval [low, high] as decimal texts, `-Infinity` and `Infinity` for an open side; a stored number is a point, for "the
 * way search parameters operate in resources is not affected by the precision of the number in the resource" (R4 search.html#number).
 */
export interface IndexNumber {
  readonly parameter: number
  readonly low: string
  readonly high: string
  readonly system?: string
  readonly code?: string
  /** As people read it; a search for a unit without a system looks at it too. */
  readonly unit?: string
  /** In canonical units (canonical-quantity.ts), `code` among them; without system and unit. */
  readonly canonical: boolean
}

/** Component values that stand in one element. The first is a token; the others are what is present. */
export interface IndexComposite {
  readonly parameter: number
  readonly value: string
  readonly system?: string
  /** Second component: a token, a reference, a string (folded; as written in `system2`) or the code of a quantity. */
  readonly value2?: string
  readonly system2?: string
  /** Of a quantity, as people read it. */
  readonly unit?: string
  readonly low?: string
  readonly high?: string
  /** Third component: a number. */
  readonly low2?: string
  readonly high2?: string
  /** Half-open, like IndexDate. */
  readonly lowMs?: number
  readonly highMs?: number
  readonly canonical: boolean
}

/** A B-tree entry holds about 2,700 bytes: value, system and id together have to stay below that. */
const LOOKUP_TEXT_MAX = 400

/** A text as the value index holds it: cut to 400 UTF-16 units, without NUL (which PostgreSQL text can't hold). */
export function lookupText(text: string): string {
  const cut = text.length > LOOKUP_TEXT_MAX ? text.slice(0, LOOKUP_TEXT_MAX) : text
  return cut.includes('\0') ? cut.replaceAll('\0', '') : cut
}
