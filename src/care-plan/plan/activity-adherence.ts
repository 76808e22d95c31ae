import { startMsOf } from '../../lib/fhir-time.ts'
import type { Activity, Performance } from '../nouns/plan.ts'

const DAY_MS = 86_400_000
const MISS_DAYS = 14
const MISSES = 2

/** How a service was kept (domain.md 4.8). */
export interface Adherence {
  readonly kept: number
  readonly missed: number
  readonly lateCancelled: number
  readonly excused: number
  /** kept ÷ (kept + missed + late cancelled), excused left out; absent when there is nothing to count. */
  readonly ratio?: number
  /** Two misses within 14 days: the plan is to be adapted. */
  readonly isToAdapt: boolean
}

export function adherenceOf({ performances }: Pick<Activity, 'performances'>): Adherence {
  const counted = performances.filter(one => one.kept || one.isExcused !== true)
  const kept = counted.filter(one => one.kept).length
  const lateCancelled = counted.filter(one => !one.kept && one.isLateCancel === true).length
  const misses = counted.filter(isMiss)
  return {
    kept,
    missed: misses.length,
    lateCancelled,
    excused: performances.length - counted.length,
    ...(counted.length > 0 && { ratio: kept / counted.length }),
    isToAdapt: missesTogether(misses),
  }
}

const isMiss = ({ kept, isLateCancel }: Performance): boolean => !kept && isLateCancel !== true

/** Whether some two misses lie no more than 14 days apart. */
function missesTogether(misses: readonly Performance[]): boolean {
  const at = misses.map(one => startMsOf(one.at, 'UTC')).toSorted((a, b) => a - b)
  return at.some((ms, i) => (at[i + MISSES - 1] ?? Number.POSITIVE_INFINITY) - ms <= MISS_DAYS * DAY_MS)
}
