import type { SearchParameter } from './parameters.ts'

/** A search, checked and typed: what the request parser gives and the store executes. */
export interface SearchPlan {
  readonly type: string
  /** The own base: references written out below it lead here. */
  readonly base?: string
  /** All must hold. */
  readonly filters: readonly SearchFilter[]
  readonly sort: readonly { readonly by: SearchParameter; readonly descending: boolean }[]
  readonly count: number
  /** Where the page before ended. */
  readonly after?: Keyset
  readonly includes: readonly SearchInclude[]
  readonly revIncludes: readonly SearchInclude[]
  /** `_summary=count` or `_total=accurate`. */
  readonly total: 'none' | 'accurate'
  readonly countOnly: boolean
}

/** One parameter of the request: any of the values may match. */
export interface SearchFilter {
  readonly parameter: SearchParameter
  readonly modifier?: SearchModifier
  readonly values: readonly SearchValue[]
}

export type SearchModifier = 'missing' | 'exact' | 'contains' | 'not'

/** A place in the order of a search: the sort keys of a match (ISO instants for times), then what makes it unique. */
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
  | { readonly kind: 'date'; readonly prefix: DatePrefix; readonly lowMs: number; readonly highMs: number }
  | { readonly kind: 'missing'; readonly missing: boolean }

export type DatePrefix = 'eq' | 'ne' | 'gt' | 'lt' | 'ge' | 'le' | 'sa' | 'eb' | 'ap'

export interface SearchInclude {
  /** The type that holds the reference. */
  readonly source: string
  readonly parameter: SearchParameter
  /** Only targets of this type. */
  readonly target?: string
}
