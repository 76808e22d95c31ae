import { Type } from 'typebox'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command, type CommandContext } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { goalScored } from '../plan/goal-score.ts'
import { legalMove } from '../machines/legal-move.ts'
import { achievements, goalMachine, type Goal } from '../nouns/plan.ts'
import { beginning, dayOf } from '../plan/plan-activation.ts'
import { bornIntoPlan, endedCase, unknownIn } from '../plan/plan-change.ts'
import { isStranger, type PatientSide } from '../case/patient-side.ts'
import { textField } from './payload.ts'
import { unmetCondition } from './case-command.ts'
import {
  byField,
  closed,
  gasTexts,
  goalId,
  idList,
  planId,
  targetField,
  weightField,
  why,
} from './plan-payloads.ts'

const needsField = idList('Ids of the needs that it addresses')
const goalText = textField('The goal in the words of who sets it', 500)

const setGoal = command({
  name: 'SetGoal',
  summary: 'Proposes a goal, in a plan or for one to come.',
  payload: Type.Object(
    {
      text: goalText,
      weight: Type.Optional(weightField),
      target: Type.Optional(targetField),
      needs: Type.Optional(needsField),
      expressedBy: Type.Optional(byField),
      scale: Type.Optional(gasTexts),
      plan: Type.Optional(planId),
    },
    closed,
  ),
  decide: (file, { plan, needs = [], expressedBy, scale, ...rest }, context) => {
    const failure =
      endedCase(file, 'SetGoal') ??
      unknownIn(file, 'need', needs) ??
      strange('expressedBy', expressedBy, { root: file.case, relatives: context.relatives })
    if (failure) return fail(failure)
    const id = context.newId('goal')
    const inPlan = bornIntoPlan(file, plan, 'goals', id)
    if (!inPlan.ok) return inPlan
    const author = expressedBy ?? (MAY_EXPRESS.test(context.actor) ? context.actor : undefined)
    const goal: Goal = {
      ...rest,
      id,
      state: 'proposed',
      statusAt: dayOf(context),
      needs,
      acceptances: [],
      ...(author !== undefined && { expressedBy: author }),
      ...(scale && { scale: [...scale] }),
    }
    return ok([{ type: 'GoalSet', noun: 'goal', id, changes: goal }, ...inPlan.value])
  },
})

/** A goal of this case is set and judged by its own patient, and by relatives of theirs. */
const strange = (field: string, by: string | undefined, side: PatientSide): Failure | undefined =>
  by !== undefined && isStranger(by, side)
    ? {
        ...unmetCondition(
          'Patient and family are those of the case: its own patient, or a RelatedPerson of this patient.',
        ),
        expression: field,
      }
    : undefined

/** Whom Goal.expressedBy may refer to. */
const MAY_EXPRESS = /^(Patient|Practitioner|PractitionerRole|RelatedPerson)\//

const reviseGoal = command({
  name: 'ReviseGoal',
  summary: 'Changes a goal, or documents why nothing is planned for it (I3).',
  payload: Type.Object(
    {
      goal: goalId,
      text: Type.Optional(goalText),
      weight: Type.Optional(weightField),
      target: Type.Optional(targetField),
      needs: Type.Optional(needsField),
      reason: Type.Optional(textField('Why the goal has no open activity')),
    },
    { ...closed, minProperties: 2 },
  ),
  decide: (file, { goal, ...changes }) => {
    const failure = unknownIn(file, 'need', changes.needs ?? [])
    return failure ? fail(failure) : moved(file, { goal, name: 'ReviseGoal', changes: () => changes })
  },
})

const acceptGoal = command({
  name: 'AcceptGoal',
  summary: 'Records what somebody thinks of a goal; it counts as accepted once anybody agrees.',
  payload: Type.Object(
    {
      goal: goalId,
      by: byField,
      decision: Type.Enum(['agree', 'disagree', 'pending'], {
        description: 'What they think',
      }),
    },
    closed,
  ),
  decide: (file, { goal: id, by, decision }, context) => {
    const goal = foundNoun(file, 'goal', id)
    if (!goal.ok) return goal
    const move = legalMove(goalMachine, goal.value.state, 'AcceptGoal')
    if (!move.ok) return move
    const stranger = strange('by', by, { root: file.case, relatives: context.relatives })
    if (stranger) return fail(stranger)
    const acceptances = [
      ...goal.value.acceptances.filter(said => said.by !== by),
      { by, decision, at: context.at },
    ]
    const isMoved = decision === 'agree' && move.value.event === 'GoalAccepted'
    return ok([
      {
        type: isMoved ? move.value.event : 'GoalAcceptanceRecorded',
        noun: 'goal',
        id,
        changes: { acceptances, ...(isMoved && { state: move.value.to, statusAt: dayOf(context) }) },
      },
    ])
  },
})

