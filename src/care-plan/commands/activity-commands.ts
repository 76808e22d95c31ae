import { Type } from 'typebox'
import { startMsOf } from '../../lib/fhir-time.ts'
import { fail, ok, type Failure, type Result } from '../../lib/result.ts'
import type { CaseFile } from '../case/case-file.ts'
import { command, type Command } from './command.ts'
import type { DomainEvent } from '../machines/domain-event.ts'
import { foundNoun } from './found-noun.ts'
import { legalMove } from '../machines/legal-move.ts'
import { activityMachine, type Activity, type Performance } from '../nouns/plan.ts'
import { bornIntoPlan, endedCase, unknownIn } from '../plan/plan-change.ts'
import { backwards } from './period-order.ts'
import { partyField, textField } from './payload.ts'
import { unmetCondition } from './case-command.ts'
import {
  activityText,
  afterField,
  codeField,
  goalsField,
  kindField,
  missReasonField,
  needsField,
  settingField,
  timing,
} from './activity-payloads.ts'
import { activityId, closed, planId, why } from './plan-payloads.ts'

const ownerField = partyField('Who sees to it that it is done')

const addActivity = command({
  name: 'AddActivity',
  summary: 'Plans a service, with setting, provider, times and what must come first.',
  payload: Type.Object(
    {
      kind: kindField,
      text: activityText,
      code: Type.Optional(codeField),
      setting: settingField,
      owner: ownerField,
      ...timing,
      goals: goalsField,
      needs: needsField,
      after: Type.Optional(afterField),
      plan: Type.Optional(planId),
    },
    closed,
  ),
  decide: (file, { plan, perWeek, days = [], after = [], ...rest }, context) => {
    const failure =
      endedCase(file, 'AddActivity') ?? unknownLinks(file, { ...rest, after }) ?? backwards(rest)
    if (failure) return fail(failure)
    const id = context.newId('activity')
    const inPlan = bornIntoPlan(file, plan, 'activities', id)
    if (!inPlan.ok) return inPlan
    const activity: Activity = {
      ...rest,
      id,
      state: 'planned',
      days,
      after,
      performances: [],
      ...(perWeek !== undefined && { perWeek: String(perWeek) }),
    }
    return ok([{ type: 'ActivityAdded', noun: 'activity', id, changes: activity }, ...inPlan.value])
  },
})

type Links = Partial<Pick<Activity, 'goals' | 'needs' | 'after'>>

const unknownLinks = (file: CaseFile, { goals = [], needs = [], after = [] }: Links): Failure | undefined =>
  unknownIn(file, 'goal', goals) ?? unknownIn(file, 'need', needs) ?? unknownIn(file, 'activity', after)

interface Timing extends Partial<Pick<Activity, 'performer' | 'days' | 'timeOfDay' | 'durationMinutes'>> {
  readonly perWeek?: number
  readonly place?: string
  readonly start?: string
  readonly end?: string
}

const timed = ({ perWeek, ...rest }: Timing): Partial<Activity> => ({
  ...rest,
  ...(perWeek !== undefined && { perWeek: String(perWeek) }),
})

const requestService = command({
  name: 'RequestService',
  summary: 'Asks the provider for a planned service.',
  payload: Type.Object({ activity: activityId, performer: timing.performer }, closed),
  decide: (file, { activity, ...changes }, { at }) =>
    moved(file, { activity, name: 'RequestService', changes: () => ({ ...changes, requestedAt: at }) }),
})

const scheduleActivity = command({
  name: 'ScheduleActivity',
  summary: 'Settles when, where and by whom; also again after a miss.',
  payload: Type.Object({ activity: activityId, ...timing }, closed),
  decide: (file, { activity, ...changes }) =>
    moved(file, { activity, name: 'ScheduleActivity', changes: () => timed(changes) }),
})

const recordPerformance = command({
  name: 'RecordPerformance',
  summary: 'Records that a session took place.',
  payload: Type.Object({ activity: activityId }, closed),
  decide: (file, { activity }, { at }) =>
    moved(file, {
      activity,
      name: 'RecordPerformance',
      changes: one => withSession(one, { at, kept: true }),
    }),
})

const recordMiss = command({
  name: 'RecordMiss',
  summary: 'Records that a session was missed or called off late, and why.',
  payload: Type.Object(
    {
      activity: activityId,
      reason: missReasonField,
      isExcused: Type.Optional(Type.Boolean({ description: 'Not held against the patient: not counted' })),
      isLateCancel: Type.Optional(Type.Boolean({ description: 'Called off, but too late' })),
    },
    closed,
  ),
  decide: (file, { activity, ...miss }, { at }) =>
    moved(file, {
      activity,
      name: 'RecordMiss',
      changes: one => withSession(one, { at, kept: false, ...miss }),
      reason: miss.reason,
    }),
})

