import { fail } from '../../lib/result.ts'
import type { FailureIssue, Result } from '../../lib/result.ts'
import { readResource } from '../read-json.ts'
import type { Resource } from '../resource.ts'
import { jsonFaultPlace } from './json-fault.ts'
import { validateResource } from './validate-resource.ts'

/**
 * JSON text as a valid R4 resource, digits of decimals kept. Failures: those of `readResource`, a syntax error with its
 * line and column, and `resource-invalid` with everything that `check` finds, warnings too. None of them repeats what the
 * text says.
 */
export function validateText(
  text: string,
  check: (resource: Resource) => readonly FailureIssue[] = validateResource,
): Result<Resource> {
  const read = readResource(text)
  if (!read.ok) return read.failure.code === 'json-malformed' ? fail(located(read.failure, text)) : read
  const issues = check(read.value)
  if (issues.length === 0) return read
  return fail({
    kind: 'invalid',
    code: 'resource-invalid',
    message: 'The resource is not valid FHIR R4.',
    issues,
  })
}

function located<T extends { readonly message: string }>(failure: T, text: string): T {
  const { line, column } = jsonFaultPlace(text)
  return { ...failure, message: `Not JSON: it breaks off or goes wrong at line ${line}, column ${column}.` }
}
