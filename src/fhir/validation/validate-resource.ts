import type { FailureIssue } from '../../lib/result.ts'
import type { Resource } from '../resource.ts'
import { newScope } from './scope.ts'
import { walkResource } from './walk.ts'

/**
 * Every fault of a FHIR R4 resource, none when it is valid: element names, JSON types, cardinality, choice of type,
 * formats and calendar, required bindings, targets of references and native invariants, also in contained resources and
 * Bundle entries. Takes any parsed JSON (decimals may be `JSON.rawJSON`), never throws, never alters it. `expression` is
 * the FHIRPath of the element; `diagnostics` says what is allowed and never repeats a value.
 * What R4 constraints are not checked: docs/reference/validation.md.
 *
 * With `standing`, the resource that it was made of: an element that is the very same object there is not looked at
 * again, for it is as valid as it was.
 */
export function validateResource(value: unknown, standing?: Resource): readonly FailureIssue[] {
  const scope = newScope()
  walkResource(value, scope, { standing })
  return scope.issues
}
