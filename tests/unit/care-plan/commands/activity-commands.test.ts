import { describe, expect, it } from 'vitest'
import { adherenceOf } from '../../../../src/care-plan/plan/activity-adherence.ts'
import { legalIn } from '../../../../src/care-plan/machines/machine.ts'
import {
  activityMachine,
  type ActivityState,
  type Performance,
} from '../../../../src/care-plan/nouns/plan.ts'
import { afterwards, decided, namesOf, openFile, refusal } from '../../../support/case-file.ts'
import { activeFile, anActivity, aPlan, plannedFile } from '../../../support/plan-file.ts'

const activity = 'a1'
const because = { reason: 'because' }
const inState = (state: ActivityState) => plannedFile({ activities: [anActivity({ state })] })
const missed = { activity, reason: 'transport' } as const

describe('an activity', () => {
  it.each<[string, object, ActivityState, ActivityState, string]>([
    ['RequestService', { activity, performer: 'Organization/o' }, 'planned', 'requested', 'ServiceRequested'],
    ['ScheduleActivity', { activity, days: ['mon'] }, 'requested', 'scheduled', 'ActivityScheduled'],
    ['ScheduleActivity', { activity }, 'missed', 'scheduled', 'ActivityScheduled'],
    ['StartActivity', { activity }, 'scheduled', 'in-progress', 'ActivityStarted'],
    ['RecordPerformance', { activity }, 'scheduled', 'in-progress', 'ActivityPerformed'],
    ['RecordPerformance', { activity }, 'missed', 'in-progress', 'ActivityPerformed'],
    ['RecordMiss', missed, 'in-progress', 'missed', 'TherapyMissed'],
    ['RecordMiss', missed, 'missed', 'missed', 'TherapyMissed'],
    ['CompleteActivity', { activity }, 'in-progress', 'completed', 'ActivityCompleted'],
    ['DeclineActivity', { activity, ...because }, 'requested', 'declined', 'ActivityDeclined'],
    ['CancelActivity', { activity, ...because }, 'missed', 'cancelled', 'ActivityCancelled'],
    [
      'AdaptActivity',
      { activity, changes: { perWeek: 2 }, ...because },
      'missed',
      'missed',
      'ActivityAdapted',
    ],
  ])('%s %j leads from %s to %s and raises %s', (name, payload, ...[from, to, event]) => {
    expect(namesOf(decided(inState(from), name, payload))).toEqual([event])
    expect(afterwards(inState(from), name, payload).activities[0]?.state).toBe(to)
  })

  it.each<[string, object, ActivityState]>([
    ['RequestService', { activity }, 'scheduled'],
    ['ScheduleActivity', { activity }, 'completed'],
    ['StartActivity', { activity }, 'missed'],
    ['RecordPerformance', { activity }, 'planned'],
    ['RecordMiss', missed, 'planned'],
    ['CompleteActivity', { activity }, 'planned'],
    ['DeclineActivity', { activity, ...because }, 'in-progress'],
    ['CancelActivity', { activity, ...because }, 'completed'],
    ['AdaptActivity', { activity, changes: { perWeek: 2 }, ...because }, 'declined'],
  ])('%s %j is refused while it is %s, with the legal list', (name, payload, state) => {
    expect(refusal(inState(state), name, payload)).toMatchObject({
      code: 'illegal-transition',
      legal: legalIn(activityMachine, state),
    })
  })

  it('is found by its id or not at all', () => {
    expect(refusal(plannedFile(), 'StartActivity', { activity: 'nothing' }).code).toBe('unknown-noun')
  })
})

const therapy = {
  kind: 'service',
  text: 'Physical therapy',
  code: { system: 'http://snomed.info/sct', code: '91251008' },
  setting: 'clinic',
  owner: 'Practitioner/noor',
  performer: 'Practitioner/pt',
  perWeek: 3,
  days: ['mon', 'tue', 'thu'],
  timeOfDay: '09:00',
  durationMinutes: 45,
  place: 'Location/gym',
  start: '2026-10-19T09:00:00-04:00',
  goals: ['g1'],
  needs: ['n1'],
  after: ['a1'],
} as const

describe('AddActivity', () => {
  it('plans a service with all that is known of it', () => {
    const [, added] = afterwards(plannedFile(), 'AddActivity', therapy).activities
    expect(added).toEqual({
      ...therapy,
      id: 'activity-new-1',
      state: 'planned',
      perWeek: '3',
      performances: [],
    })
  })

  it('puts it into the plan, in force or not', () => {
    expect(afterwards(plannedFile(), 'AddActivity', { ...therapy, plan: 'pl1' }).plans[0]).toMatchObject({
      minor: 0,
      activities: ['a1', 'activity-new-1'],
    })
    expect(afterwards(activeFile(), 'AddActivity', { ...therapy, plan: 'pl1' }).plans[0]).toMatchObject({
      minor: 1,
      activities: ['a1', 'activity-new-1'],
    })
    const over = plannedFile({ plans: [aPlan({ state: 'completed' })] })
    expect(refusal(over, 'AddActivity', { ...therapy, plan: 'pl1' }).code).toBe('illegal-transition')
  })

  it.each([
    [{ goals: ['nothing'] }, 'unknown-noun'],
    [{ needs: ['nothing'] }, 'unknown-noun'],
    [{ after: ['nothing'] }, 'unknown-noun'],
    [{ end: '2026-10-18T09:00:00-04:00' }, 'period-backwards'],
  ])('refuses %j', (wrong, code) => {
    expect(refusal(plannedFile(), 'AddActivity', { ...therapy, ...wrong }).code).toBe(code)
  })
})

