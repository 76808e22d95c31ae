import { expect } from 'vitest'
import { endOf } from './acts.ts'
import { dutyOn, keepDuty, linesOf, read, riskOf, search } from './asking.ts'
import { handedOver, inRehabilitation, moved } from './rehabilitation.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

async function leavesForRehabilitation(teller: Teller): Promise<void> {
  await teller.tell(moved)
  const visit = await read(teller, 'Encounter/$VISIT1')
  expect(visit).toMatchObject({ status: 'finished' })
  expect(JSON.stringify(visit.hospitalization.dischargeDisposition)).toContain('62')
  expect(await riskOf(teller, 'lace-2010', teller.kept.get('VISIT1') ?? '')).toEqual(['8 = 5 + 3 + 0 + 0'])
  for (const rule of ['contact', 'discharge-info', 'follow-up-visit', 'med-rec', 'readmission-watch'])
    expect(await linesOf(teller, rule), rule).toEqual([])
  expect(await dutyOn(teller, 'handover', '2026-10-22')).toMatchObject({
    ...{ state: 'due', due: endOf('2026-10-22') },
    arithmetic: 'Wed 2026-10-21 + 1 business day -> Thu 2026-10-22',
  })
}

async function isHandedOver(teller: Teller): Promise<void> {
  await keepDuty(teller, 'HANDOVER', ['handover', '2026-10-22'])
  await teller.tell(handedOver)
  const task = await read(teller, 'Task/$HANDOVER')
  expect(task).toMatchObject({
    status: 'completed',
    output: [{ valueReference: { reference: 'Communication/handover-north' } }],
  })
  const [visit] = await search(teller, 'Encounter?identifier=N1')
  teller.kept.set('VISIT2', visit.id)
  expect(visit).toMatchObject({
    status: 'in-progress',
    subject: { reference: `Patient/${teller.kept.get('PATIENT')}` },
  })
  const { flags } = await teller.get('/cases/$CASE')
  expect(flags).toEqual([])
  const { facilities } = await teller.get('/cases/$CASE/risk')
  expect(facilities).toHaveLength(1)
  expect(facilities[0].links).toHaveLength(2)
  expect((await teller.get('/cases')).cases).toHaveLength(1)
}

async function isReviewed(teller: Teller): Promise<void> {
  await teller.tell(inRehabilitation)
  expect(await linesOf(teller, 'facility-contact')).toEqual([
    ...['2026-10-28', '2026-10-29', '2026-11-04', '2026-11-11', '2026-11-17', '2026-11-24'].map(
      day => `met ${day}`,
    ),
    'due 2026-12-01',
  ])
  expect(await teller.get('/cases/$CASE/plan')).toMatchObject({ plan: { version: '1.1', state: 'active' } })
  expect(await linesOf(teller, 'plan-review')).toEqual(['met 2026-11-14', 'due 2026-12-13'])
}

export const inRehab: readonly Chapter[] = [
  {
    title: '10 goes to rehabilitation with LACE 8: a hand-over, no transition',
    tell: leavesForRehabilitation,
  },
  { title: '10 is handed over and admitted there: one case, one way, no readmission', tell: isHandedOver },
  { title: '11 is spoken with every week, and the plan is reviewed: v2', tell: isReviewed },
]
