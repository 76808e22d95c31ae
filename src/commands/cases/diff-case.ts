import { ok, type Result } from '../../lib/result.ts'
import { caseDiff } from '../../mappers/case/views/diff-view.ts'
import type { CaseDeps } from './case-deps.ts'
import { instantIn, viewCase } from './view-case.ts'

export interface DiffRequest {
  readonly id: string
  readonly from: string
  /** Now when absent. */
  readonly to?: string
}

/** What of a case differs between what was known at two times. Failures: `case-unknown`, `at-malformed`. */
export async function diffCase(deps: CaseDeps, { id, from, to }: DiffRequest): Promise<Result<object>> {
  const since = instantIn(deps, from)
  if (!since.ok) return since
  const after = await viewCase(deps, { id, ...(to !== undefined && { at: to }) })
  if (!after.ok) return after
  const before = await viewCase(deps, { id, at: from })
  const file = before.ok ? before.value.file : undefined
  return ok({
    id,
    from: since.value,
    to: after.value.at ?? null,
    version: { from: before.ok ? before.value.version : null, to: after.value.version },
    ...caseDiff(file, after.value.file),
  })
}
