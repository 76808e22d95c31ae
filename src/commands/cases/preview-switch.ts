import type { Result } from '../../lib/result.ts'
import { switchView } from '../../mappers/case/views/switch-view.ts'
import type { CaseDeps } from './case-deps.ts'
import { otherCases } from './caseload.ts'
import { viewCase } from './view-case.ts'

export interface PreviewRequest {
  readonly id: string
  readonly model: string
  readonly version?: string
}

/** What another model would mean for a case; nothing is written. Failures: `case-unknown` and those of the command. */
export async function previewSwitch(deps: CaseDeps, request: PreviewRequest): Promise<Result<object>> {
  const { id, model, version } = request
  await deps.registry.refresh()
  const scene = await viewCase(deps, { id })
  if (!scene.ok) return scene
  const { manager } = scene.value.file.case
  const others = manager === undefined ? [] : await otherCases(deps, manager, id)
  return switchView(scene.value, { model, ...(version !== undefined && { version }) }, others)
}
