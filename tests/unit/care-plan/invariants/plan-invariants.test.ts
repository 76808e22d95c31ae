import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { planInvariants } from '../../../../src/care-plan/invariants/plan-invariants.ts'
import { afterwards, contextOf } from '../../../support/case-file.ts'
import {
  activeFile,
  aGoal,
  anActivity,
  aPlan,
  patientAgreed,
  plannedFile,
} from '../../../support/plan-file.ts'

const broken = (after: CaseFile, before?: CaseFile, actor = 'Practitioner/noor') =>
  brokenRule(planInvariants, { before, after }, contextOf({ actor }))

const active = (more: object = {}) => aPlan({ state: 'active', agreements: [patientAgreed], ...more })

describe('I2', () => {
  it('holds for one agreed plan in force, beside drafts and plans that are over', () => {
    const plans = [
      active(),
      aPlan({ id: 'pl0', state: 'superseded' }),
      aPlan({ id: 'pl2', state: 'agreed', major: 2 }),
      aPlan({ id: 'pl3', state: 'on-hold' }),
    ]
    expect(broken(activeFile({ plans }))).toBeUndefined()
  })

  it('refuses a second one', () => {
    const plans = [active(), active({ id: 'pl2' })]
    expect(broken(activeFile({ plans }))).toMatchObject({ rule: 'I2', expression: 'CarePlan.status' })
  })

  it.each([
    [[], 'I2'],
    [[{ ...patientAgreed, party: 'provider' }], 'I2'],
    [[{ ...patientAgreed, decision: 'refused' }], 'I2'],
    [[patientAgreed, { ...patientAgreed, decision: 'refused' }], 'I2'],
    [[{ ...patientAgreed, decision: 'refused', reason: 'too much' }], undefined],
    [[{ ...patientAgreed, decision: 'refused' }, patientAgreed], undefined],
    [[{ ...patientAgreed, party: 'guardian', by: 'RelatedPerson/sam' }], undefined],
  ] as const)('asks for the agreement of the patient or a representative: %j', (agreements, rule) => {
    expect(broken(activeFile({ plans: [active({ agreements })] }))?.rule).toBe(rule)
  })

  it('does not bind a plain plan of a FHIR app, beside the plan of the case or alone', () => {
    const plain = aPlan({ id: 'pl9', state: 'active', goals: [], isPlain: true })
    expect(broken(activeFile({ plans: [active(), plain] }))).toBeUndefined()
    expect(broken(activeFile({ plans: [plain] }))).toBeUndefined()
  })

  it('does not blame a change for what was broken before', () => {
    const before = activeFile({ plans: [active({ agreements: [] })] })
    expect(broken({ ...before, flags: [] }, before)).toBeUndefined()
  })
})

