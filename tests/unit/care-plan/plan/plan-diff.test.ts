import { describe, expect, it } from 'vitest'
import { diffFiles, diffPlans } from '../../../../src/care-plan/plan/plan-diff.ts'
import { afterwards } from '../../../support/case-file.ts'
import { activeFile, aGoal, anActivity, aPlan, patientAgreed } from '../../../support/plan-file.ts'

describe('the difference between two states of a case', () => {
  const before = activeFile()

  it('is nothing between equal ones', () => {
    expect(diffFiles(before, activeFile())).toEqual([])
  })

  it('names each element that was added, removed or changed', () => {
    const changes = { setting: 'home', days: ['mon'], code: { system: 'urn:s', code: 'x' } }
    const adapted = afterwards(before, 'AdaptActivity', { activity: 'a1', changes, reason: 'why' })
    const ranked = afterwards(adapted, 'RankGoal', { goal: 'g1', rank: 1 })
    expect(diffFiles(before, ranked)).toEqual([
      { path: 'goals[g1].rank', change: 'added', after: 1 },
      { path: 'activities[a1].setting', change: 'changed', before: 'clinic', after: 'home' },
      { path: 'activities[a1].days[mon]', change: 'added', after: 'mon' },
      { path: 'activities[a1].code', change: 'added', after: { system: 'urn:s', code: 'x' } },
    ])
    expect(diffFiles(ranked, before).map(({ path, change }) => [path, change])).toEqual([
      ['goals[g1].rank', 'removed'],
      ['activities[a1].setting', 'changed'],
      ['activities[a1].days[mon]', 'removed'],
      ['activities[a1].code', 'removed'],
    ])
  })

  it('tells of nouns that came or went as a whole, and of the case itself', () => {
    const more = afterwards(before, 'SetGoal', { text: 'Ride', plan: 'pl1' })
    expect(diffFiles(before, more).map(({ path, change }) => [path, change])).toEqual([
      ['plans[pl1].minor', 'changed'],
      ['plans[pl1].goals[goal-new-1]', 'added'],
      ['goals[goal-new-1]', 'added'],
    ])
    expect(diffFiles(undefined, before)[0]).toMatchObject({ path: 'case', change: 'added' })
  })

  it('tells rows without a name apart by their place', () => {
    const provider = { plan: 'pl1', party: 'provider', by: 'Practitioner/pt', decision: 'agreed' }
    expect(diffFiles(before, afterwards(before, 'ObtainAgreement', provider))).toMatchObject([
      { path: 'plans[pl1].agreements[1]', change: 'added', after: { party: 'provider' } },
    ])
    const scale = ['none', 'with a frame', 'at home', 'outdoors', 'on the bicycle']
    expect(diffFiles(before, afterwards(before, 'ScaleGoal', { goal: 'g1', scale }))).toEqual([
      { path: 'goals[g1].scale[2]', change: 'changed', before: 'indoors', after: 'at home' },
    ])
  })
})

describe('the difference between two versions of a plan', () => {
  it('leaves out what always differs', () => {
    const file = activeFile({
      goals: [aGoal({ state: 'active' }), aGoal({ id: 'g2' })],
      activities: [anActivity()],
      plans: [
        aPlan({
          state: 'superseded',
          title: 'Home',
          agreements: [patientAgreed],
          end: '2026-12-14T00:00:00Z',
        }),
        aPlan({
          ...{ id: 'pl2', state: 'active', major: 2, replaces: 'pl1', title: 'Back to work' },
          ...{ goals: ['g2'], agreements: [patientAgreed], model: 'intensive|1.0.0' },
        }),
      ],
    })
    expect(diffPlans(file, 'pl1', 'pl2')).toEqual([
      { path: 'plan.goals[g1]', change: 'removed', before: 'g1' },
      { path: 'plan.goals[g2]', change: 'added', after: 'g2' },
      { path: 'plan.title', change: 'changed', before: 'Home', after: 'Back to work' },
      { path: 'plan.model', change: 'added', after: 'intensive|1.0.0' },
    ])
  })
})
