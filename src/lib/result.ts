/**
 * Expected failures are values, not exceptions: a pure function returns `Result`, an edge turns a `Failure` into
 * an OperationOutcome, a problem+json body or a dead-letter record. Exceptions are left for faults outside
 * (caught once at the edge, `unavailable`) and for our own bugs (`assert`).
 */
export type Result<T, F = Failure> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly failure: F }

/** One row per failure kind: its FHIR issue type, and its HTTP status at each door (interface.md 3). */
export const failureKinds = {
  invalid: { issue: 'invalid', fhir: 400, api: 400 },
  unauthenticated: { issue: 'login', fhir: 401, api: 401 },
  forbidden: { issue: 'forbidden', fhir: 403, api: 403 },
  'not-found': { issue: 'not-found', fhir: 404, api: 404 },
  gone: { issue: 'deleted', fhir: 410, api: 410 },
  conflict: { issue: 'conflict', fhir: 409, api: 409 },
  'stale-version': { issue: 'conflict', fhir: 412, api: 412 },
  'multiple-matches': { issue: 'multiple-matches', fhir: 412, api: 412 },
  'illegal-transition': { issue: 'business-rule', fhir: 422, api: 409 },
  'business-rule': { issue: 'business-rule', fhir: 422, api: 422 },
  unprocessable: { issue: 'invariant', fhir: 422, api: 422 },
  unsupported: { issue: 'not-supported', fhir: 400, api: 400 },
  'method-not-allowed': { issue: 'not-supported', fhir: 405, api: 405 },
  'not-acceptable': { issue: 'not-supported', fhir: 406, api: 406 },
  'unsupported-media-type': { issue: 'not-supported', fhir: 415, api: 415 },
  'too-large': { issue: 'too-long', fhir: 413, api: 413 },
  throttled: { issue: 'throttled', fhir: 429, api: 429 },
  unavailable: { issue: 'transient', fhir: 503, api: 503 },
} as const

export type FailureKind = keyof typeof failureKinds

/**
 * What went wrong. `code` is stable and listed in docs/reference/errors.md; `message` says what, where and what to do
 * next and never carries a patient's data; `issues` lists every fault when one message is not enough.
 */
export interface Failure {
  readonly kind: FailureKind
  readonly code: string
  readonly message: string
  /** FHIRPath of the element at fault, or `SEG-field` for HL7 v2. */
  readonly expression?: string
  readonly issues?: readonly FailureIssue[]
  /** The commands or states that would have been legal. */
  readonly legal?: readonly string[]
  /** The version that stands, for one that is refused because of another. */
  readonly version?: string
  /** Number of the rule that was broken: `I3` (docs/reference/invariants.md). */
  readonly rule?: string
  /** Key of the resource at fault (`Task/1`), where several are written together; clients see the entry it stands in. */
  readonly resource?: string
}

export interface FailureIssue {
  readonly severity: 'fatal' | 'error' | 'warning' | 'information'
  /** FHIR issue type, e.g. `required`, `value`, `structure`, `invariant`, `code-invalid`. */
  readonly code: string
  readonly diagnostics: string
  readonly expression?: string
}

export const ok = <T>(value: T): { readonly ok: true; readonly value: T } => ({ ok: true, value })
export const fail = (failure: Failure): { readonly ok: false; readonly failure: Failure } => ({
  ok: false,
  failure,
})
