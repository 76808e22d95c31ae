import { expect } from 'vitest'
import { codesOf, linesOf, read, search, tScores } from './asking.ts'
import { OWN_GOAL, assessed, concluded, concludedTooEarly, planned } from './planning.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

async function isAssessed(teller: Teller): Promise<void> {
  await teller.tell(assessed)
  await teller.tell([concludedTooEarly])
  expect(await linesOf(teller, 'assess')).toEqual(['due 2026-12-12'])
  await teller.tell(concluded)
  expect(await linesOf(teller, 'assess')).toEqual(['met 2026-12-12'])
  expect(await linesOf(teller, 'assess-begin')).toEqual(['met 2026-11-12'])
  expect(await read(teller, 'Observation/$PHQ8')).toMatchObject({ status: 'final', valueInteger: 8 })
  const impression = await read(teller, 'ClinicalImpression/$ASSESSMENT')
  expect(impression).toMatchObject({ status: 'completed' })
  const domains = (impression.finding as readonly { readonly itemCodeableConcept: object }[]).flatMap(one =>
    codesOf(one.itemCodeableConcept),
  )
  expect(domains.toSorted()).toEqual(['cognition', 'finances', 'function', 'mood', 'social-needs'])
  expect(await search(teller, 'QuestionnaireResponse?patient=$PATIENT')).toHaveLength(5)
}

interface Strength {
  readonly id: string
  readonly kind: string
  readonly text: string
  readonly embodiedBy?: string
}

async function hasNeedsAndStrengths(teller: Teller): Promise<void> {
  const { needs, strengths } = await teller.get('/cases/$CASE/plan')
  const texts = (needs as readonly { readonly text: string }[]).map(({ text }) => text).join('; ')
  expect(texts).toMatch(/transport/i)
  expect(texts).toMatch(/money/i)
  expect(
    (strengths as readonly Strength[]).map(({ kind, embodiedBy }) => `${kind} ${embodiedBy}`).toSorted(),
  ).toEqual(['community Organization/cycling-club', 'family RelatedPerson/sam', 'home undefined'])
}

async function hasAPlan(teller: Teller): Promise<void> {
  await teller.tell(planned)
  expect(await teller.get('/cases/$CASE')).toMatchObject({
    state: 'active',
    plan: { version: '1.0', goals: 5, activities: 7 },
  })
  const plan = await read(teller, 'CarePlan/$PLAN')
  expect(plan).toMatchObject({ status: 'active', intent: 'plan' })
  expect(plan.activity).toHaveLength(7)
  expect(plan.supportingInfo).toHaveLength(3)
  expect(await linesOf(teller, 'plan-draft')).toEqual(['met 2026-10-23'])
  expect(await linesOf(teller, 'plan-review')).toEqual(['due 2026-11-14'])
  expect((await tScores(teller)).at(-1)).toBe('28.4')
  const goals = await search(teller, 'Goal?patient=$PATIENT')
  expect(goals.every(({ lifecycleStatus }) => lifecycleStatus === 'active')).toBe(true)
  const own = await read(teller, 'Goal/$G5')
  expect(own).toMatchObject({
    description: { text: OWN_GOAL },
    expressedBy: { reference: `Patient/${teller.kept.get('PATIENT')}` },
  })
  const therapy = await read(teller, 'ServiceRequest/$PT')
  expect(codesOf(therapy.code)).toEqual(['91251008'])
  expect(therapy.occurrenceTiming.repeat).toMatchObject({ frequency: 3, period: 1, periodUnit: 'wk' })
}

export const planning: readonly Chapter[] = [
  { title: '7 is assessed; without a conclusion on cognition that is not over (I4)', tell: isAssessed },
  { title: '7 has needs of transport and money, and three strengths', tell: hasNeedsAndStrengths },
  { title: '8 agrees to a plan with five goals and seven activities; T is 28.4', tell: hasAPlan },
]
