import { daysBetween } from '../../lib/calendar-date.ts'
import { localDate, startMsOf, withTime } from '../../lib/fhir-time.ts'
import type { CaseFile } from '../case/case-file.ts'

/** A service that was planned and not used. */
export interface Miss {
  /** Unique within the case. */
  readonly id: string
  /** What it counts for: the activity, else the appointment. */
  readonly service: string
  readonly at: string
  readonly atMs: number
}

/**
 * Sessions not kept and appointments not come to, each once however often it is told, in order of time. Excused ones
 * don't count.
 */
export function missesOf(file: CaseFile, timeZone: string): readonly Miss[] {
  const told = [
    ...file.activities
      .filter(({ state }) => state !== 'entered-in-error')
      .flatMap(({ id, performances }) =>
        performances
          .filter(({ kept, isExcused }) => !kept && isExcused !== true)
          .map(({ at }) => ({ service: id, at })),
      ),
    ...file.appointments
      .filter(({ state }) => state === 'noshow')
      .map(({ id, activity, start }) => ({ service: activity ?? id, at: start })),
  ]
  const misses = told.flatMap(({ service, at }) => {
    const atMs = at === undefined ? Number.NaN : startMsOf(at, timeZone)
    if (at === undefined || Number.isNaN(atMs)) return []
    return [{ id: `miss:${service}:${localDate(atMs, timeZone)}`, service, at: withTime(at, timeZone), atMs }]
  })
  const ordered = misses.toSorted((a, b) => a.atMs - b.atMs || (a.id < b.id ? -1 : 1))
  return ordered.filter((miss, i) => ordered.findIndex(({ id }) => id === miss.id) === i)
}

/** Days within which misses of one service add up. */
const WINDOW_DAYS = 14

/** The misses that make it `limit` within 14 days; counting begins anew after each. */
export function repeatedMisses(
  misses: readonly Miss[],
  limitOf: (miss: Miss) => number | undefined,
  timeZone: string,
): readonly Miss[] {
  return [...Map.groupBy(misses, ({ service }) => service).values()].flatMap(list => {
    let since = 0
    return list.filter((miss, i) => {
      const limit = limitOf(miss)
      const near = list
        .slice(since, i + 1)
        .filter(
          ({ atMs }) => daysBetween(localDate(atMs, timeZone), localDate(miss.atMs, timeZone)) <= WINDOW_DAYS,
        )
      const isReached = limit !== undefined && near.length >= limit
      if (isReached) since = i + 1
      return isReached
    })
  })
}
