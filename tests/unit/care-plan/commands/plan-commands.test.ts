import { describe, expect, it } from 'vitest'
import { evolveAll } from '../../../../src/care-plan/machines/domain-event.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { planInvariants } from '../../../../src/care-plan/invariants/plan-invariants.ts'
import { legalIn } from '../../../../src/care-plan/machines/machine.ts'
import { planMachine, type PlanState } from '../../../../src/care-plan/nouns/plan.ts'
import { replacedPlan } from '../../../../src/care-plan/plan/plan-replacement.ts'
import { afterwards, contextOf, decided, namesOf, refusal } from '../../../support/case-file.ts'
import {
  activeFile,
  aGoal,
  anActivity,
  aPlan,
  patientAgreed,
  plannedFile,
} from '../../../support/plan-file.ts'

const plan = 'pl1'
const because = { reason: 'because' }
const agreed = { plan, party: 'patient', by: 'Patient/p1', decision: 'agreed' } as const
const inState = (state: PlanState) =>
  ['draft', 'in-review', 'agreed'].includes(state)
    ? plannedFile({ plans: [aPlan({ state })] })
    : activeFile({ plans: [aPlan({ state })] })

describe('a plan', () => {
  it.each<[string, object, PlanState, PlanState, readonly string[]]>([
    ['EditPlan', { plan, changes: { title: 'Back home' } }, 'draft', 'draft', ['PlanEdited']],
    ['ProposeChange', { plan }, 'draft', 'in-review', ['PlanProposed']],
    ['ReturnPlan', { plan, ...because }, 'in-review', 'draft', ['PlanReturned']],
    ['ReturnPlan', { plan, ...because }, 'agreed', 'draft', ['PlanReturned']],
    ['ObtainAgreement', agreed, 'in-review', 'agreed', ['PlanAgreed']],
    ['ActivatePlan', { plan }, 'agreed', 'active', ['PlanActivated', 'GoalStarted', 'CaseActivated']],
    ['RevisePlan', { plan, changes: { title: 'x' }, ...because }, 'active', 'active', ['PlanRevised']],
    ['HoldPlan', { plan, ...because }, 'active', 'on-hold', ['PlanHeld']],
    ['ResumePlan', { plan }, 'on-hold', 'active', ['PlanResumed']],
    ['CompletePlan', { plan }, 'active', 'completed', ['PlanCompleted']],
    ['RevokePlan', { plan, ...because }, 'on-hold', 'revoked', ['PlanRevoked']],
  ])('%s %j leads from %s to %s', (name, payload, ...[from, to, events]) => {
    expect(namesOf(decided(inState(from), name, payload))).toEqual(events)
    expect(afterwards(inState(from), name, payload).plans[0]?.state).toBe(to)
  })

  it.each<[string, object, PlanState]>([
    ['EditPlan', { plan, changes: { title: 'x' } }, 'active'],
    ['ProposeChange', { plan }, 'agreed'],
    ['ReturnPlan', { plan, ...because }, 'draft'],
    ['ObtainAgreement', agreed, 'revoked'],
    ['ActivatePlan', { plan }, 'draft'],
    ['RevisePlan', { plan, changes: { title: 'x' }, ...because }, 'draft'],
    ['ReplacePlan', { plan, ...because }, 'completed'],
    ['HoldPlan', { plan, ...because }, 'agreed'],
    ['ResumePlan', { plan }, 'active'],
    ['CompletePlan', { plan }, 'draft'],
    ['RevokePlan', { plan, ...because }, 'superseded'],
  ])('%s %j is refused while it is %s, with the legal list', (name, payload, state) => {
    expect(refusal(inState(state), name, payload)).toMatchObject({
      code: 'illegal-transition',
      legal: legalIn(planMachine, state),
    })
  })

  it.each(['EditPlan', 'RevisePlan'])('%s refuses an id that names nothing', name => {
    const file = name === 'EditPlan' ? plannedFile() : activeFile()
    const reason = name === 'RevisePlan' ? because : {}
    const refused = (payload: object) => refusal(file, name, { ...payload, ...reason }).code
    expect(refused({ plan: 'nobody', changes: { title: 'x' } })).toBe('unknown-noun')
    expect(refused({ plan, changes: { addGoals: ['nobody'] } })).toBe('unknown-noun')
    expect(refused({ plan, changes: { removeNeeds: ['nobody'] } })).toBe('unknown-noun')
  })
})

