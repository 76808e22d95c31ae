import { expect } from 'vitest'
import { endOf } from './acts.ts'
import { opened } from './admission.ts'
import { duties, dutyOn, linesOf, read, search } from './asking.ts'
import * as hospital from './messages.ts'
import { afterDischarge } from './story-home.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

async function leavesBeforeArriving(teller: Teller): Promise<void> {
  const { admission, toRehabilitation } = hospital
  await teller.tell([toRehabilitation])
  const [visit] = await search(teller, 'Encounter?identifier=V1')
  expect(visit).toMatchObject({ status: 'finished' })
  teller.kept.set('VISIT1', visit.id).set('PATIENT', visit.subject.reference.slice('Patient/'.length))
  await teller.tell([{ ...admission, at: toRehabilitation.at }])
  expect(await read(teller, 'Encounter/$VISIT1')).toMatchObject({
    status: 'finished',
    class: { code: 'IMP' },
    period: { start: '2026-10-10T18:30:00-04:00', end: '2026-10-21T11:00:00-04:00' },
  })
  const { cases } = await teller.get('/cases')
  expect(cases).toMatchObject([{ state: 'identified', start: '2026-10-10T18:30:00-04:00' }])
  teller.kept.set('CASE', cases[0].id)
  expect(await linesOf(teller, 'handover')).toEqual(['due 2026-10-22'])
  expect(await linesOf(teller, 'contact')).toEqual([])
}

async function isOpened(teller: Teller): Promise<void> {
  const late = opened.map(act => ({ ...act, at: act.at.replace('2026-10-13', '2026-10-21') }))
  await teller.tell([...late, hospital.admissionThere])
  expect(await teller.get('/cases/$CASE')).toMatchObject({ state: 'open' })
}

async function staysAfterAll(teller: Teller): Promise<void> {
  await teller.tell([hospital.homeward()])
  for (const [rule, day] of Object.entries(afterDischarge)) await dutyOn(teller, rule, day)
  await teller.tell([hospital.dischargeCancelled])
  const left = (await duties(teller)).filter(({ rule }) => Object.hasOwn(afterDischarge, rule))
  expect(left.map(({ rule, state, statusReason }) => `${rule} ${state} ${statusReason}`).toSorted()).toEqual(
    Object.keys(afterDischarge)
      .map(rule => `${rule} voided trigger cancelled`)
      .toSorted(),
  )
  for (const { id } of left)
    expect(await read(teller, `Task/${id}`)).toMatchObject({
      status: 'cancelled',
      statusReason: { text: 'trigger cancelled' },
    })
  const [visit] = await search(teller, 'Encounter?identifier=N1')
  expect(visit.status).toBe('in-progress')
  expect(visit.period.end).toBeUndefined()
}

async function goesHomeLater(teller: Teller): Promise<void> {
  await teller.tell([hospital.homeward('NORTH-4', '2026-11-28T11:00')])
  const contact = (await duties(teller)).filter(({ rule, state }) => rule === 'contact' && state === 'due')
  expect(contact).toMatchObject([
    {
      due: endOf('2026-12-01'),
      arithmetic: 'Sat 2026-11-28 + 2 business days: Sun 2026-11-29 skipped -> Tue 2026-12-01',
    },
  ])
  expect((await linesOf(teller, 'contact')).toSorted()).toEqual(['due 2026-12-01', 'voided 2026-11-30'])
  expect(await linesOf(teller, 'readmission-watch')).toContain('due 2026-12-28')
}

/** What goes wrong in River’s story, told of a River of its own. */
export const negativePaths: readonly Chapter[] = [
  { title: 'is discharged before the admission is told: one visit, one case', tell: leavesBeforeArriving },
  { title: 'is opened late', tell: isOpened },
  { title: 'stays after all: every Task of the discharge is cancelled', tell: staysAfterAll },
  { title: 'goes home three days later: the contact is due on Tuesday 1 December', tell: goesHomeLater },
]
