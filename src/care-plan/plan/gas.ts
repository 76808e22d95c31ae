import { startMsOf } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'
import { currentPlan } from './current-plan.ts'
import type { Score } from '../nouns/assessment.ts'
import type { Goal } from '../nouns/plan.ts'

/** Version of the table: five levels, weights 1 to 3, rho 0.3 (Kiresuk and Sherman 1968; domain.md 6 and 4.8). */
export const GAS_VERSION = '1'
export const GAS_LEVEL = 'gas-level'
export const GAS_T = 'gas-t'

/** Expected correlation between goals. */
const RHO = 0.3
const MEAN = 50
const SPREAD = 10

/**
 * T score of goal attainment scaling: 50 + 10 Σwx / √((1−ρ)Σw² + ρ(Σw)²). Levels -2 to +2, one weight for each; 50 when
 * there are none.
 */
export function tScore(levels: readonly number[], weights: readonly number[], rho = RHO): number {
  const sum = weights.reduce((total, weight) => total + weight, 0)
  if (sum === 0) return MEAN
  const squares = weights.reduce((total, weight) => total + weight * weight, 0)
  const attained = levels.reduce((total, level, i) => total + level * (weights[i] ?? 0), 0)
  return MEAN + (SPREAD * attained) / Math.sqrt((1 - rho) * squares + rho * sum * sum)
}

/** As it is written everywhere: one decimal. */
export const tScoreText = (levels: readonly number[], weights: readonly number[]): string =>
  (Math.round(tScore(levels, weights) * 10) / 10).toFixed(1)

/** A goal's weight; a goal without one is as important as any. */
export const weightOf = ({ weight }: Goal): number => weight ?? 1

export interface GasLevel {
  readonly goal: string
  readonly weight: number
  readonly level: number
  readonly isBaseline: boolean
  /** Id of the score. */
  readonly score: string
}

export interface Gas {
  /** What this rater said last of each scaled goal. */
  readonly levels: readonly GasLevel[]
  /** Ids of scaled goals that this rater has not scored yet. */
  readonly missing: readonly string[]
  /** T score with one decimal; absent while a goal has no level. */
  readonly t?: string
}

/** Goal attainment as one rater (patient, practitioner, caregiver) sees it, over the scaled goals of the case's plan. */
export function gasOf(file: CaseFile, rater: string): Gas {
  const goals = scaledGoals(file)
  const latest = latestScores(file.scores, rater)
  const levels = goals.flatMap(goal => {
    const score = latest.get(goal.id)
    return score ? [levelOf(goal, score)] : []
  })
  const missing = goals.filter(({ id }) => !latest.has(id)).map(({ id }) => id)
  if (missing.length > 0 || levels.length === 0) return { levels, missing }
  const t = tScoreText(
    levels.map(({ level }) => level),
    levels.map(({ weight }) => weight),
  )
  return { levels, missing, t }
}

const levelOf = (goal: Goal, { id, value, inputs }: Score): GasLevel => ({
  goal: goal.id,
  weight: weightOf(goal),
  level: Number(value),
  isBaseline: inputs.some(({ name, value: said }) => name === 'baseline' && said === 'yes'),
  score: id,
})

/** The scores of later facts win; of two for the same instant the one with the greater id. */
function latestScores(scores: readonly Score[], rater: string): ReadonlyMap<string, Score> {
  const levels = scores
    .filter(one => one.measure === GAS_LEVEL && one.rater === rater && one.state !== 'entered-in-error')
    .filter(one => one.goal !== undefined && /^[+-]?[0-2]$/.test(one.value))
    .map(score => ({ score, ms: startMsOf(score.at ?? '', 'UTC') || 0 }))
    .toSorted((a, b) => a.ms - b.ms)
  return new Map(levels.map(({ score }) => [score.goal ?? '', score]))
}

const ENDED: ReadonlySet<string> = new Set(['rejected', 'cancelled', 'entered-in-error'])

/** The scaled goals of the plan in force (before there is one, of the newest draft; without a plan, of the case). */
function scaledGoals({ goals, plans }: CaseFile): readonly Goal[] {
  const plan = currentPlan(plans)
  return goals.filter(
    ({ id, scale, state }) => scale && !ENDED.has(state) && (!plan || plan.goals.includes(id)),
  )
}