describe('DraftPlan', () => {
  it('begins version 1.0 under the model of the case', () => {
    const file = afterwards(plannedFile({ plans: [] }), 'DraftPlan', { goals: ['g1'], title: 'Home' })
    expect(file.plans).toEqual([
      {
        ...aPlan({ id: 'plan-new-1', activities: [], needs: [], title: 'Home' }),
        model: 'clinical|1.0.0',
      },
    ])
  })

  it('replaces the plan in force with the next major version', () => {
    const [, draft] = afterwards(activeFile(), 'DraftPlan').plans
    expect(draft).toMatchObject({ major: 2, minor: 0, replaces: 'pl1', state: 'draft' })
  })

  it('refuses what the case does not have, an end before the start, and a case that has ended', () => {
    expect(refusal(plannedFile(), 'DraftPlan', { activities: ['nothing'] }).code).toBe('unknown-noun')
    expect(refusal(plannedFile(), 'DraftPlan', { strengths: ['nothing'] }).code).toBe('unknown-noun')
    const backwards = { start: '2026-10-14T10:00:00Z', end: '2026-10-14T09:59:59Z' }
    expect(refusal(plannedFile(), 'DraftPlan', backwards).code).toBe('period-backwards')
    const { case: root, ...lists } = plannedFile()
    const closed = { ...lists, case: { ...root, state: 'closed' as const } }
    expect(refusal(closed, 'DraftPlan')).toMatchObject({
      code: 'illegal-transition',
      legal: ['ReopenCase', 'MarkEnteredInError'],
    })
  })
})

describe('ObtainAgreement', () => {
  it('keeps who said what and when', () => {
    const saidBy = (actor: string, more = {}) =>
      afterwards(plannedFile(), 'ObtainAgreement', { ...agreed, ...more }, { actor }).plans[0]?.agreements
    expect(saidBy('Patient/p1')).toEqual([patientAgreed])
    const attested = { ...patientAgreed, attestedBy: 'Practitioner/noor' }
    expect(saidBy('Practitioner/noor')).toEqual([attested])
    expect(saidBy('Practitioner/noor', { how: 'written' })).toEqual([{ ...attested, how: 'written' }])
  })

  it('is attested by a professional: neither the family nor a machine speaks for others', () => {
    for (const actor of ['RelatedPerson/sam', 'Device/timer'])
      expect(refusal(plannedFile(), 'ObtainAgreement', agreed, { actor })).toMatchObject({ rule: 'I2' })
  })

  it('does not take a provider for the patient', () => {
    const said = { plan, party: 'provider', by: 'Practitioner/pt', decision: 'agreed' }
    expect(namesOf(decided(plannedFile(), 'ObtainAgreement', said))).toEqual(['AgreementRecorded'])
    expect(afterwards(plannedFile(), 'ObtainAgreement', said).plans[0]?.state).toBe('draft')
    for (const by of ['Practitioner/pt', 'Patient/p2'])
      expect(refusal(plannedFile(), 'ObtainAgreement', { ...agreed, by })).toMatchObject({ rule: 'I2' })
  })

  it('counts a refusal with its reason, and only with it', () => {
    const refused = { plan, party: 'guardian', by: 'RelatedPerson/sam', decision: 'refused' }
    expect(refusal(plannedFile(), 'ObtainAgreement', refused)).toMatchObject({ rule: 'I2' })
    const [after] = afterwards(plannedFile(), 'ObtainAgreement', { ...refused, ...because }).plans
    expect(after).toMatchObject({ state: 'agreed', agreements: [{ party: 'guardian', reason: 'because' }] })
  })

  it('still takes signatures once the plan is in force', () => {
    const said = { plan, party: 'provider', by: 'Practitioner/pt', decision: 'agreed' }
    expect(afterwards(activeFile(), 'ObtainAgreement', said).plans[0]).toMatchObject({
      state: 'active',
      agreements: [patientAgreed, { party: 'provider' }],
    })
  })

  it('is to be had anew after the plan was given back', () => {
    const back = afterwards(inState('agreed'), 'ReturnPlan', { plan, ...because })
    expect(back.plans[0]).toMatchObject({ agreements: [], reason: 'because' })
  })
})