describe('what becomes of an activity', () => {
  it('is told session by session', () => {
    const kept = afterwards(inState('scheduled'), 'RecordPerformance', { activity })
    const at = '2026-10-15T09:00:00-04:00'
    const after = afterwards(kept, 'RecordMiss', { ...missed, isExcused: true }, { at })
    expect(after.activities[0]?.performances).toEqual([
      { at: '2026-10-13T10:00:00-04:00', kept: true },
      { at, kept: false, reason: 'transport', isExcused: true },
    ])
  })

  it('is told in order of time, whenever it is told', () => {
    const first = afterwards(inState('scheduled'), 'RecordPerformance', { activity })
    const earlier = { at: '2026-10-13T13:00:00Z' }
    const after = afterwards(first, 'RecordPerformance', { activity }, earlier)
    expect(after.activities[0]?.performances.map(({ at }) => at)).toEqual([
      '2026-10-13T13:00:00Z',
      '2026-10-13T10:00:00-04:00',
    ])
  })

  it('may be settled anew, with the reason in the event', () => {
    const changes = { setting: 'home', performer: 'Organization/hha', perWeek: 1 }
    const events = decided(inState('missed'), 'AdaptActivity', { activity, changes, ...because })
    expect(events.ok && events.value[0]).toMatchObject({
      reason: 'because',
      changes: { setting: 'home', performer: 'Organization/hha', perWeek: '1' },
    })
    const wrong = (some: object) =>
      refusal(inState('missed'), 'AdaptActivity', { activity, changes: some, ...because }).code
    expect(wrong({ goals: ['nothing'] })).toBe('unknown-noun')
    expect(wrong({ start: '2026-10-02T00:00:00Z', end: '2026-10-01T00:00:00Z' })).toBe('period-backwards')
  })

  it('keeps why it was called off', () => {
    const after = afterwards(inState('planned'), 'CancelActivity', { activity, ...because })
    expect(after.activities[0]?.reason).toBe('because')
  })
})

const session = (day: number, more: Partial<Performance> = {}): Performance => ({
  at: `2026-10-${String(day).padStart(2, '0')}T09:00:00-04:00`,
  kept: false,
  ...more,
})

describe('adherence', () => {
  it('is kept over kept, missed and called off late; excused sessions are left out', () => {
    const performances = [
      session(1, { kept: true }),
      session(2, { kept: true }),
      session(5),
      session(6, { isLateCancel: true }),
      session(7, { isExcused: true }),
    ]
    expect(adherenceOf({ performances })).toEqual({
      kept: 2,
      missed: 1,
      lateCancelled: 1,
      excused: 1,
      ratio: 0.5,
      isToAdapt: false,
    })
  })

  it('says nothing where there is nothing to count', () => {
    const nothing = { kept: 0, missed: 0, lateCancelled: 0, isToAdapt: false }
    expect(adherenceOf({ performances: [] })).toEqual({ ...nothing, excused: 0 })
    expect(adherenceOf({ performances: [session(1, { isExcused: true })] })).toEqual({
      ...nothing,
      excused: 1,
    })
  })

  it.each([
    [[1, 15], true],
    [[1, 16], false],
    [[28, 1, 14], true],
    [[1], false],
  ])('misses on %j of October call for another plan: %s', (days, isToAdapt) => {
    expect(adherenceOf({ performances: days.map(day => session(day)) }).isToAdapt).toBe(isToAdapt)
  })

  it('counts neither what was excused nor what was called off as a miss', () => {
    const performances = [session(1), session(2, { isExcused: true }), session(3, { isLateCancel: true })]
    expect(adherenceOf({ performances }).isToAdapt).toBe(false)
  })

  it('never waits for itself, along any way', () => {
    const ids = ['a1', 'a2', 'a3']
    const file = openFile(
      {},
      { activities: ids.map((id, i) => anActivity({ id, after: ids.slice(i + 1, i + 2) })) },
    )
    const after = (one: string, first: readonly string[]) =>
      decided(file, 'AdaptActivity', { activity: one, changes: { after: first }, reason: 'x' })
    for (const [one, first] of [
      ['a1', 'a1'],
      ['a3', 'a1'],
      ['a2', 'a1'],
    ] as const)
      expect(after(one ?? '', [first])).toMatchObject({ failure: { expression: 'changes.after' } })
    expect(after('a1', ['a3']).ok).toBe(true)
  })
})
