import { describe, expect, it } from 'vitest'
import { legalIn } from '../../../../src/care-plan/machines/machine.ts'
import { goalMachine, type GoalState } from '../../../../src/care-plan/nouns/plan.ts'
import { afterwards, decided, namesOf, refusal } from '../../../support/case-file.ts'
import { activeFile, aGoal, aPlan, gasScale, plannedFile } from '../../../support/plan-file.ts'

const goal = 'g1'
const because = { reason: 'because' }
const agree = { goal, by: 'Patient/p1', decision: 'agree' } as const
const inState = (state: GoalState) => plannedFile({ goals: [aGoal({ state })] })

describe('a goal', () => {
  it.each<[string, object, GoalState, GoalState, string]>([
    ['PlanGoal', { goal }, 'proposed', 'planned', 'GoalPlanned'],
    ['PlanGoal', { goal }, 'accepted', 'planned', 'GoalPlanned'],
    ['AcceptGoal', agree, 'proposed', 'accepted', 'GoalAccepted'],
    ['AcceptGoal', agree, 'active', 'active', 'GoalAcceptanceRecorded'],
    ['AcceptGoal', { ...agree, decision: 'disagree' }, 'proposed', 'proposed', 'GoalAcceptanceRecorded'],
    ['RejectGoal', { goal, ...because }, 'planned', 'rejected', 'GoalRejected'],
    ['StartGoal', { goal }, 'planned', 'active', 'GoalStarted'],
    ['HoldGoal', { goal, ...because }, 'active', 'on-hold', 'GoalHeld'],
    ['ResumeGoal', { goal }, 'on-hold', 'active', 'GoalResumed'],
    ['AchieveGoal', { goal }, 'active', 'completed', 'GoalAchieved'],
    ['RetireGoal', { goal, ...because }, 'accepted', 'cancelled', 'GoalRetired'],
    ['RankGoal', { goal, rank: 2 }, 'active', 'active', 'GoalRanked'],
    ['ScaleGoal', { goal, scale: gasScale }, 'proposed', 'proposed', 'GoalScaled'],
    ['ReviseGoal', { goal, target: '2027-02-01' }, 'planned', 'planned', 'GoalRevised'],
    ['UpdateAchievement', { goal, achievement: 'improving' }, 'on-hold', 'on-hold', 'GoalAchievementUpdated'],
  ])('%s %j leads from %s to %s and raises %s', (name, payload, ...[from, to, event]) => {
    expect(namesOf(decided(inState(from), name, payload))).toEqual([event])
    expect(afterwards(inState(from), name, payload).goals[0]?.state).toBe(to)
  })

  it.each<[string, object, GoalState]>([
    ['PlanGoal', { goal }, 'active'],
    ['AcceptGoal', agree, 'cancelled'],
    ['RejectGoal', { goal, ...because }, 'active'],
    ['StartGoal', { goal }, 'proposed'],
    ['HoldGoal', { goal, ...because }, 'planned'],
    ['ResumeGoal', { goal }, 'active'],
    ['AchieveGoal', { goal }, 'accepted'],
    ['RetireGoal', { goal, ...because }, 'completed'],
    ['RankGoal', { goal, rank: 2 }, 'rejected'],
    ['ScaleGoal', { goal, scale: gasScale }, 'completed'],
    ['ScoreGoal', { goal, level: 0, rater: 'patient' }, 'cancelled'],
    ['ReviseGoal', { goal, text: 'x' }, 'completed'],
    ['UpdateAchievement', { goal, achievement: 'improving' }, 'planned'],
  ])('%s %j is refused while it is %s, with the legal list', (name, payload, state) => {
    expect(refusal(inState(state), name, payload)).toMatchObject({
      code: 'illegal-transition',
      legal: legalIn(goalMachine, state),
    })
  })

  it('is found by its id or not at all', () => {
    for (const [name, payload] of [
      ['RankGoal', { rank: 1 }],
      ['AcceptGoal', { by: 'Patient/p1', decision: 'agree' }],
      ['ScoreGoal', { level: 0, rater: 'patient' }],
    ] as const)
      expect(refusal(plannedFile(), name, { goal: 'nobody', ...payload }).code).toBe('unknown-noun')
  })
})

