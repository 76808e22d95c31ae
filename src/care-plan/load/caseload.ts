import type { Acuity } from '../nouns/case-root.ts'

/** One case as it weighs on its manager. */
export interface Weighed {
  /** Cases per full-time manager under its model. */
  readonly ratio: number
  readonly acuity?: Acuity | undefined
}

/** How much of a manager's time is there for cases (domain.md 4.8). */
export interface Capacity {
  /** 1 = full time. */
  readonly fullTime: number
  /** Share of it that goes into other work, 0 to less than 1. */
  readonly nonCaseShare: number
  /** 0.5 for a beginner to 1. */
  readonly experience: number
}

export const fullCapacity: Capacity = { fullTime: 1, nonCaseShare: 0, experience: 1 }

/** How much more a case weighs by acuity; 1 throughout until an organisation says otherwise. */
export type AcuityWeights = Readonly<Record<Acuity, number>>

const plainWeights: AcuityWeights = { low: 1, moderate: 1, high: 1 }

/**
 * Sum of acuity x 1 / ratio over full time x (1 - non-case share) x experience: 1 = exactly full (domain.md 4.8).
 */
export function caseload(
  cases: readonly Weighed[],
  { fullTime, nonCaseShare, experience }: Capacity = fullCapacity,
  weights: AcuityWeights = plainWeights,
): number {
  const demand = cases.reduce(
    (sum, { ratio, acuity }) => sum + (acuity === undefined ? 1 : weights[acuity]) / ratio,
    0,
  )
  return demand / (fullTime * (1 - nonCaseShare) * experience)
}

/** Two decimals, as loads, hours and shares are shown. */
export const rounded = (value: number): number => Math.round(value * 100) / 100