describe('I3', () => {
  it.each<[string, Partial<CaseFile>, string]>([
    ['no goal', { plans: [active({ goals: [] })] }, 'CarePlan.goal'],
    ['no active goal', { goals: [aGoal({ state: 'accepted' })] }, 'CarePlan.goal'],
    ['a goal without activity', { plans: [active({ activities: [] })] }, 'CarePlan.activity'],
    [
      'a goal with closed ones only',
      { activities: [anActivity({ state: 'completed' })] },
      'CarePlan.activity',
    ],
    ['an activity for another goal', { activities: [anActivity({ goals: ['g2'] })] }, 'CarePlan.activity'],
    [
      'an activity without need',
      { activities: [anActivity({ needs: [] })] },
      'ServiceRequest.reasonReference',
    ],
    [
      'an activity without goal',
      {
        plans: [active({ activities: ['a1', 'a2'] })],
        activities: [anActivity(), anActivity({ id: 'a2', goals: [] })],
      },
      'ServiceRequest.extension',
    ],
  ])('refuses a plan in force with %s', (_words, lists, expression) => {
    expect(broken(activeFile(lists))).toMatchObject({ rule: 'I3', expression })
  })

  it('refuses an activity without owner', () => {
    const { owner: _owner, ...nobodys } = anActivity()
    expect(broken(activeFile({ activities: [nobodys] }))).toMatchObject({
      rule: 'I3',
      expression: 'ServiceRequest.requester',
    })
  })

  it('takes a documented reason for an activity', () => {
    const goals = [aGoal({ state: 'active', reason: 'waits for the cast to come off' })]
    expect(broken(activeFile({ goals, plans: [active({ activities: [] })] }))).toBeUndefined()
  })

  it.each(['entered-in-error', 'inactive'] as const)(
    'keeps a need that is the only reason of an open activity from becoming %s',
    state => {
      const need = { id: 'n1', state: 'confirmed', text: 'Walks badly', evidence: [] } as const
      const before = activeFile({ activities: [anActivity({ needs: ['n1'] })], needs: [need] })
      const after = { ...before, needs: [{ ...need, state }] }
      expect(broken(after, before)).toMatchObject({
        rule: 'I3',
        expression: 'ServiceRequest.reasonReference',
        message: expect.stringContaining('AdaptActivity') as string,
      })
      const second = { ...after, needs: [...after.needs, { ...need, id: 'n2' }] }
      const adapted = { ...second, activities: [anActivity({ needs: ['n1', 'n2'] })] }
      expect(broken(adapted, before)).toBeUndefined()
      const lapsed = [{ ...need, state: 'resolved' as const }]
      expect(broken({ ...before, needs: lapsed }, before)).toBeUndefined()
    },
  )

  it('names the way out when the last goal is achieved: the plan is completed first', () => {
    const before = activeFile()
    const achieved = afterwards(before, 'AchieveGoal', { goal: 'g1' })
    expect(broken(achieved, before)?.message).toContain('CompletePlan')
    const closing = { ...before, case: { ...before.case, state: 'closing' as const } }
    expect(broken(afterwards(closing, 'AchieveGoal', { goal: 'g1' }), closing)).toBeUndefined()
    const completed = afterwards(before, 'CompletePlan', { plan: 'pl1' })
    expect(broken(completed, before)).toBeUndefined()
    expect(broken(afterwards(completed, 'AchieveGoal', { goal: 'g1' }), completed)).toBeUndefined()
  })

  it('asks nothing of what is not in force or was called off', () => {
    expect(broken(plannedFile({ plans: [aPlan({ goals: [], activities: [] })] }))).toBeUndefined()
    const dropped = anActivity({ id: 'a2', state: 'cancelled', goals: [], needs: [] })
    const plans = [active({ activities: ['a1', 'a2'] })]
    expect(broken(activeFile({ plans, activities: [anActivity(), dropped] }))).toBeUndefined()
  })

  it('keeps the last open activity of an active goal from being completed without a word', () => {
    const before = activeFile({ activities: [anActivity({ state: 'in-progress' })] })
    const done = afterwards(before, 'CompleteActivity', { activity: 'a1' })
    expect(broken(done, before)).toMatchObject({ rule: 'I3' })
    const said = afterwards(before, 'ReviseGoal', { goal: 'g1', reason: 'walks alone, to be observed' })
    expect(broken(afterwards(said, 'CompleteActivity', { activity: 'a1' }), said)).toBeUndefined()
  })
})

