import { fail, ok, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import type { CommandContext } from '../commands/command.ts'
import { evolveAll, type DomainEvent } from '../machines/domain-event.ts'
import { GAS_LEVEL, GAS_T, GAS_VERSION, gasOf, weightOf, type Gas } from './gas.ts'
import { ruleBroken } from '../invariants/invariant.ts'
import { legalMove } from '../machines/legal-move.ts'
import type { Score } from '../nouns/assessment.ts'
import { goalMachine, type Goal } from '../nouns/plan.ts'

export interface GoalScoring {
  readonly level: number
  readonly rater: string
  readonly baseline?: boolean
}

/** A level on a goal's scale; with the last goal that lacked one comes the rater's T score. Append-only (I22). */
export function goalScored(
  file: CaseFile,
  goal: Goal,
  scoring: GoalScoring,
  context: CommandContext,
): Result<readonly DomainEvent[]> {
  const move = legalMove(goalMachine, goal.state, 'ScoreGoal')
  if (!move.ok) return move
  if (!goal.scale) return fail(unscaled)
  const { level, rater, baseline = false } = scoring
  const score: Score = {
    ...scoreBy(rater, context),
    measure: GAS_LEVEL,
    value: String(level),
    inputs: [
      { name: 'level', value: String(level) },
      { name: 'weight', value: String(weightOf(goal)) },
      ...(baseline ? [{ name: 'baseline', value: 'yes' }] : []),
    ],
    derivedFrom: [],
    goal: goal.id,
  }
  const event: DomainEvent = { type: move.value.event, noun: 'score', id: score.id, changes: score }
  const events = [...corrected(file, score), event]
  const gas = gasOf(evolveAll(file, events), rater)
  return ok([...events, ...(gas.t === undefined ? [] : [attainment(gas, gas.t, scoreBy(rater, context))])])
}

/** What the same rater said of the same goal for the same instant was a slip. */
const corrected = ({ scores }: CaseFile, { goal, rater, at }: Score): readonly DomainEvent[] =>
  scores
    .filter(old => old.measure === GAS_LEVEL && old.goal === goal && old.rater === rater && old.at === at)
    .filter(({ state }) => state !== 'entered-in-error')
    .map(({ id }) => ({ type: 'ScoreCorrected', noun: 'score', id, changes: { state: 'entered-in-error' } }))

type ScoreFrame = Pick<Score, 'id' | 'state' | 'tableVersion' | 'at' | 'by' | 'rater'>

const scoreBy = (rater: string, { newId, at, actor }: CommandContext): ScoreFrame => ({
  id: newId('score'),
  state: 'final',
  tableVersion: GAS_VERSION,
  at,
  by: actor,
  rater,
})

function attainment({ levels }: Gas, t: string, frame: ScoreFrame): DomainEvent {
  const score: Score = {
    ...frame,
    measure: GAS_T,
    value: t,
    inputs: [
      ...levels.map(({ goal, level, weight }) => ({ name: goal, value: `${level} x ${weight}` })),
      ...(levels.every(({ isBaseline }) => isBaseline) ? [{ name: 'baseline', value: 'yes' }] : []),
    ],
    derivedFrom: levels.map(one => one.score),
  }
  return { type: 'GoalAttainmentScored', noun: 'score', id: score.id, changes: score }
}

const unscaled = ruleBroken('I22', {
  message: 'a goal is scored on its own scale: give it the five texts first (ScaleGoal).',
  expression: 'Goal.extension',
})
