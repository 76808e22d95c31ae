import type { FailureIssue } from '../../lib/result.ts'
import type { SearchParameter } from './parameters.ts'
import type { Criterion, SearchInclude, SearchPlan } from './plan.ts'
import type { Part as ResourcePart } from '../summary.ts'
import type { Terminology } from './terminology.ts'

export interface SearchRequest {
  readonly type: string
  /** All types of a search of several (then each is parsed on its own), this one among them. */
  readonly types?: readonly string[]
  /** Names and values of the query (or of the form of `POST _search`), decoded, in order. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** `Prefer: handling=lenient`: what is unknown or not supported is left out instead of refused. */
  readonly lenient: boolean
  /** Own base URL without a slash at the end. */
  readonly base: string
  readonly nowMs: number
  /** Where the page before ended (page-token.ts). */
  readonly place?: string
  /** For `:in`, `:not-in`, `:above`, `:below`; without it they are refused. */
  readonly terminology?: Terminology
}

/** A parameter of a type with its modifier, as written. */
export interface FilterText {
  readonly name: string
  readonly parameter: SearchParameter
  readonly modifier: string | undefined
  readonly value: string
}

/** What one name and value contributes to the plan. */
export type Part =
  | { readonly kind: 'criterion'; readonly name: string; readonly criterion: Criterion }
  | { readonly kind: 'sort'; readonly sort: SearchPlan['sort'] }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'include' | 'revinclude'; readonly includes: readonly SearchInclude[] }
  | { readonly kind: 'total'; readonly total: SearchPlan['total'] }
  | { readonly kind: 'shape'; readonly shape: ResourcePart }
  | { readonly kind: 'count-only' }
  | { readonly kind: 'explain' }
  | { readonly kind: 'nothing' }

export type Read =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'fault'; readonly issue: FailureIssue }
  | { readonly kind: 'left-out' }

/** The types that a search is about. */
export const typesOf = ({ type, types }: Pick<SearchRequest, 'type' | 'types'>): readonly string[] =>
  types ?? [type]

export const part = (value: Part): Read => ({ kind: 'part', part: value })

/** Never left out by lenient handling: the client means a parameter that exists, and its value is wrong. */
export const badValue = (name: string, wanted: string): Read => ({
  kind: 'fault',
  issue: { severity: 'error', code: 'value', diagnostics: `search parameter ${name}: ${wanted}` },
})

export function unknown(name: string, request: Pick<SearchRequest, 'lenient'>, why: string): Read {
  return request.lenient ? { kind: 'left-out' } : fault(name, 'invalid', why)
}

export function unsupported(name: string, request: Pick<SearchRequest, 'lenient'>, why: string): Read {
  return request.lenient ? { kind: 'left-out' } : fault(name, 'not-supported', why)
}

/** Refused whatever the handling: it would cost too much. */
export const tooCostly = (name: string, why: string): Read => fault(name, 'too-costly', why)

const fault = (name: string, code: string, why: string): Read => ({
  kind: 'fault',
  issue: { severity: 'error', code, diagnostics: `search parameter ${name}: ${why}` },
})
