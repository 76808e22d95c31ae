import type { SearchParameter } from './parameters.ts'

/** A search, checked and typed: what the request parser gives and the store executes. */
export interface SearchPlan {
  readonly type: string
  /** All must hold. */
  readonly filters: readonly SearchFilter[]
  readonly sort: readonly { readonly by: SearchParameter; readonly descending: boolean }[]
  readonly count: number
  /** Keyset token of the page before; opaque to everyone but the store. */
  readonly after?: string
  readonly includes: readonly SearchInclude[]
  readonly revIncludes: readonly SearchInclude[]
  /** `_summary=count` or `_total=accurate`. */
  readonly total: 'none' | 'accurate'
  readonly countOnly: boolean
}

/** One parameter of the request: any of the values may match. */
export interface SearchFilter {
  readonly parameter: SearchParameter
  readonly modifier?: 'missing' | 'exact' | 'contains' | 'not'
  readonly values: readonly SearchValue[]
}

export type SearchValue =
  | { readonly kind: 'token'; readonly system?: string | null; readonly code?: string }
  | { readonly kind: 'string'; readonly text: string }
  | { readonly kind: 'uri'; readonly text: string }
  | { readonly kind: 'reference'; readonly type?: string; readonly id?: string; readonly url?: string }
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
