import { instantOf } from '../../../lib/clock.ts'
import { zonedTextOf } from '../../../lib/fhir-time.ts'
import { fail, ok, type Result } from '../../../lib/result.ts'
import type { CommandContext } from '../../../care-plan/commands/command.ts'
import {
  modelSelected,
  modelSwitched,
  modelUnknown,
  type ModelChoice,
} from '../../../care-plan/commands/model-commands.ts'
import { evolveAll } from '../../../care-plan/machines/domain-event.ts'
import type { ModelProfile } from '../../../care-plan/models/model-profile.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { writeCaseFile } from '../nouns/case-files.ts'
import { whatIf, type DutyLine, type Hypothesis, type WhatIf } from '../what-if.ts'
import type { CaseScene } from './case-scene.ts'
import { effectsInputOf } from './effects-input.ts'

/** Another model for a case, as if it were chosen. */
export interface SupposedChoice extends Omit<ModelChoice, 'reason'> {
  /** From when on (dateTime); the scene's now when left out. */
  readonly since?: string
}

export interface ChosenModel {
  readonly profile: ModelProfile
  readonly command: 'SelectModel' | 'SwitchModel'
  readonly effect: WhatIf
}

/**
 * What choosing another model comes to, with whatever else is supposed: decided and derived as the command would and
 * written nowhere. A model that would begin now has the trigger `model:now`, so that the answer is no other a second
 * later. Fails as the command would: `illegal-transition`, `model-unknown`, `model-not-published`, `case-condition`.
 */
export function supposeModel(
  scene: CaseScene,
  choice: SupposedChoice,
  { facts = [], ...hypothesis }: Hypothesis = {},
): Result<ChosenModel> {
  const since = choice.since ?? zonedTextOf(scene.nowMs, scene.timeZone)
  const chosen = chosenModel(scene, { ...choice, since })
  if (!chosen.ok) return chosen
  const { resources, ...rest } = chosen.value
  const effect = whatIf(effectsInputOf(scene), { ...hypothesis, facts: [...resources, ...facts] })
  const raised = choice.since === undefined ? effect.raised.map(line => namedNow(line, since)) : effect.raised
  return ok({ ...rest, effect: { ...effect, raised } })
}

const namedNow = (line: DutyLine, since: string): DutyLine =>
  line.trigger === `model:${since}` ? { ...line, trigger: 'model:now' } : line

interface Chosen extends Pick<ChosenModel, 'profile' | 'command'> {
  /** The case and its plans as the command would leave them. */
  readonly resources: readonly Resource[]
}

function chosenModel(
  scene: CaseScene,
  { since, ...choice }: SupposedChoice & { readonly since: string },
): Result<Chosen> {
  const { file, compartment, lenses, models } = scene
  const profile = models(choice.model, choice.version)
  if (!profile) return fail(modelUnknown)
  const isSwitch = file.case.state === 'active' && file.case.models.length > 0
  const decide = isSwitch ? modelSwitched : modelSelected
  const events = decide(file, { ...choice, reason: 'supposed' }, contextOf(scene, since))
  if (!events.ok) return events
  const after = evolveAll(file, events.value)
  return ok({
    profile,
    command: isSwitch ? 'SwitchModel' : 'SelectModel',
    resources: writeCaseFile({ before: file, after, compartment, lenses }),
  })
}

function contextOf(
  { nowMs, timeZone, rules, models, calendar, stays }: CaseScene,
  since: string,
): CommandContext {
  let born = 0
  return {
    ...{ rules, models, calendar, timeZone, stays: stays.stays },
    actor: 'Device/preview',
    at: since,
    recorded: instantOf(nowMs),
    newId: () => {
      born += 1
      return `preview-${born}`
    },
  }
}