describe('I20', () => {
  const ride = aGoal({ id: 'g2', state: 'active', text: 'Ride again by summer', expressedBy: 'Patient/p1' })
  const before = activeFile({
    goals: [aGoal({ state: 'active' }), ride],
    activities: [anActivity({ goals: ['g1', 'g2'] })],
    plans: [active({ goals: ['g1', 'g2'] })],
  })
  const retire = { goal: 'g2', reason: 'not realistic' }
  const drop = { plan: 'pl1', changes: { removeGoals: ['g2'] }, reason: 'not realistic' }

  it.each([
    ['RetireGoal', retire, 'Goal.lifecycleStatus'],
    ['ReviseGoal', { goal: 'g2', text: 'Walk by summer' }, 'Goal.description'],
    ['RevisePlan', drop, 'CarePlan.goal'],
  ])('keeps %s by staff from touching a goal of the patient', (name, payload, expression) => {
    expect(broken(afterwards(before, name, payload), before)).toMatchObject({ rule: 'I20', expression })
  })

  it.each([
    ['RetireGoal', retire],
    ['ReviseGoal', { goal: 'g2', text: 'Walk by summer' }],
    ['RevisePlan', drop],
  ])('lets the patient and a representative do %s', (name, payload) => {
    for (const actor of ['Patient/p1', 'RelatedPerson/sam'])
      expect(broken(afterwards(before, name, payload), before, actor)).toBeUndefined()
    expect(broken(afterwards(before, name, payload), before, 'Patient/p2')).toMatchObject({ rule: 'I20' })
  })

  it('lets staff rank it down, hold it and see it reached', () => {
    for (const [name, payload] of [
      ['RankGoal', { goal: 'g2', rank: 9 }],
      ['HoldGoal', { goal: 'g2', reason: 'after surgery' }],
      ['AchieveGoal', { goal: 'g2' }],
    ] as const)
      expect(broken(afterwards(before, name, payload), before)).toBeUndefined()
  })

  it('refuses to delete it and to take its author away', () => {
    const { expressedBy: _author, ...nobodys } = ride
    const [g1] = before.goals
    for (const goals of [[g1], [g1, nobodys]])
      expect(broken({ ...before, goals: goals.flatMap(one => one ?? []) }, before)).toMatchObject({
        rule: 'I20',
      })
  })

  it('keeps it in the plan that takes the place of the one in force', () => {
    const next = aPlan({ id: 'pl2', major: 2, state: 'agreed', agreements: [patientAgreed], goals: ['g1'] })
    const drafted = { ...before, plans: [...before.plans, next] }
    const after = afterwards(drafted, 'ActivatePlan', { plan: 'pl2' })
    expect(broken(after, drafted)).toMatchObject({ rule: 'I20', expression: 'CarePlan.goal' })
    const carried = { ...before, plans: [...before.plans, { ...next, goals: ['g1', 'g2'] }] }
    expect(broken(afterwards(carried, 'ActivatePlan', { plan: 'pl2' }), carried)).toBeUndefined()
  })

  it.each([
    ['RevokePlan', { plan: 'pl1', reason: 'x' }],
    ['MarkNounEnteredInError', { noun: 'plan', id: 'pl1', reason: 'x' }],
  ])('keeps staff from ending the plan that has it by %s, unless another one has it', (name, payload) => {
    const ended = afterwards(before, name, payload)
    expect(broken(ended, before)).toMatchObject({ rule: 'I20', expression: 'CarePlan.goal' })
    expect(broken(ended, before, 'Patient/p1')).toBeUndefined()
    const next = aPlan({ id: 'pl2', major: 2, goals: ['g1', 'g2'] })
    const replaced = { ...before, plans: [...before.plans, next] }
    expect(broken(afterwards(replaced, name, payload), replaced)).toBeUndefined()
    expect(broken(afterwards(before, 'CompletePlan', { plan: 'pl1' }), before)).toBeUndefined()
  })

  it('takes a representative for one only who is on the record, where the record has any', () => {
    const retired = afterwards(before, 'RetireGoal', retire)
    const by = (actor: string) =>
      brokenRule(
        planInvariants,
        { before, after: retired },
        contextOf({ actor, relatives: ['RelatedPerson/sam'] }),
      )
    expect(by('RelatedPerson/sam')).toBeUndefined()
    expect(by('RelatedPerson/kim')).toMatchObject({ rule: 'I20' })
  })

  it('does not bind goals that staff set or that are over', () => {
    const goals = [
      aGoal({ state: 'active' }),
      aGoal({ id: 'g2', state: 'active', expressedBy: 'Practitioner/noor' }),
    ]
    const staff = { ...before, goals }
    expect(broken(afterwards(staff, 'RetireGoal', retire), staff)).toBeUndefined()
    const over = { ...before, goals: [aGoal({ state: 'active' }), { ...ride, state: 'completed' as const }] }
    expect(broken({ ...over, goals: over.goals.slice(0, 1) }, over)).toBeUndefined()
  })
})
