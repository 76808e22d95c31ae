import { instantOf } from '../../../lib/clock.ts'
import { zonedTextOf } from '../../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../../lib/result.ts'
import type { Weighed } from '../../../care-plan/caseload.ts'
import type { CommandContext } from '../../../care-plan/command.ts'
import {
  modelSelected,
  modelSwitched,
  modelUnknown,
  type ModelChoice,
} from '../../../care-plan/commands/model-commands.ts'
import { evolveAll, type DomainEvent } from '../../../care-plan/domain-event.ts'
import { switchPreview } from '../../../care-plan/switch-preview.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { writeCaseFile } from '../nouns/case-files.ts'
import { whatIf } from '../what-if.ts'
import type { CaseScene } from './case-scene.ts'
import { effectsInputOf } from './effects-input.ts'

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
  const { raised, gone, moved } = whatIf(effectsInputOf(scene), {
    model: { id: profile.id, version: profile.version, since: zonedTextOf(nowMs, timeZone) },
    facts: planFacts(scene, events.value),
  })
  return ok({
    version,
    command: isActive ? 'SwitchModel' : 'SelectModel',
    ...switchPreview(file, profile, { models, timeZone, nowMs, others }),
    duties: { raised, gone, moved },
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

/** The plans as the switch would leave them: a new version in force, the old one superseded. */
function planFacts(
  { file, compartment, lenses }: CaseScene,
  events: readonly DomainEvent[],
): readonly Resource[] {
  const plans = events.filter(({ noun }) => noun === 'plan')
  return writeCaseFile({ before: file, after: evolveAll(file, plans), compartment, lenses })
}
