import type { Failure, FailureIssue } from '../lib/result.ts'

/** A resource's faults as a failure that lists them all (`resource-invalid`), or undefined when none is an error. */
export function refusedContent(issues: readonly FailureIssue[]): Failure | undefined {
  if (!issues.some(({ severity }) => severity === 'error' || severity === 'fatal')) return undefined
  return { kind: 'invalid', code: 'resource-invalid', message: 'The resource is not valid FHIR R4.', issues }
}
