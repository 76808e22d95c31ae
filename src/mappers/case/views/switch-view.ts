import { instantOf } from '../../../lib/clock.ts'
import { zonedTextOf } from '../../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../../lib/result.ts'
import type { Weighed } from '../../../care-plan/caseload.ts'
import type { CaseFile, Obligation } from '../../../care-plan/case-file.ts'
import type { CommandContext } from '../../../care-plan/command.ts'
import {
  modelSelected,
  modelSwitched,
  modelUnknown,
  type ModelChoice,
} from '../../../care-plan/commands/model-commands.ts'
import { evolveAll } from '../../../care-plan/domain-event.ts'
import { dutyChange, switchPreview } from '../../../care-plan/switch-preview.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { caseEffects } from '../case-effects.ts'
import { readCaseFile, writeCaseFile } from '../nouns/case-files.ts'
import type { CaseScene } from './case-scene.ts'

/**
 * What choosing another model would come to, decided and derived as the command would and written nowhere. Fails as the
 * command would: `illegal-transition`, `model-unknown`, `model-not-published`, `case-condition`.
 */
export function switchView(
  scene: CaseScene,
  choice: Omit<ModelChoice, 'reason'>,
  others: readonly Weighed[],
): Result<object> {
  const { file, version, models, timeZone, nowMs } = scene
  const profile = models(choice.model, choice.version)
  if (!profile) return fail(modelUnknown)
  const isActive = file.case.state === 'active' && file.case.models.length > 0
  const decide = isActive ? modelSwitched : modelSelected
  const events = decide(file, { ...choice, reason: 'preview' }, contextOf(scene))
  if (!events.ok) return events
  const after = evolveAll(file, events.value)
  const resources = writeCaseFile({
    ...{ before: file, after, compartment: scene.compartment, lenses: scene.lenses },
  })
  return ok({
    version,
    command: isActive ? 'SwitchModel' : 'SelectModel',
    ...switchPreview(file, profile, { models, timeZone, nowMs, others }),
    duties: dutyChange(
      derived(scene, file, scene.compartment),
      derived(scene, after, merged(scene.compartment, resources)),
    ),
  })
}

function contextOf({ nowMs, timeZone, rules, models, calendar, stays }: CaseScene): CommandContext {
  let born = 0
  return {
    ...{ rules, models, calendar, timeZone, stays: stays.stays },
    actor: 'Device/preview',
    at: zonedTextOf(nowMs, timeZone),
    recorded: instantOf(nowMs),
    newId: () => {
      born += 1
      return `preview-${born}`
    },
  }
}

/** The duties of the case as they follow from a compartment. */
function derived(
  scene: CaseScene,
  { case: { id } }: CaseFile,
  compartment: readonly Resource[],
): readonly Obligation[] {
  const { tenant, shard, canonicalBase, patient, rules, calendar, timeZone, models, stays, lenses } = scene
  const effects = caseEffects({
    ...stays,
    ...{ tenant, shard, canonicalBase, patient, compartment, rules, calendar, timeZone, models },
    message: 'urn:casewire:preview',
  })
  return readCaseFile(id, merged(compartment, effects.resources), lenses)?.obligations ?? []
}

const merged = (compartment: readonly Resource[], changed: readonly Resource[]): readonly Resource[] => [
  ...new Map(
    [...compartment, ...changed].map(resource => [`${resource.resourceType}/${resource.id ?? ''}`, resource]),
  ).values(),
]
