import { describe, expect, it } from 'vitest'
import { caseStates, type CaseState } from '../../../../src/care-plan/case/case.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import type { ModelProfile } from '../../../../src/care-plan/models/model-profile.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Plan } from '../../../../src/care-plan/nouns/plan.ts'
import { afterwards, decided, fileOf, namesOf, openFile, refusal } from '../../../support/case-file.ts'

const clinical = shippedModels.find(({ id }) => id === 'clinical') as ModelProfile
const models = modelLookup([
  ...shippedModels,
  { ...clinical, version: '1.1.0', state: 'draft' },
  { ...clinical, version: '0.9.0', state: 'retired' },
])
const now = { models, at: '2026-12-14T09:00:00-05:00' }
const since = '2026-10-13T09:30:00-04:00'
const underClinical = [{ model: 'clinical', version: '1.0.0', since, reason: 'many therapies' }]
const choose = (model: string, version?: string) => ({
  model,
  reason: 'fits better',
  ...(version !== undefined && { version }),
})

const plan: Plan = {
  id: 'plan-1',
  state: 'active',
  major: 1,
  minor: 2,
  title: 'Back on the bicycle',
  start: '2026-10-15T10:00:00-04:00',
  model: 'clinical|1.0.0',
  goals: ['g1', 'g2'],
  activities: [],
  needs: ['n1'],
  strengths: ['s1'],
  agreements: [{ party: 'patient', by: 'Patient/p1', at: '2026-10-15T10:00:00-04:00', decision: 'agreed' }],
}

const goal = (id: string, state: 'active' | 'completed') => ({
  ...{ id, state, text: id, needs: ['n1'], acceptances: [] },
})

const activeFile = (lists: Partial<CaseFile> = {}): CaseFile =>
  openFile(
    { state: 'active', models: underClinical },
    { plans: [plan], goals: [goal('g1', 'active'), goal('g2', 'completed')], ...lists },
  )

describe('SelectModel', () => {
  it('gives a case its model with version, time and reason, the newest published one by default', () => {
    const after = afterwards(openFile(), 'SelectModel', choose('clinical'), now)
    expect(after.case.models).toEqual([
      { model: 'clinical', version: '1.0.0', since: now.at, reason: 'fits better' },
    ])
    expect(namesOf(decided(openFile(), 'SelectModel', choose('clinical'), now))).toEqual(['ModelSelected'])
  })

  it('is possible from screened to open, again too, and once a case is under way only without a model', () => {
    const possible = (state: CaseState, has: boolean): boolean =>
      decided(fileOf({ state, models: has ? underClinical : [] }), 'SelectModel', choose('intensive'), now).ok
    const without = caseStates.filter(state => possible(state, false))
    const again = caseStates.filter(state => possible(state, true))
    expect(without).toEqual(['screened', 'outreach', 'open', 'active', 'on-hold'])
    expect(again).toEqual(['screened', 'outreach', 'open'])
  })

  it('names what is legal where it is refused', () => {
    expect(refusal(activeFile(), 'SelectModel', choose('intensive'), now)).toMatchObject({
      code: 'illegal-transition',
      legal: expect.arrayContaining(['SwitchModel', 'ProposeClosure']),
    })
    const { legal } = refusal(fileOf(), 'SelectModel', choose('intensive'), now)
    expect(legal).not.toContain('SelectModel')
  })

  it('takes a published version that there is, and not the one in force', () => {
    const codes = [
      choose('none'),
      choose('clinical', '9.0.0'),
      choose('clinical', '1.1.0'),
      choose('clinical', '0.9.0'),
    ]
    expect(codes.map(one => refusal(openFile(), 'SelectModel', one, now).code)).toEqual([
      'model-unknown',
      'model-unknown',
      'model-not-published',
      'model-not-published',
    ])
    const same = openFile({ models: underClinical })
    expect(refusal(same, 'SelectModel', choose('clinical'), now).code).toBe('case-condition')
  })

  it('is no fact of a time before the model in force began', () => {
    const file = openFile({ models: underClinical })
    const earlier = { models, at: '2026-10-13T09:29:59-04:00' }
    expect(refusal(file, 'SelectModel', choose('intensive'), earlier).code).toBe('case-condition')
  })
})

describe('SwitchModel', () => {
  it('appends the model, supersedes the plan in force and puts a new major version in its place', () => {
    const events = decided(activeFile(), 'SwitchModel', choose('intensive'), now)
    expect(namesOf(events)).toEqual([
      'ModelSwitched',
      'PlanDrafted',
      'PlanAgreed',
      'PlanSuperseded',
      'PlanActivated',
    ])
    const after = afterwards(activeFile(), 'SwitchModel', choose('intensive'), now)
    expect(after.case.state).toBe('active')
    expect(after.case.models).toEqual([
      ...underClinical,
      { model: 'intensive', version: '1.0.0', since: now.at, reason: 'fits better' },
    ])
    expect(after.plans.find(({ id }) => id === 'plan-1')).toEqual({
      ...plan,
      state: 'superseded',
      end: now.at,
      reason: 'fits better',
    })
    expect(after.plans.find(({ id }) => id !== 'plan-1')).toMatchObject({
      state: 'active',
      major: 2,
      minor: 0,
      replaces: 'plan-1',
      model: 'intensive|1.0.0',
      start: now.at,
      title: 'Back on the bicycle',
      goals: ['g1'],
      needs: ['n1'],
      strengths: ['s1'],
      agreements: plan.agreements,
    })
  })

  it('switches a case that has no plan in force without making one', () => {
    const events = decided(activeFile({ plans: [] }), 'SwitchModel', choose('intensive'), now)
    expect(namesOf(events)).toEqual(['ModelSwitched'])
  })

  it('is possible while the case is active and has a model, and nowhere else', () => {
    const legal = caseStates.filter(
      state => decided(fileOf({ state, models: underClinical }), 'SwitchModel', choose('intensive'), now).ok,
    )
    expect(legal).toEqual(['active'])
    const failure = refusal(openFile({ state: 'active' }), 'SwitchModel', choose('intensive'), now)
    expect(failure.legal).toContain('SelectModel')
    expect(failure.legal).not.toContain('SwitchModel')
    expect(
      refusal(openFile({ models: underClinical }), 'SwitchModel', choose('intensive'), now).legal,
    ).toContain('SelectModel')
  })

  it('goes back and forth, each time with a new version of the plan', () => {
    const there = afterwards(activeFile(), 'SwitchModel', choose('intensive'), now)
    const back = afterwards(there, 'SwitchModel', choose('clinical'), {
      models,
      at: '2027-01-19T09:00:00-05:00',
      newId: () => 'plan-3',
    })
    expect(back.case.models.map(({ model }) => model)).toEqual(['clinical', 'intensive', 'clinical'])
    expect(back.plans.map(({ major, state }) => [major, state]).toSorted()).toEqual([
      [1, 'superseded'],
      [2, 'superseded'],
      [3, 'active'],
    ])
  })

  it('refuses an unknown or unpublished model as SelectModel does', () => {
    expect(refusal(activeFile(), 'SwitchModel', choose('none'), now).code).toBe('model-unknown')
    expect(refusal(activeFile(), 'SwitchModel', choose('clinical', '1.1.0'), now).code).toBe(
      'model-not-published',
    )
    expect(refusal(activeFile(), 'SwitchModel', choose('clinical'), now).code).toBe('case-condition')
  })
})
