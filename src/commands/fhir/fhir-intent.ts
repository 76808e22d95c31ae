import { fail, type Failure } from '../../lib/result.ts'
import { failureAt } from '../../fhir/bundle/entry-failures.ts'
import type { Patch } from '../../fhir/patch/patch.ts'
import { keyText, type Resource, type ResourceKey } from '../../fhir/resource.ts'

/** One write that a client asks for, alone or as an entry of a transaction. */
export interface WriteIntent {
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly type: string
  /** Of a PUT, PATCH or DELETE that isn't conditional. */
  readonly id?: string
  /** The query by which a conditional PUT, PATCH or DELETE finds what it means. */
  readonly condition?: string
  readonly resource?: Resource
  /** Of a PATCH. */
  readonly patch?: Patch
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

export interface AddressedIntent {
  readonly intent: WriteIntent
  readonly key: ResourceKey
}

/**
 * A failure of the law, which knows resources and not entries: it is about the entry that writes the resource at fault.
 * What the law found in a resource of another type (a rule of the whole case) has no element in that entry.
 */
export function placedFailure(
  placed: readonly AddressedIntent[],
  failure: Failure,
): { readonly ok: false; readonly failure: Failure } {
  const about = placed.find(({ key }) => keyText(key) === failure.resource)
  if (!about || about.intent.place === undefined) return fail(failure)
  const type = /^[A-Z][A-Za-z]+/.exec(failure.expression ?? '')?.[0]
  const { expression: _elsewhere, ...rest } = failure
  return at(about.intent, type === about.key.type ? failure : rest)
}