describe('SetGoal', () => {
  it('proposes a goal in the words and the name of who sets it', () => {
    const set = {
      text: 'Ride again by summer',
      weight: 2,
      target: '2027-06-21',
      needs: ['n1'],
      scale: gasScale,
    }
    const { goals } = afterwards(plannedFile({ goals: [] }), 'SetGoal', set, { actor: 'Patient/p1' })
    expect(goals).toEqual([
      {
        ...{ id: 'goal-new-1', state: 'proposed', acceptances: [], expressedBy: 'Patient/p1' },
        ...{ ...set, statusAt: '2026-10-13' },
      },
    ])
  })

  it('names another author when told, and none when a machine sets it', () => {
    const by = (payload: object, actor: string) =>
      afterwards(plannedFile({ goals: [] }), 'SetGoal', { text: 'x', ...payload }, { actor }).goals[0]
        ?.expressedBy
    expect(by({ expressedBy: 'RelatedPerson/sam' }, 'Practitioner/noor')).toBe('RelatedPerson/sam')
    expect(by({}, 'Practitioner/noor')).toBe('Practitioner/noor')
    expect(by({}, 'Device/import')).toBeUndefined()
  })

  it('puts the goal into a draft, or into the plan in force as a minor revision', () => {
    const draft = afterwards(plannedFile(), 'SetGoal', { text: 'x', plan: 'pl1' })
    expect(draft.plans[0]).toMatchObject({ minor: 0, goals: ['g1', 'goal-new-1'] })
    const active = afterwards(activeFile(), 'SetGoal', { text: 'x', plan: 'pl1' })
    expect(active.plans[0]).toMatchObject({ minor: 1, goals: ['g1', 'goal-new-1'] })
    const agreed = plannedFile({ plans: [aPlan({ state: 'agreed' })] })
    expect(refusal(agreed, 'SetGoal', { text: 'x', plan: 'pl1' })).toMatchObject({
      code: 'illegal-transition',
      legal: ['ReturnPlan', 'ObtainAgreement', 'ActivatePlan', 'RevokePlan', 'MarkNounEnteredInError'],
    })
    expect(refusal(agreed, 'SetGoal', { text: 'x', plan: 'nothing' }).code).toBe('unknown-noun')
    expect(refusal(agreed, 'SetGoal', { text: 'x', needs: ['nothing'] }).code).toBe('unknown-noun')
  })
})

describe('what people say of a goal', () => {
  it('is kept once for each, the last word counting', () => {
    const said = afterwards(inState('proposed'), 'AcceptGoal', { ...agree, decision: 'pending' })
    const more = afterwards(said, 'AcceptGoal', { ...agree, by: 'Practitioner/pt', decision: 'disagree' })
    const after = afterwards(more, 'AcceptGoal', agree)
    expect(after.goals[0]?.acceptances).toEqual([
      { by: 'Practitioner/pt', decision: 'disagree', at: '2026-10-13T10:00:00-04:00' },
      { by: 'Patient/p1', decision: 'agree', at: '2026-10-13T10:00:00-04:00' },
    ])
    expect(after.goals[0]).toMatchObject({ state: 'accepted', statusAt: '2026-10-13' })
  })

  it('keeps the reason of a pause until it is over, and that of giving up for good', () => {
    const held = afterwards(inState('active'), 'HoldGoal', { goal, ...because })
    expect(held.goals[0]?.reason).toBe('because')
    expect(afterwards(held, 'ResumeGoal', { goal }).goals[0]?.reason).toBeUndefined()
    expect(afterwards(held, 'RetireGoal', { goal, reason: 'no more' }).goals[0]?.reason).toBe('no more')
  })

  it('takes a goal that is reached for achieved', () => {
    expect(afterwards(inState('active'), 'AchieveGoal', { goal }).goals[0]?.achievement).toBe('achieved')
  })

  it('keeps start and achievement that were there before it started', () => {
    const file = plannedFile({ goals: [aGoal({ start: '2026-10-01', achievement: 'improving' })] })
    expect(afterwards(file, 'StartGoal', { goal }).goals[0]).toMatchObject({
      start: '2026-10-01',
      achievement: 'improving',
    })
  })
})
