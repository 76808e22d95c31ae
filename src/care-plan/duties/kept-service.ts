import type { DomainEvent } from '../machines/domain-event.ts'
import { moveBy } from '../machines/machine.ts'
import type { Appointment } from '../nouns/contact.ts'
import { activityMachine, type Activity, type Performance } from '../nouns/plan.ts'

/**
 * What a kept or missed appointment means for the activity it carried out: a performance more, and the state that the
 * activity's machine allows from there. The same day is not counted twice.
 */
export function serviceEvents(activity: Activity | undefined, day: Performance): readonly DomainEvent[] {
  if (!activity || activity.performances.some(({ at }) => at === day.at)) return []
  const move = moveBy(activityMachine, activity.state, day.kept ? 'RecordPerformance' : 'RecordMiss')
  return [
    {
      type: day.kept ? 'ActivityPerformed' : 'TherapyMissed',
      noun: 'activity',
      id: activity.id,
      changes: { ...(move && { state: move.to }), performances: [...activity.performances, day] },
    },
  ]
}

/** An activity that has an appointment now is scheduled, where that is a legal step. */
export function scheduledEvents(activity: Activity | undefined): readonly DomainEvent[] {
  const move = activity && moveBy(activityMachine, activity.state, 'ScheduleActivity')
  return move ? [{ type: move.event, noun: 'activity', id: activity.id, changes: { state: move.to } }] : []
}

/** The day that an appointment's activity counts it for: when it was to start, else the time of the fact. */
export const serviceDayOf = ({ start }: Appointment, at: string): string => start ?? at
