import { endedActivityStates, type Activity } from '../../../care-plan/nouns/plan.ts'
import type { Resource } from '../../../fhir/resource.ts'
import { localInstant } from './episode-marks.ts'
import type { NounLens } from '../nouns/noun-lens.ts'

export interface ActivityChange {
  /** As it stood, when it was an activity of the same case. */
  readonly was: Resource | undefined
  readonly is: Resource
}

export interface DateContext {
  /** When it was written. */
  readonly at: string
  readonly timeZone: string
}

const ended: ReadonlySet<Activity['state']> = new Set(endedActivityStates)

/**
 * The ServiceRequest of an activity that moved, with the times that its command would have left: when the provider was
 * asked, when it ended. What a client says about them itself stands; of one that is new here nobody knows.
 */
export function datedActivity(
  { was, is }: ActivityChange,
  lens: NounLens<'activity'>,
  context: DateContext,
): Resource {
  if (!was) return is
  const [before, now] = [lens.read(was), lens.read(is)]
  const at = localInstant(context)
  if (ended.has(now.state)) {
    const endedAt = now.endedAt ?? (before.state === now.state ? before.endedAt : at)
    return endedAt === undefined ? is : lens.write(is, { ...now, endedAt })
  }
  const isAsked = before.state === 'planned' && now.state === 'requested'
  return isAsked ? lens.write(is, { ...now, requestedAt: now.requestedAt ?? at }) : is
}
