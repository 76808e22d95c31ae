import { fail, type Failure } from '../lib/result.ts'
import { failureAt } from '../fhir/bundle/read-entries.ts'
import type { Resource } from '../fhir/resource.ts'

/** One write that a client asks for, alone or as an entry of a transaction. */
export interface WriteIntent {
  readonly method: 'POST' | 'PUT' | 'DELETE'
  readonly type: string
  /** Of a PUT or DELETE. */
  readonly id?: string
  readonly resource?: Resource
  readonly ifMatch?: string
  readonly ifNoneMatch?: string
  readonly ifNoneExist?: string
  readonly fullUrl?: string
  /** `Bundle.entry[3]`, for diagnostics. */
  readonly place?: string
}

/** A failure says which entry it is about, when there are several. */
export const at = (
  { place }: WriteIntent,
  failure: Failure,
): { readonly ok: false; readonly failure: Failure } =>
  fail(place === undefined ? failure : failureAt(place, failure))
