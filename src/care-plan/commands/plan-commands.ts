import { Type } from 'typebox'
import { ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { agreementWays, planMachine, type Plan } from '../nouns/plan.ts'
import { activated, inForce, startedGoals } from '../plan/plan-activation.ts'
import { agreementRecorded } from '../plan/plan-agreement.ts'
import { changedPlan, endedCase, revised, unknownIn } from '../plan/plan-change.ts'
import { backwards, endedAt } from './period-order.ts'
import { currentModel, nextMajor, replacementDraft } from '../plan/plan-replacement.ts'
import { dateTimeField, textField } from './payload.ts'
import { byField, closed, idList, planChanges, planId, why } from './plan-payloads.ts'

const draftPlan = command({
  name: 'DraftPlan',
  summary: 'Begins a plan of the case; it replaces the one in force when it is activated.',
  payload: Type.Object(
    {
      title: Type.Optional(textField('Title of the plan', 200)),
      goals: Type.Optional(idList('Ids of goals of the case')),
      activities: Type.Optional(idList('Ids of activities of the case')),
      needs: Type.Optional(idList('Ids of the needs that the plan addresses')),
      strengths: Type.Optional(idList('Ids of strengths that it builds on')),
      start: Type.Optional(dateTimeField('When it is to begin; by default when it is activated')),
      end: Type.Optional(dateTimeField('When it is to end')),
    },
    closed,
  ),
  decide: (file, payload, context) => {
    const { goals = [], activities = [], needs = [], strengths = [], ...rest } = payload
    const failure =
      endedCase(file, 'DraftPlan') ??
      unknownIn(file, 'goal', goals) ??
      unknownIn(file, 'activity', activities) ??
      unknownIn(file, 'need', needs) ??
      unknownIn(file, 'strength', strengths) ??
      backwards(rest)
    if (failure) return { ok: false, failure }
    const plan = { ...newPlan(file, context), ...rest, goals, activities, needs, strengths }
    return ok([{ type: 'PlanDrafted', noun: 'plan', id: plan.id, changes: plan }])
  },
})

function newPlan(file: CaseFile, { actor, at, newId }: CommandContext): Plan {
  const old = file.plans.find(inForce)
  const model = currentModel(file)
  return {
    id: newId('plan'),
    state: 'draft',
    major: nextMajor(file),
    minor: 0,
    author: actor,
    created: at,
    goals: [],
    activities: [],
    needs: [],
    strengths: [],
    agreements: [],
    ...(old && { replaces: old.id }),
    ...(model !== undefined && { model }),
  }
}

const editPlan = command({
  name: 'EditPlan',
  summary: 'Changes the content of a draft.',
  payload: Type.Object({ plan: planId, changes: planChanges }, closed),
  decide: (file, { plan: id, changes }) => {
    const plan = foundNoun(file, 'plan', id)
    if (!plan.ok) return plan
    const move = legalMove(planMachine, plan.value.state, 'EditPlan')
    if (!move.ok) return move
    const fields = changedPlan(file, plan.value, changes)
    return fields.ok ? ok([{ type: move.value.event, noun: 'plan', id, changes: fields.value }]) : fields
  },
})

const obtainAgreement = command({
  name: 'ObtainAgreement',
  summary:
    'Records who agreed to a plan or refused it; the plan counts as agreed once the patient or guardian has.',
  payload: Type.Object(
    {
      plan: planId,
      party: Type.Enum(['patient', 'guardian', 'provider'], {
        description: 'In which quality',
      }),
      by: byField,
      decision: Type.Enum(['agreed', 'refused'], {
        description: 'What was said',
      }),
      reason: Type.Optional(textField('Why it was refused: needed for a refusal')),
      how: Type.Optional(
        Type.Enum([...agreementWays], { description: 'How it was said to who records it for another' }),
      ),
    },
    closed,
  ),
  decide: (file, { plan: id, ...said }, { at, relatives, actor }) => {
    const plan = foundNoun(file, 'plan', id)
    return plan.ok ? agreementRecorded(file, plan.value, { ...said, at, relatives, actor }) : plan
  },
})

const activatePlan = command({
  name: 'ActivatePlan',
  summary:
    'Puts an agreed plan into force, in place of the one before; with its first plan the case becomes active.',
  payload: Type.Object({ plan: planId }, closed),
  decide: (file, { plan: id }, context) => {
    const plan = foundNoun(file, 'plan', id)
    return plan.ok ? activated(file, plan.value, context) : plan
  },
})

const revisePlan = command({
  name: 'RevisePlan',
  summary: 'Changes the plan in force as a minor revision.',
  payload: Type.Object({ plan: planId, changes: planChanges, reason: why }, closed),
  decide: (file, { plan: id, changes, reason }, context) => {
    const plan = foundNoun(file, 'plan', id)
    if (!plan.ok) return plan
    const fields = changedPlan(file, plan.value, changes)
    if (!fields.ok) return fields
    const revisions = [...(plan.value.revisions ?? []), context.at]
    const revision = revised(file, plan.value, { ...fields.value, revisions }, reason)
    if (!revision.ok) return revision
    return ok([...revision.value, ...startedGoals(file, changes.addGoals ?? [], context)])
  },
})

const replacePlan = command({
  name: 'ReplacePlan',
  summary: 'Begins the next major version of the plan in force, with what is still open of it.',
  payload: Type.Object({ plan: planId, reason: why }, closed),
  decide: (file, { plan: id, reason }, context) => {
    const plan = foundNoun(file, 'plan', id)
    if (!plan.ok) return plan
    const failure = endedCase(file, 'ReplacePlan')
    if (failure) return { ok: false, failure }
    const move = legalMove(planMachine, plan.value.state, 'ReplacePlan')
    if (!move.ok) return move
    const draft = replacementDraft(file, plan.value, context)
    return ok([{ type: 'PlanDrafted', noun: 'plan', id: draft.id, changes: draft, reason }])
  },
})

/** What a move changes beside the state. */
type Beside = (context: CommandContext, plan: Plan) => Partial<Plan>
const nothing: Beside = () => ({})
const ending: Beside = ({ at }, plan) => endedAt(plan, at)

/** A command that does little but move a plan, with a reason. */
const mover = (name: string, summary: string, beside = nothing): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ plan: planId, reason: why }, closed),
    decide: (file, { plan, reason }, context) =>
      moved(file, { plan, name, changes: one => ({ reason, ...beside(context, one) }), reason }),
  })

