import { startMsOf } from '../../lib/fhir-time.ts'
import type { Activity } from '../nouns/plan.ts'
import { adapted } from './activity-checks.ts'
import type { Found, LintScene } from './finding.ts'
import { isOpenActivity } from './goal-checks.ts'

const NEVER: ReadonlySet<string> = new Set(['declined', 'cancelled', 'entered-in-error'])

const byId = ({ file }: LintScene): ReadonlyMap<string, Activity> =>
  new Map(file.activities.map(activity => [activity.id, activity]))

/** What must come first comes later, or never. */
export function orderBroken(scene: LintScene): readonly Found[] {
  const known = byId(scene)
  return scene.activities.filter(isOpenActivity).flatMap(activity =>
    activity.after
      .flatMap(id => known.get(id) ?? [])
      .flatMap(first => {
        const isNever = NEVER.has(first.state)
        if (!isNever && !startsLater(first, activity, scene.context.timeZone)) return []
        return [
          {
            element: { noun: 'activity', id: activity.id, expression: 'ServiceRequest.supportingInfo' },
            says: isNever
              ? 'What must come first was called off.'
              : 'What must come first starts later than this.',
            mend: isNever
              ? adapted(activity.id, { after: activity.after.filter(id => id !== first.id) })
              : adapted(activity.id, { start: first.end ?? first.start }),
          } as const,
        ]
      }),
  )
}

const startsLater = (first: Activity, then: Activity, timeZone: string): boolean =>
  first.start !== undefined &&
  then.start !== undefined &&
  startMsOf(first.start, timeZone) > startMsOf(then.start, timeZone)

/** Each circle once, told at its activity with the smallest id. */
export function orderCircular(scene: LintScene): readonly Found[] {
  const known = byId(scene)
  return scene.activities.filter(isOpenActivity).flatMap(activity => {
    const circle = circleFrom(activity.id, known)
    if (!circle || circle.some(id => id < activity.id)) return []
    const last = circle.at(-1) ?? activity.id
    return [
      {
        element: { noun: 'activity', id: activity.id, expression: 'ServiceRequest.supportingInfo' },
        says: `${circle.length} activities wait for one another in a circle: none of them can begin.`,
        mend: adapted(last, { after: (known.get(last)?.after ?? []).filter(id => id !== activity.id) }),
      } as const,
    ]
  })
}

/** A shortest way along `after` from an activity back to itself: the ids on it, the activity first. */
function circleFrom(start: string, known: ReadonlyMap<string, Activity>): readonly string[] | undefined {
  const seen = new Set<string>()
  let ways: readonly (readonly string[])[] = [[start]]
  while (ways.length > 0) {
    const longer: (readonly string[])[] = []
    for (const way of ways)
      for (const next of known.get(way.at(-1) ?? '')?.after ?? []) {
        if (next === start) return way
        if (seen.has(next)) continue
        seen.add(next)
        longer.push([...way, next])
      }
    ways = longer
  }
  return undefined
}
