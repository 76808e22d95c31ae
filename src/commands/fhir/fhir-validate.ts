import type { Failure, FailureIssue } from '../../lib/result.ts'
import { validateProfiles } from '../../fhir/validation/profiles/validate-profiles.ts'
import type { FhirDeps } from './fhir-deps.ts'

/**
 * Why a resource can't be taken, or undefined: by R4 (`resource-invalid`), or by a loaded profile that it claims in
 * meta.profile (`profile-not-met`); every fault of both is listed. A claimed profile that isn't loaded refuses nothing.
 */
export function refusedContent(
  { validate, packages }: Pick<FhirDeps, 'validate' | 'packages'>,
  resource: unknown,
): Failure | undefined {
  const own = validate(resource)
  const claimed = packages ? validateProfiles(resource, packages.definitions) : []
  const issues = [...own, ...claimed]
  if (hasError(own)) {
    return {
      kind: 'invalid',
      code: 'resource-invalid',
      message: 'The resource is not valid FHIR R4.',
      issues,
    }
  }
  if (!hasError(claimed)) return undefined
  const message = 'The resource does not meet a profile that it claims in meta.profile.'
  return { kind: 'unprocessable', code: 'profile-not-met', message, issues }
}

const hasError = (issues: readonly FailureIssue[]): boolean =>
  issues.some(({ severity }) => severity === 'error' || severity === 'fatal')
