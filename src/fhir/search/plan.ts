import type { SearchParameter } from './parameters.ts'

/** A search, checked and typed: what the request parser gives and the store executes. */
export interface SearchPlan {
  readonly type: string
  /** The own base: references written out below it lead here. */
  readonly base?: string
  /** All must hold. */
  readonly where: readonly Criterion[]
  readonly sort: readonly { readonly by: SearchParameter; readonly descending: boolean }[]
  readonly count: number
  /** Where the page before ended. */
  readonly after?: Keyset
  readonly includes: readonly SearchInclude[]
  readonly revIncludes: readonly SearchInclude[]
  /** accurate: `_summary=count` or `_total=accurate`; estimate: what the planner of the database expects. */
  readonly total: 'none' | 'estimate' | 'accurate'
  readonly countOnly: boolean
  /**
   * What the caller may see of each type that comes along with the matches (smart/limit-search.ts); a type that isn't there
   * stays hidden. Undefined = everything.
   */
  readonly visible?: Readonly<Record<string, Criterion>>
}

/**
 * What a resource must fulfil, as a tree: the query string, `_filter`, compartments and the limits of a caller's access all
 * end here, so that one interpreter (store/search/search-conditions.ts) and one matcher know what they mean.
 */
export type Criterion =
  | { readonly kind: 'filter'; readonly filter: SearchFilter }
  | { readonly kind: 'all'; readonly of: readonly Criterion[] }
  | { readonly kind: 'any'; readonly of: readonly Criterion[] }
  | { readonly kind: 'not'; readonly of: Criterion }
  /** It refers, by a reference parameter of its type, to a resource of `target` that fulfils `where`. */
  | {
      readonly kind: 'chain'
      readonly parameter: SearchParameter
      readonly target: string
      readonly where: Criterion
      /** What a contained resource of `target` must fulfil instead; undefined = none is looked at. */
      readonly contained?: SearchFilter
    }
  /** A resource of type `source` that fulfils `where` refers to it by that parameter. */
  | {
      readonly kind: 'has'
      readonly source: string
      readonly parameter: SearchParameter
      readonly where: Criterion
    }

/** One parameter of the request: any of the values may match. */
export interface SearchFilter {
  readonly parameter: SearchParameter
  readonly modifier?: SearchModifier
  readonly values: readonly SearchValue[]
}

/** Those of R4 (http://hl7.org/fhir/R4/search.html#modifiers) that the index answers; the parser turns the others into values. */
export type SearchModifier =
  | 'missing'
  | 'exact'
  | 'contains'
  | 'not'
  | 'text'
  | 'of-type'
  | 'identifier'
  /** Of a uri: what lies under it as a path. */
  | 'below'
  /** Of a string, from `_filter`: the whole of it, without regard to case; its end. */
  | 'equals'
  | 'ends'
  /** From `_filter`: has a value that is none of these. */
  | 'unequal'

/**
 * A place in the order of a search: the sort keys of a match (ISO instants for times) and, in a search of several types, its
 * type; then what makes it unique.
 */
export interface Keyset {
  readonly keys: readonly string[]
  readonly shard: number
  readonly id: string
}

export type SearchValue =
  /** system absent = any, null = the value has none; code absent = any code of the system. */
  | { readonly kind: 'token'; readonly system?: string | null; readonly code?: string }
  /** `text` as it was given; the index compares it folded. */
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'uri'; readonly text: string }
  /** `Type/id` of this server for every type that it may be, or another server's url or canonical. */
  | { readonly kind: 'reference'; readonly references: readonly string[] }
  /** Half-open interval of the given text, in milliseconds since 1970 UTC, with the prefix's relation. */
  | { readonly kind: 'date'; readonly prefix: Prefix; readonly lowMs: number; readonly highMs: number }
  /**
   * A number or quantity with its implicit precision as the interval [low, high): `5.4` is [5.35, 5.45); decimal texts, so
   * that no digit is lost (http://hl7.org/fhir/R4/search.html#number). The unit as in a token; none = any.
   */
  | {
      readonly kind: 'number'
      readonly prefix: Prefix
      readonly low: string
      readonly high: string
      /** The value itself, for prefixes that compare with it. */
      readonly value: string
      readonly unit?: { readonly system?: string | null; readonly code?: string }
    }
  /** Words of the narrative, or of the whole resource (`_content`). */
  | { readonly kind: 'words'; readonly query: WordQuery }
  /** At most `metres` away from a place, degrees of WGS84 (http://hl7.org/fhir/R4/location.html#positional). */
  | {
      readonly kind: 'position'
      readonly latitude: number
      readonly longitude: number
      readonly metres: number
    }
  /** One value for each component of a composite parameter, in their order. */
  | { readonly kind: 'composite'; readonly parts: readonly SearchValue[] }
  | { readonly kind: 'missing'; readonly missing: boolean }

export type WordQuery =
  | { readonly kind: 'word'; readonly text: string }
  | { readonly kind: 'and' | 'or'; readonly of: readonly WordQuery[] }
  | { readonly kind: 'not'; readonly of: WordQuery }

export type Prefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

export interface SearchInclude {
  /** The type that holds the reference. */
  readonly source: string
  readonly parameter: SearchParameter
  /** Only targets of this type. */
  readonly target?: string
  /** From what was included too, again and again (`:iterate`). */
  readonly iterate?: boolean
}