describe('ActivatePlan', () => {
  const ready = () =>
    plannedFile({
      goals: [
        aGoal(),
        aGoal({ id: 'g2', state: 'planned' }),
        aGoal({ id: 'g3', state: 'proposed' }),
        aGoal({ id: 'g4' }),
      ],
      plans: [aPlan({ state: 'agreed', goals: ['g1', 'g2', 'g3'], agreements: [patientAgreed] })],
    })

  it('starts the accepted and planned goals of the plan, and no others', () => {
    const { goals, plans, case: root } = afterwards(ready(), 'ActivatePlan', { plan })
    expect(goals.map(({ state }) => state)).toEqual(['active', 'active', 'proposed', 'accepted'])
    expect(goals[0]).toMatchObject({
      start: '2026-10-13',
      achievement: 'in-progress',
      statusAt: '2026-10-13',
    })
    expect(plans[0]).toMatchObject({ state: 'active', start: '2026-10-13T10:00:00-04:00' })
    expect(root).toMatchObject({ state: 'active', since: '2026-10-13T10:00:00-04:00' })
  })

  it('keeps the start that was agreed on', () => {
    const start = '2026-10-20T08:00:00-04:00'
    const file = { ...ready(), plans: [aPlan({ state: 'agreed', start })] }
    expect(afterwards(file, 'ActivatePlan', { plan }).plans[0]?.start).toBe(start)
  })

  it('supersedes the plan before, held or not', () => {
    const next = aPlan({ id: 'pl2', major: 2, state: 'agreed', replaces: 'pl1', agreements: [patientAgreed] })
    for (const state of ['active', 'on-hold'] as const) {
      const old = aPlan({ state, start: '2026-10-01T08:00:00Z' })
      const file = activeFile({ plans: [old, next] })
      expect(namesOf(decided(file, 'ActivatePlan', { plan: 'pl2' }))).toEqual([
        'PlanSuperseded',
        'PlanActivated',
      ])
      const [was, is] = afterwards(file, 'ActivatePlan', { plan: 'pl2' }).plans
      expect(was).toMatchObject({ state: 'superseded', end: '2026-10-13T10:00:00-04:00' })
      expect(is?.state).toBe('active')
    }
  })

  it('leaves a plain plan of a FHIR app in force beside it, and makes one its own that it activates', () => {
    const plain = aPlan({ id: 'pl0', state: 'active', isPlain: true })
    const file = { ...ready(), plans: [plain, ...ready().plans] }
    expect(afterwards(file, 'ActivatePlan', { plan }).plans[0]).toEqual(plain)
    const drawnUp = plannedFile({ plans: [aPlan({ state: 'agreed', isPlain: true })] })
    const [own] = afterwards(drawnUp, 'ActivatePlan', { plan }).plans
    expect(own?.state).toBe('active')
    expect(own?.isPlain).toBeUndefined()
  })

  it('is refused when the case is neither open nor active, or its time is over', () => {
    const { case: root, ...lists } = ready()
    const held = { ...lists, case: { ...root, state: 'on-hold' as const } }
    expect(refusal(held, 'ActivatePlan', { plan })).toMatchObject({ code: 'illegal-transition' })
    const over = plannedFile({ plans: [aPlan({ state: 'agreed', end: '2026-10-12T10:00:00Z' })] })
    expect(refusal(over, 'ActivatePlan', { plan }).code).toBe('period-backwards')
  })
})

