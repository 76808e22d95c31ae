import type { CaseFile } from '../../src/care-plan/case/case-file.ts'
import type { Need } from '../../src/care-plan/nouns/assessment.ts'
import type { Activity, Goal, Plan } from '../../src/care-plan/nouns/plan.ts'
import { openFile } from './case-file.ts'

/** What a goal looks like at each of its five levels. */
export const gasScale = ['none', 'with a frame', 'indoors', 'outdoors', 'on the bicycle'] as const

export const aNeed = (more: Partial<Need> = {}): Need => ({
  id: 'n1',
  state: 'confirmed',
  text: 'Cannot walk alone',
  evidence: [],
  ...more,
})

export const aGoal = (more: Partial<Goal> = {}): Goal => ({
  id: 'g1',
  state: 'accepted',
  text: 'Walk independently',
  weight: 3,
  scale: [...gasScale],
  needs: ['n1'],
  acceptances: [],
  ...more,
})

export const anActivity = (more: Partial<Activity> = {}): Activity => ({
  id: 'a1',
  state: 'planned',
  kind: 'service',
  text: 'Physical therapy',
  setting: 'clinic',
  owner: 'Practitioner/noor',
  performer: 'Practitioner/pt',
  days: [],
  goals: ['g1'],
  needs: ['n1'],
  after: [],
  performances: [],
  ...more,
})

export const aPlan = (more: Partial<Plan> = {}): Plan => ({
  id: 'pl1',
  state: 'draft',
  major: 1,
  minor: 0,
  author: 'Practitioner/noor',
  created: '2026-10-13T10:00:00-04:00',
  goals: ['g1'],
  activities: ['a1'],
  needs: ['n1'],
  strengths: [],
  agreements: [],
  ...more,
})

export const patientAgreed = {
  party: 'patient',
  by: 'Patient/p1',
  at: '2026-10-13T10:00:00-04:00',
  decision: 'agreed',
} as const

/** An open case with a need, a goal, an activity for it and the draft of a plan. */
export const plannedFile = (lists: Partial<CaseFile> = {}): CaseFile =>
  openFile(
    { models: [{ model: 'clinical', version: '1.0.0', since: '2026-10-13T10:00:00-04:00' }] },
    { needs: [aNeed()], goals: [aGoal()], activities: [anActivity()], plans: [aPlan()], ...lists },
  )

/** The same with the plan in force. */
export const activeFile = (lists: Partial<CaseFile> = {}): CaseFile => {
  const file = plannedFile({
    goals: [aGoal({ state: 'active' })],
    plans: [aPlan({ state: 'active', agreements: [patientAgreed], start: '2026-10-13T10:00:00-04:00' })],
    ...lists,
  })
  return { ...file, case: { ...file.case, state: 'active' } }
}