/** Sessions in order of time, whenever they are told. */
const withSession = ({ performances }: Activity, session: Performance): Partial<Activity> => ({
  performances: [...performances, session].toSorted(
    (a, b) => startMsOf(a.at, 'UTC') - startMsOf(b.at, 'UTC'),
  ),
})

const adaptActivity = command({
  name: 'AdaptActivity',
  summary: 'Changes an activity, with the reason.',
  payload: Type.Object(
    {
      activity: activityId,
      changes: Type.Object(
        {
          kind: Type.Optional(kindField),
          text: Type.Optional(activityText),
          code: Type.Optional(codeField),
          setting: Type.Optional(settingField),
          owner: Type.Optional(ownerField),
          ...timing,
          goals: Type.Optional(goalsField),
          needs: Type.Optional(needsField),
          after: Type.Optional(afterField),
        },
        { ...closed, minProperties: 1 },
      ),
      reason: why,
    },
    closed,
  ),
  decide: (file, { activity, changes, reason }) => {
    const failure = unknownLinks(file, changes) ?? circle(file, activity, changes.after ?? [])
    if (failure) return fail(failure)
    return moved(file, {
      activity,
      name: 'AdaptActivity',
      changes: () => timed(changes),
      reason,
      isSelf: true,
    })
  },
})

/** What comes first must not wait, along any way, for what comes after it. */
function circle({ activities }: CaseFile, id: string, after: readonly string[]): Failure | undefined {
  const first = new Map(activities.map(one => [one.id, one.after]))
  const seen = new Set<string>()
  const ahead = [...after]
  for (let next = ahead.pop(); next !== undefined; next = ahead.pop()) {
    if (next === id) return waitsForItself
    if (seen.has(next)) continue
    seen.add(next)
    ahead.push(...(first.get(next) ?? []))
  }
  return undefined
}

const waitsForItself: Failure = {
  ...unmetCondition('An activity would have to come before itself: take one of the steps out of `after`.'),
  expression: 'changes.after',
}

interface ActivityMove {
  readonly activity: string
  readonly name: string
  readonly changes: (activity: Activity) => Partial<Activity>
  readonly reason?: string
  /** Stays in its state. */
  readonly isSelf?: boolean
}

function moved(
  file: CaseFile,
  { activity: id, name, changes, reason, isSelf = false }: ActivityMove,
): Result<readonly DomainEvent[]> {
  const activity = foundNoun(file, 'activity', id)
  if (!activity.ok) return activity
  const move = legalMove(activityMachine, activity.value.state, name)
  if (!move.ok) return move
  const fields = changes(activity.value)
  const fault = backwards({ ...activity.value, ...fields })
  if (fault) return fail(fault)
  return ok([
    {
      type: move.value.event,
      noun: 'activity',
      id,
      changes: { ...fields, ...(!isSelf && { state: move.value.to }) },
      ...(reason !== undefined && { reason }),
    },
  ])
}

const startActivity = command({
  name: 'StartActivity',
  summary: 'A service begins.',
  payload: Type.Object({ activity: activityId }, closed),
  decide: (file, { activity }) => moved(file, { activity, name: 'StartActivity', changes: () => ({}) }),
})

const completeActivity = command({
  name: 'CompleteActivity',
  summary: 'A service has been carried out in full.',
  payload: Type.Object({ activity: activityId }, closed),
  decide: (file, { activity }, { at }) =>
    moved(file, { activity, name: 'CompleteActivity', changes: () => ({ endedAt: at }) }),
})

/** A command that ends an activity undone, with a reason that stays with it. */
const ender = (name: string, summary: string): Command =>
  command({
    name,
    summary,
    payload: Type.Object({ activity: activityId, reason: textField('Why') }, closed),
    decide: (file, { activity, reason }, { at }) =>
      moved(file, { activity, name, changes: () => ({ reason, endedAt: at }), reason }),
  })

export const activityCommands: readonly Command[] = [
  addActivity,
  requestService,
  scheduleActivity,
  startActivity,
  recordPerformance,
  recordMiss,
  completeActivity,
  ender('DeclineActivity', 'The provider or the patient does not take a service up.'),
  ender('CancelActivity', 'Calls a service off.'),
  adaptActivity,
]
