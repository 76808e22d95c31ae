import { ok, type Result } from '../../../lib/result.ts'
import type { Weighed } from '../../../care-plan/load/caseload.ts'
import { switchPreview } from '../../../care-plan/models/switch-preview.ts'
import type { CaseScene } from './case-scene.ts'
import { supposeModel, type SupposedChoice } from './suppose-model.ts'

/** What choosing another model would come to: hours, load and duties. Fails as `supposeModel` does. */
export function switchView(
  scene: CaseScene,
  choice: SupposedChoice,
  others: readonly Weighed[],
): Result<object> {
  const { file, version, models, timeZone, nowMs } = scene
  const chosen = supposeModel(scene, choice)
  if (!chosen.ok) return chosen
  const { profile, command, effect } = chosen.value
  const { raised, gone, moved } = effect
  return ok({
    version,
    command,
    ...switchPreview(file, profile, { models, timeZone, nowMs, others }),
    duties: { raised, gone, moved },
  })
}
