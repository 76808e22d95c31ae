import { ok, type Failure, type Result } from '../../lib/result.ts'
import { withOwnReferencesRelative } from '../../fhir/own-references.ts'
import { applyPatch } from '../../fhir/patch/patch.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { at } from './fhir-intent.ts'
import type { PlacedIntent } from './fhir-placing.ts'
import { preconditionFailure } from './fhir-preconditions.ts'
import { refusedContent } from './fhir-validate.ts'
import { knownTo } from './fhir-write-limits.ts'
import type { UnitOfWork } from '../work/unit-of-work.ts'

/**
 * The writes with what each PATCH makes of what stands, as if it had been sent by PUT: from here on they are alike.
 * Failures: `resource-unknown`, `resource-deleted`, `patch-result-invalid`, and those of preconditions and `applyPatch`.
 */
export function withPatched(
  deps: Pick<FhirDeps, 'validate' | 'packages' | 'access' | 'base' | 'clock'>,
  work: Pick<UnitOfWork, 'get' | 'loadedVersion'>,
  placed: readonly PlacedIntent[],
): Result<readonly PlacedIntent[]> {
  const made: PlacedIntent[] = []
  for (const item of placed) {
    const { intent, key, patch } = item
    if (!patch) {
      made.push(item)
      continue
    }
    const { standing, version } = knownTo(deps, work, item)
    const refused = preconditionFailure(intent, standing, version)
    if (refused) return at(intent, refused)
    if (!standing) return at(intent, version > 0 ? deleted : unknown)
    const result = applyPatch(standing, patch)
    if (!result.ok) return at(intent, result.failure)
    const invalid = refusedContent(deps, result.value)
    if (invalid) return at(intent, { ...invalid, ...wouldBeInvalid })
    const resource = withOwnReferencesRelative(result.value, deps.base)
    made.push({ ...item, resource: { ...resource, id: key.id } })
  }
  return ok(made)
}

const wouldBeInvalid = {
  kind: 'unprocessable',
  code: 'patch-result-invalid',
  message: 'What the patch makes is not valid FHIR R4; nothing was changed.',
} as const

const unknown: Failure = {
  kind: 'not-found',
  code: 'resource-unknown',
  message: 'There is no such resource to patch; create it first.',
}

const deleted: Failure = {
  kind: 'gone',
  code: 'resource-deleted',
  message: 'The resource was deleted; bring it back with PUT before you patch it.',
}
