import { Type, type Static } from 'typebox'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import { legalCommands, type CaseState } from '../case/case.ts'
import type { CaseFile } from '../case/case-file.ts'
import { caseChanged, caseMoved } from '../case/case-course.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import type { ModelProfile } from '../models/model-profile.ts'
import { modelIdSchema, modelVersionSchema } from '../models/model-schema.ts'
import type { ModelPeriod } from '../nouns/case-root.ts'
import { replacedPlan } from '../plan/plan-replacement.ts'
import { textField } from './payload.ts'
import { unmetCondition } from './case-command.ts'

const payload = Type.Object(
  {
    model: modelIdSchema,
    version: Type.Optional(modelVersionSchema),
    reason: textField('Why this model fits the patient now.'),
  },
  { additionalProperties: false },
)

export type ModelChoice = Static<typeof payload>

const selectModel = command({
  name: 'SelectModel',
  summary:
    'Chooses the model of a case that was screened in; without a version the newest published one. Until the case is ' +
    'active the choice may be made again; from then on SwitchModel changes it.',
  payload,
  decide: modelSelected,
})

const switchModel = command({
  name: 'SwitchModel',
  summary:
    'Changes the model of an active case: the plan in force is replaced by its next major version, duties are computed ' +
    'anew, what was done before stays. GET /cases/{id}/switch-preview says beforehand what it comes to.',
  payload,
  decide: modelSwitched,
})

export const modelCommands: readonly Command[] = [selectModel, switchModel]

/** Before these a case may change its mind; after the first plan is in force it switches. */
const choosing: ReadonlySet<CaseState> = new Set(['screened', 'outreach', 'open'])
/** A case that came here by another door may be under way without a model. */
const underWay: ReadonlySet<CaseState> = new Set(['active', 'on-hold'])

/** The event of a choice, first or made again before the first plan is in force. */
export function modelSelected(
  file: CaseFile,
  choice: ModelChoice,
  context: CommandContext,
): Result<readonly DomainEvent[]> {
  const { case: root } = file
  const isFirst = root.models.length === 0
  if (!choosing.has(root.state) && !(underWay.has(root.state) && isFirst))
    return fail(refused(file, 'SelectModel'))
  const period = newPeriod(file, choice, context)
  if (!period.ok) return period
  return ok([caseChanged(root, 'ModelSelected', { models: [...root.models, period.value] }, choice.reason)])
}

/** The events of a switch: the case under the new model, the old plan superseded by a new major version of it. */
export function modelSwitched(
  file: CaseFile,
  choice: ModelChoice,
  context: CommandContext,
): Result<readonly DomainEvent[]> {
  const { case: root } = file
  if (root.models.length === 0) return fail(refused(file, 'SwitchModel'))
  const period = newPeriod(file, choice, context)
  const models = period.ok ? [...root.models, period.value] : root.models
  const moved = caseMoved(file, { kind: 'SwitchModel' }, context, { models })
  if (!moved.ok) return fail(refused(file, 'SwitchModel'))
  if (!period.ok) return period
  const { model, version } = period.value
  return ok([
    { ...moved.value, reason: choice.reason },
    ...replacedPlan(file, choice.reason, context, `${model}|${version}`),
  ])
}

function newPeriod(
  { case: root }: CaseFile,
  { model, version, reason }: ModelChoice,
  { models, at, timeZone }: CommandContext,
): Result<ModelPeriod> {
  const profile = models(model, version)
  if (!profile) return fail(modelUnknown)
  if (profile.state !== 'published') return fail(notPublished(profile))
  const last = root.models.at(-1)
  if (last?.model === profile.id && last.version === profile.version)
    return fail(unmetCondition('The case is under this version of the model already.'))
  if (last?.since !== undefined && startMsOf(last.since, timeZone) > startMsOf(at, timeZone))
    return fail(unmetCondition('The model in force began later than the time of this fact.'))
  return ok({ model: profile.id, version: profile.version, since: at, reason })
}

function refused({ case: root }: CaseFile, name: string): Failure {
  const { state, models } = root
  const own = choosing.has(state) || (underWay.has(state) && models.length === 0) ? ['SelectModel'] : []
  return {
    kind: 'illegal-transition',
    code: 'illegal-transition',
    message:
      models.length === 0 && name === 'SwitchModel'
        ? 'SwitchModel is not possible while the case has no model.'
        : `${name} is not possible while the case is ${state}.`,
    legal: [...legalCommands(root), ...own],
  }
}

export const modelUnknown: Failure = {
  kind: 'not-found',
  code: 'model-unknown',
  message: 'There is no such model, or none of that version: GET /models lists them.',
  expression: 'model',
}

const notPublished = ({ state }: ModelProfile): Failure => ({
  kind: 'business-rule',
  code: 'model-not-published',
  message: `A case takes a published version of a model; this one is ${state}.`,
  expression: 'version',
})
