import { expect } from 'vitest'
import { local } from './acts.ts'
import { dutyOn, keepDuty, linesOf, read, tScores } from './asking.ts'
import {
  brokerage,
  clinicalAgain,
  firstWeek,
  intensive,
  otherCase,
  otherModels,
  reassessed,
  sessions,
  stable,
} from './models.ts'
import type { Chapter } from './story.ts'
import { registeredTwice } from './story-duplicate.ts'
import type { Teller } from './teller.ts'

/** Noor’s other ten cases. */
async function hasACaseload(teller: Teller): Promise<void> {
  await teller.tell(sessions)
  const river = teller.kept.get('CASE') ?? ''
  await teller.service.moveTo('2026-12-13T08:00')
  for (const [i, model] of otherModels.entries()) {
    const patient = `other${i}`
    const resource = { resourceType: 'Patient', id: patient }
    await teller.tell([{ at: '2026-12-13T08:00', by: 'Practitioner/supervisor', resource }])
    const made = await teller.service.call({
      method: 'POST',
      path: '/cases',
      by: 'Practitioner/supervisor',
      body: { patient, caseType: 'chronic', reason: 'referred by the payer', at: local('2026-12-13T08:00') },
    })
    expect(made.status).toBe(201)
    teller.kept.set('CASE', made.json.case.id)
    await teller.tell(otherCase(patient, model))
  }
  teller.kept.set('CASE', river)
  expect(await loadOf(teller)).toBe(0.82)
}

const loadOf = async (teller: Teller): Promise<number> =>
  (await teller.get('/caseload?manager=Practitioner/noor')).managers[0].load

async function isLinted(teller: Teller): Promise<void> {
  const { errors, findings } = await teller.get('/cases/$CASE/lint')
  expect(errors).toBe(0)
  expect(findings).toEqual([
    expect.objectContaining({
      rule: 'visits-beyond-benefit',
      says: 'No coverage data: 4 planned services were not compared with benefit or authorisation.',
    }),
  ])
}

async function isPreviewed(teller: Teller): Promise<void> {
  await teller.service.moveTo('2026-12-14T09:30')
  const preview = await teller.get('/cases/$CASE/switch-preview?model=intensive')
  expect(preview).toMatchObject({
    from: { id: 'clinical' },
    to: { id: 'intensive' },
    contactsPerWeek: { after: 4 },
    capacity: { manager: 'Practitioner/noor', before: 0.82, after: 0.87, isOver: false },
  })
  expect(preview.duties.raised.map(({ rule }: { readonly rule: string }) => rule).toSorted()).toEqual([
    'cadence-contact',
    'plan-review',
  ])
  expect(await loadOf(teller)).toBe(0.82)
}

async function isSwitched(teller: Teller): Promise<void> {
  await teller.tell(intensive)
  expect(await read(teller, 'CarePlan/$PLAN')).toMatchObject({ status: 'completed' })
  expect(await read(teller, 'CarePlan/$PLAN2')).toMatchObject({
    status: 'active',
    replaces: [{ reference: `CarePlan/${teller.kept.get('PLAN')}` }],
  })
  expect(await teller.get('/cases/$CASE')).toMatchObject({
    plan: { version: '2.0' },
    model: { id: 'intensive', since: '2026-12-14T10:00:00-05:00' },
  })
  for (const session of ['$SESSION1', '$SESSION2'])
    expect(JSON.stringify(await read(teller, `Appointment/${session}`))).toContain('Practitioner/noor')
  expect(await loadOf(teller)).toBe(0.87)
  const { changes } = await teller.get('/cases/$CASE/plan/diff?from=$PLAN&to=$PLAN2')
  expect(JSON.stringify(changes)).toContain('intensive')
}

async function isFollowedClosely(teller: Teller): Promise<void> {
  await teller.tell(firstWeek)
  await teller.service.moveTo('2026-12-21T10:00')
  const { since, measures } = await teller.get('/cases/$CASE/fidelity')
  expect(since).toBe('2026-12-14T10:00:00-05:00')
  const actual = Object.fromEntries(
    (measures as readonly { measure: string; actual?: number }[]).map(one => [one.measure, one.actual]),
  )
  expect(actual).toMatchObject({
    'contacts-per-week': 4,
    'minutes-per-week': 140,
    'community-share': 0.75,
    'accompanied-share': 1,
  })
}

async function isStable(teller: Teller): Promise<void> {
  await teller.tell(stable)
  expect(await linesOf(teller, 'readmission-watch')).toEqual(['met 2026-12-25'])
  expect(await linesOf(teller, 'reassess-after-discharge')).toEqual(['met 2026-12-25'])
  expect(await read(teller, 'CarePlan/$TRANSITION')).toMatchObject({ status: 'completed' })
  await teller.tell(clinicalAgain)
  expect(await teller.get('/cases/$CASE')).toMatchObject({
    plan: { version: '3.0' },
    model: { id: 'clinical' },
  })
  expect(await dutyOn(teller, 'cadence-contact', '2027-01-26')).toMatchObject({
    state: 'due',
    arithmetic: 'Tue 2027-01-19 + 7 days -> Tue 2027-01-26',
  })
  expect(await loadOf(teller)).toBe(0.82)
}

async function isScored(teller: Teller): Promise<void> {
  await teller.tell(reassessed)
  expect((await tScores(teller)).at(-1)).toBe('48.6')
  expect((await read(teller, 'Observation/$BARRIER2')).focus).toEqual([
    { reference: `Goal/${teller.kept.get('G2')}` },
  ])
}

async function needsLittle(teller: Teller): Promise<void> {
  await teller.tell(brokerage)
  expect(await dutyOn(teller, 'cadence-contact', '2027-06-30')).toMatchObject({
    state: 'due',
    arithmetic: 'Thu 2027-04-01 + 90 days -> Wed 2027-06-30',
  })
  expect(await teller.get('/cases/$CASE')).toMatchObject({
    plan: { version: '4.0' },
    model: { id: 'brokerage' },
  })
  expect(await loadOf(teller)).toBe(0.8)
  await keepDuty(teller, 'REVIEW', ['plan-review', '2027-06-30'])
}

export const underModels: readonly Chapter[] = [
  { title: '18 is one of eleven cases: Noor carries 0.82', tell: hasACaseload },
  { title: '18 has a plan that the linter can only tell of coverage', tell: isLinted },
  { title: '18 would bring Noor to 0.87 under the intensive model; nothing is written', tell: isPreviewed },
  {
    title: '18 is switched to the intensive model: the plan is replaced, Noor comes along',
    tell: isSwitched,
  },
  ...registeredTwice,
  { title: '18 is followed as the model asks, counted from the switch', tell: isFollowedClosely },
  { title: '20 is stable and goes back to the clinical model: a contact every seven days', tell: isStable },
  { title: '22 is assessed again: T is 48.6', tell: isScored },
  { title: '23 needs little: a contact every quarter, capacity is free again', tell: needsLittle },
]
