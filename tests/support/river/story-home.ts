import { expect } from 'vitest'
import { endOf } from './acts.ts'
import { codesOf, dutyOn, linesOf, read, riskOf, search } from './asking.ts'
import { alarmed, booked, home, mended, missed, reached, seen, treated, tried, visited } from './home.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

/** What the discharge calls for, as domain.md 8 prints it. */
export const afterDischarge: Readonly<Record<string, string>> = {
  contact: '2026-11-30',
  'discharge-info': '2026-11-27',
  'follow-up-visit': '2026-12-09',
  'med-rec': '2026-12-25',
  'reassess-after-discharge': '2026-12-25',
  'readmission-watch': '2026-12-25',
}

async function goesHome(teller: Teller): Promise<void> {
  await teller.tell(home)
  for (const [rule, day] of Object.entries(afterDischarge)) {
    const duty = await dutyOn(teller, rule, day)
    expect(duty).toMatchObject({ state: 'due', due: endOf(day), trigger: { kind: 'discharge-to-community' } })
  }
  expect((await dutyOn(teller, 'contact', '2026-11-30')).arithmetic).toBe(
    'Wed 2026-11-25 + 2 business days: Thu 2026-11-26 Thanksgiving Day, Sat 2026-11-28, Sun 2026-11-29 skipped -> Mon 2026-11-30',
  )
  const { nouns } = await teller.get('/cases/$CASE/commands')
  const transition = (nouns as readonly { noun: string; id: string; state: string }[]).find(
    ({ noun }) => noun === 'transition',
  )
  expect(transition).toMatchObject({ state: 'discharged-community' })
  teller.kept.set('TRANSITION', transition?.id ?? '')
  expect(await read(teller, 'CarePlan/$TRANSITION')).toMatchObject({
    status: 'active',
    period: { start: '2026-11-25', end: '2026-12-24' },
  })
}

async function hasTwoVariantsOfLace(teller: Teller): Promise<void> {
  const visit = teller.kept.get('VISIT2') ?? ''
  expect(await riskOf(teller, 'lace-2010', visit)).toEqual(['8 = 7 + 0 + 0 + 1'])
  expect(await riskOf(teller, 'lace-modified', visit)).toEqual(['7 = 6 + 0 + 0 + 1'])
}

async function isTried(teller: Teller): Promise<void> {
  await teller.tell(tried)
  expect(await read(teller, 'Communication/$ATTEMPT')).toMatchObject({
    status: 'not-done',
    sent: '2026-11-27T10:00:00-05:00',
  })
  expect(await linesOf(teller, 'discharge-info')).toEqual(['met 2026-11-27'])
  expect(await linesOf(teller, 'contact')).toEqual(['due 2026-11-30'])
}

async function isReached(teller: Teller): Promise<void> {
  await teller.tell(reached)
  expect(await linesOf(teller, 'contact')).toEqual(['met 2026-11-30'])
  expect(await read(teller, 'Encounter/$CALL')).toMatchObject({
    status: 'finished',
    class: { code: 'VR' },
    period: { start: '2026-11-30T16:00:00-05:00', end: '2026-11-30T16:22:00-05:00' },
  })
  const { months } = await teller.get('/cases/$CASE/minutes')
  const november = (months as readonly { month: string; transitionalMinutes: number }[]).find(
    ({ month }) => month === '2026-11',
  )
  expect(november?.transitionalMinutes).toBe(22)
}

async function isSeen(teller: Teller): Promise<void> {
  await teller.tell([...visited, ...booked])
  expect(await linesOf(teller, 'med-rec')).toEqual(['due 2026-12-04'])
  await teller.tell(seen)
  expect(await linesOf(teller, 'follow-up-visit')).toEqual(['met 2026-12-09'])
  expect(await linesOf(teller, 'med-rec')).toEqual(['met 2026-12-04'])
  const { id, outputs } = await dutyOn(teller, 'follow-up-visit', '2026-12-09')
  expect(outputs).toEqual([`Appointment/${teller.kept.get('VISIT')}`])
  expect(await read(teller, `Task/${id}`)).toMatchObject({ status: 'completed' })
  expect(await read(teller, 'Appointment/$VISIT')).toMatchObject({ status: 'fulfilled' })
}

async function misses(teller: Teller): Promise<void> {
  await teller.tell(missed)
  expect(await read(teller, 'Appointment/$THERAPY')).toMatchObject({ status: 'noshow' })
  expect(await dutyOn(teller, 'missed-service', '2026-12-10')).toMatchObject({
    ...{ state: 'due', due: endOf('2026-12-10') },
    arithmetic: 'Tue 2026-12-08 + 2 business days -> Thu 2026-12-10',
  })
  await teller.tell(mended)
  expect(await linesOf(teller, 'missed-service')).toEqual(['met 2026-12-10'])
  const barrier = await read(teller, 'Observation/$BARRIER')
  expect(barrier.focus).toEqual([{ reference: `Goal/${teller.kept.get('G1')}` }])
  expect(codesOf(barrier.code)).toContain('811791000000103')
  expect(JSON.stringify(barrier)).toContain('160695008')
  const { strengths } = await teller.get('/cases/$CASE/plan')
  const sister = (strengths as readonly { id: string; linkedTo: readonly string[] }[]).find(
    ({ id }) => id === teller.kept.get('SISTER'),
  )
  expect(sister?.linkedTo).toEqual([teller.kept.get('G1'), teller.kept.get('PT')])
}

async function isAlarmed(teller: Teller): Promise<void> {
  await teller.tell(alarmed)
  expect(await dutyOn(teller, 'red-flag', '2026-12-11')).toMatchObject({
    ...{ state: 'due', due: endOf('2026-12-11') },
  })
  expect(await read(teller, 'Flag/$FLAG')).toMatchObject({ status: 'active' })
  expect(await read(teller, 'Observation/$PHQ14')).toMatchObject({ status: 'final', valueInteger: 14 })
}

async function isTreated(teller: Teller): Promise<void> {
  await teller.tell(treated)
  expect(await linesOf(teller, 'red-flag')).toEqual(['met 2026-12-11'])
  expect(await read(teller, 'Flag/$FLAG')).toMatchObject({ status: 'inactive' })
  const outcome = await read(teller, 'Observation/$OUTCOME')
  expect(codesOf(outcome.code)).toContain('er-avoided')
  expect(JSON.stringify(outcome)).toMatch(/"(valueString|code)":"yes"|valueBoolean":true/)
  expect(await search(teller, 'Encounter?patient=$PATIENT&class=EMER')).toEqual([])
  expect(await teller.get('/cases/$CASE/plan')).toMatchObject({ plan: { version: '1.2', state: 'active' } })
}

export const atHome: readonly Chapter[] = [
  { title: '12 goes home the day before Thanksgiving: every date of the transition', tell: goesHome },
  { title: '12 has LACE 8, and 7 by the modified table', tell: hasTwoVariantsOfLace },
  { title: '13 is not reached on Friday: a Communication that was not done', tell: isTried },
  { title: '13 is reached on Monday for 22 minutes, the last legal day', tell: isReached },
  { title: '15 is seen within 14 days, and the medicines are reconciled', tell: isSeen },
  { title: '16 misses therapy: a contact by Thursday, a barrier, a strength', tell: misses },
  { title: '17 reports new symptoms with PHQ-9 14: to be acted on the same day', tell: isAlarmed },
  { title: '17 is seen the same day, not in the emergency room; plan v3', tell: isTreated },
]