describe('RevisePlan', () => {
  it('raises the minor version, changes lists element by element and starts the goals that it adds', () => {
    const file = activeFile({ goals: [aGoal({ state: 'active' }), aGoal({ id: 'g2' })] })
    const changes = { addGoals: ['g2', 'g1'], removeActivities: ['a1'], end: '2026-12-31T00:00:00Z' }
    const after = afterwards(file, 'RevisePlan', { plan, changes, ...because })
    expect(after.plans[0]).toMatchObject({ minor: 1, goals: ['g1', 'g2'], activities: [] })
    expect(after.goals[1]?.state).toBe('active')
    expect(after.plans[0]?.reason).toBeUndefined()
    expect(after.plans[0]?.revisions).toHaveLength(1)
    const again = afterwards(after, 'RevisePlan', { plan, changes: { title: 'x' }, ...because })
    expect(again.plans[0]?.revisions).toHaveLength(2)
  })

  it('is refused while the case is on hold', () => {
    const { case: root, ...lists } = activeFile()
    const held = { ...lists, case: { ...root, state: 'on-hold' as const } }
    const payload = { plan, changes: { title: 'x' }, ...because }
    expect(refusal(held, 'RevisePlan', payload).legal).toContain('ResumeCase')
  })
})

describe('a replacement', () => {
  const old = () =>
    activeFile({
      goals: [aGoal({ state: 'active' }), aGoal({ id: 'g2', state: 'completed' })],
      activities: [anActivity(), anActivity({ id: 'a2', state: 'completed' })],
      plans: [
        aPlan({
          state: 'active',
          minor: 3,
          goals: ['g1', 'g2'],
          activities: ['a1', 'a2'],
          agreements: [patientAgreed],
          end: '2026-12-31T00:00:00Z',
        }),
      ],
    })

  it('is drafted with what is still open; the old plan stays in force until it is activated', () => {
    const { plans } = afterwards(old(), 'ReplacePlan', { plan, ...because })
    expect(plans.find(({ id }) => id === plan)?.state).toBe('active')
    expect(plans.find(({ id }) => id !== plan)).toEqual({
      ...aPlan({ id: 'plan-new-1', major: 2, goals: ['g1'], activities: ['a1'] }),
      replaces: 'pl1',
      model: 'clinical|1.0.0',
    })
  })

  it('in one step keeps the agreements and breaks no rule of plans', () => {
    const file = old()
    const context = contextOf()
    const events = replacedPlan(file, 'step up', context, 'intensive|1.0.0')
    expect(events.map(({ type }) => type)).toEqual([
      'PlanDrafted',
      'PlanAgreed',
      'PlanSuperseded',
      'PlanActivated',
    ])
    const after = evolveAll(file, events)
    expect(after.plans.map(({ state }) => state).toSorted()).toEqual(['active', 'superseded'])
    expect(after.plans.find(({ state }) => state === 'active')).toMatchObject({
      major: 2,
      minor: 0,
      replaces: plan,
      model: 'intensive|1.0.0',
      agreements: [patientAgreed],
      start: context.at,
    })
    expect(brokenRule(planInvariants, { before: file, after }, context)).toBeUndefined()
  })

  it('has nothing to replace without a plan in force', () => {
    expect(replacedPlan(plannedFile(), 'why', contextOf())).toEqual([])
  })
})

describe('a plan that ends before it began', () => {
  it('never began', () => {
    const file = plannedFile({ plans: [aPlan({ start: '2026-11-01T08:00:00Z' })] })
    const [after] = afterwards(file, 'RevokePlan', { plan, ...because }).plans
    expect(after).toMatchObject({ state: 'revoked', end: '2026-10-13T10:00:00-04:00' })
    expect(after?.start).toBeUndefined()
  })
})
