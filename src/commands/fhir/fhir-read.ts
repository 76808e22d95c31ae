import type { Instant } from '../../lib/clock.ts'
import { fail, ok, type Result } from '../../lib/result.ts'
import type { ResourceKey } from '../../fhir/resource.ts'
import type { FhirDeps } from './fhir-deps.ts'
import { visible, visibleVersion } from './fhir-visibility.ts'
import type { Stored } from '../ports/store.ts'

/** The current version. Failures: `resource-unknown` (404, also what the caller may not see), `resource-deleted` (410). */
export async function readCurrent(deps: FhirDeps, key: ResourceKey): Promise<Result<Stored>> {
  return standing(await visible(deps, await deps.store.read(deps.tenant, key)))
}

/** The version that stood at an instant. Failures: `resource-unknown` when there was none yet, `resource-deleted`. */
export async function readAt(deps: FhirDeps, key: ResourceKey, at: Instant): Promise<Result<Stored>> {
  return standing(await visibleVersion(deps, await deps.store.readAt(deps.tenant, key, at)))
}

/** One version. Failures: `resource-unknown`, `resource-deleted` when that version is the deletion. */
export async function readVersion(
  deps: FhirDeps,
  key: ResourceKey,
  versionId: string,
): Promise<Result<Stored>> {
  if (!/^[1-9]\d{0,8}$/.test(versionId)) return unknown
  const stored = await deps.store.readVersion(deps.tenant, key, Number(versionId))
  return standing(await visibleVersion(deps, stored))
}

function standing(stored: Stored | undefined): Result<Stored> {
  if (!stored) return unknown
  if (!stored.deleted) return ok(stored)
  return fail({ kind: 'gone', code: 'resource-deleted', message: 'The resource was deleted.' })
}

export const unknown = fail({
  kind: 'not-found',
  code: 'resource-unknown',
  message: 'There is no such resource or version.',
})