const rankGoal = command({
  name: 'RankGoal',
  summary: 'Says how much a goal matters beside the others.',
  payload: Type.Object(
    {
      goal: goalId,
      rank: Type.Integer({ description: '1 = what matters most', minimum: 1, maximum: 100 }),
    },
    closed,
  ),
  decide: (file, { goal, rank }) => moved(file, { goal, name: 'RankGoal', changes: () => ({ rank }) }),
})

const scaleGoal = command({
  name: 'ScaleGoal',
  summary: 'Gives a goal its five levels of attainment, -2 to +2.',
  payload: Type.Object({ goal: goalId, scale: gasTexts }, closed),
  decide: (file, { goal, scale }) =>
    moved(file, { goal, name: 'ScaleGoal', changes: () => ({ scale: [...scale] }) }),
})

const scoreGoal = command({
  name: 'ScoreGoal',
  summary: 'Rates a goal on its scale; with every scaled goal of the plan rated, the T score follows.',
  payload: Type.Object(
    {
      goal: goalId,
      level: Type.Integer({ description: 'Level of attainment', minimum: -2, maximum: 2 }),
      rater: Type.Enum(['patient', 'practitioner', 'caregiver'], {
        description: 'Who rates',
      }),
      baseline: Type.Optional(Type.Boolean({ description: 'The level at the outset' })),
    },
    closed,
  ),
  decide: (file, { goal: id, ...scoring }, context) => {
    const goal = foundNoun(file, 'goal', id)
    return goal.ok ? goalScored(file, goal.value, scoring, context) : goal
  },
})

const startGoal = command({
  name: 'StartGoal',
  summary: 'Begins to work on a goal that is planned or accepted.',
  payload: Type.Object({ goal: goalId }, closed),
  decide: (file, { goal }, context) =>
    moved(file, { goal, name: 'StartGoal', changes: one => beginning(one, dayOf(context)) }),
})

const updateAchievement = command({
  name: 'UpdateAchievement',
  summary: 'Says how a goal is coming along.',
  payload: Type.Object(
    {
      goal: goalId,
      achievement: Type.Enum([...achievements], {
        description: 'Code of http://terminology.hl7.org/CodeSystem/goal-achievement',
      }),
    },
    closed,
  ),
  decide: (file, { goal, achievement }) =>
    moved(file, { goal, name: 'UpdateAchievement', changes: () => ({ achievement }) }),
})

interface GoalMove {
  readonly goal: string
  readonly name: string
  /** What changes beside the state. */
  readonly changes: (goal: Goal) => Partial<Goal>
  /** When the state changes: its day. */
  readonly context?: CommandContext
  readonly reason?: string
}

function moved(
  file: CaseFile,
  { goal: id, name, changes, context, reason }: GoalMove,
): Result<readonly DomainEvent[]> {
  const goal = foundNoun(file, 'goal', id)
  if (!goal.ok) return goal
  const move = legalMove(goalMachine, goal.value.state, name)
  if (!move.ok) return move
  return ok([
    {
      type: move.value.event,
      noun: 'goal',
      id,
      changes: {
        ...changes(goal.value),
        ...(context && { state: move.value.to, statusAt: dayOf(context) }),
      },
      ...(reason !== undefined && { reason }),
    },
  ])
}

/** A command that does little but move a goal, with a reason. */
const mover = (name: string, summary: string): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ goal: goalId, reason: why }, closed),
    decide: (file, { goal, reason }, context) =>
      moved(file, { goal, name, changes: () => ({ reason }), context, reason }),
  })

/** The same without a reason. */
const plainMover = (name: string, summary: string, beside: Partial<Goal> = {}): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ goal: goalId }, closed),
    decide: (file, { goal }, context) => moved(file, { goal, name, changes: () => beside, context }),
  })

/** The reason for the state before is done with. */
const gone = { reason: undefined } as unknown as Partial<Goal>

export const goalCommands: readonly Command[] = [
  setGoal,
  reviseGoal,
  acceptGoal,
  mover('RejectGoal', 'Turns a proposed goal down.'),
  plainMover('PlanGoal', 'Takes a goal into the planning.'),
  startGoal,
  rankGoal,
  scaleGoal,
  scoreGoal,
  mover('HoldGoal', 'Suspends work on a goal.'),
  plainMover('ResumeGoal', 'Takes a suspended goal up again.', gone),
  updateAchievement,
  plainMover('AchieveGoal', 'A goal has been reached.', { ...gone, achievement: 'achieved' }),
  mover('RetireGoal', "Gives a goal up; a patient's own only by the patient or a representative (I20)."),
]