/** The same without a reason; one given before is done with. */
const plainMover = (name: string, summary: string, beside = nothing): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ plan: planId }, closed),
    decide: (file, { plan }, context) =>
      moved(file, { plan, name, changes: one => ({ ...gone, ...beside(context, one) }) }),
  })

const gone = { reason: undefined } as unknown as Partial<Plan>

interface PlanMove {
  readonly plan: string
  readonly name: string
  /** What changes beside the state. */
  readonly changes: (plan: Plan) => Partial<Plan>
  readonly reason?: string
}

function moved(
  file: CaseFile,
  { plan: id, name, changes, reason }: PlanMove,
): Result<readonly DomainEvent[]> {
  const plan = foundNoun(file, 'plan', id)
  if (!plan.ok) return plan
  const move = legalMove(planMachine, plan.value.state, name)
  if (!move.ok) return move
  return ok([
    {
      type: move.value.event,
      noun: 'plan',
      id,
      changes: { ...changes(plan.value), state: move.value.to },
      ...(reason !== undefined && { reason }),
    },
  ])
}

export const planCommands: readonly Command[] = [
  draftPlan,
  editPlan,
  plainMover('ProposeChange', 'Hands a draft over for review.'),
  // What was agreed to is about to change: agreement is to be obtained anew.
  mover('ReturnPlan', 'Gives a plan under review or agreed on back to be worked over.', () => ({
    agreements: [],
  })),
  obtainAgreement,
  activatePlan,
  revisePlan,
  replacePlan,
  mover('HoldPlan', 'Suspends the plan in force.'),
  plainMover('ResumePlan', 'Takes a suspended plan up again.'),
  plainMover('CompletePlan', 'Ends a plan that has been carried out.', ending),
  mover('RevokePlan', 'Ends a plan that will not be carried out (further).', ending),
]
