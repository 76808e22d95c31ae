import type { FailureIssue } from '../../lib/result.ts'
import type { SearchFilter, SearchInclude, SearchPlan } from './plan.ts'

export interface SearchRequest {
  readonly type: string
  /** Names and values of the query (or of the form of `POST _search`), decoded, in order. */
  readonly pairs: readonly (readonly [name: string, value: string])[]
  /** `Prefer: handling=lenient`: what is unknown or not supported is left out instead of refused. */
  readonly lenient: boolean
  /** Own base URL without a slash at the end. */
  readonly base: string
  readonly nowMs: number
}

/** What one name and value contributes to the plan. */
export type Part =
  | { readonly kind: 'filter'; readonly filter: SearchFilter }
  | { readonly kind: 'sort'; readonly sort: SearchPlan['sort'] }
  | { readonly kind: 'count'; readonly count: number }
  | { readonly kind: 'page'; readonly token: string }
  | { readonly kind: 'include' | 'revinclude'; readonly include: SearchInclude }
  | { readonly kind: 'total' }
  | { readonly kind: 'count-only' }
  | { readonly kind: 'nothing' }

export type Read =
  | { readonly kind: 'part'; readonly part: Part }
  | { readonly kind: 'fault'; readonly issue: FailureIssue }
  | { readonly kind: 'left-out' }

export const part = (value: Part): Read => ({ kind: 'part', part: value })

/** Never left out by lenient handling: the client means a parameter that exists, and its value is wrong. */
export const badValue = (name: string, wanted: string): Read => ({
  kind: 'fault',
  issue: { severity: 'error', code: 'value', diagnostics: `search parameter ${name}: ${wanted}` },
})

export function unknown(name: string, request: SearchRequest, why: string): Read {
  if (request.lenient) return { kind: 'left-out' }
  return {
    kind: 'fault',
    issue: { severity: 'error', code: 'invalid', diagnostics: `search parameter ${name}: ${why}` },
  }
}

export function unsupported(name: string, request: SearchRequest, why: string): Read {
  if (request.lenient) return { kind: 'left-out' }
  return {
    kind: 'fault',
    issue: { severity: 'error', code: 'not-supported', diagnostics: `search parameter ${name}: ${why}` },
  }
}
