import { expect } from 'vitest'
import { endOf, type Message } from './acts.ts'
import { accident, admitted, met, modelChosen, onTheWard, opened, reviewed } from './admission.ts'
import { codesOf, duties, dutyOn, keepDuty, linesOf, read, search, sumIn, timeline } from './asking.ts'
import { admissionAgain } from './messages.ts'
import type { Chapter } from './story.ts'
import type { Teller } from './teller.ts'

const versionOf = async (teller: Teller): Promise<string> => (await teller.get('/cases/$CASE')).version

async function arrives(teller: Teller): Promise<void> {
  await teller.tell(accident)
  const [visit] = await search(teller, 'Encounter?identifier=V1')
  teller.kept.set('VISIT1', visit.id).set('PATIENT', visit.subject.reference.slice('Patient/'.length))
  expect(visit).toMatchObject({ status: 'in-progress', class: { code: 'EMER' } })
  const conditions = await search(teller, 'Condition?patient=$PATIENT')
  expect(conditions.flatMap(one => codesOf(one.code)).toSorted()).toEqual([
    '127295002',
    '386663009',
    '65966004',
    'S72.3',
  ])
  expect((await teller.get('/cases')).cases).toEqual([])
}

async function isAdmitted(teller: Teller): Promise<void> {
  await teller.tell(admitted)
  const { cases } = await teller.get('/cases')
  expect(cases).toMatchObject([
    { patient: teller.kept.get('PATIENT'), state: 'identified', caseType: 'acute' },
  ])
  teller.kept.set('CASE', cases[0].id)
  expect(await read(teller, 'Encounter/$VISIT1')).toMatchObject({
    status: 'in-progress',
    class: { code: 'IMP' },
  })
  const { live } = await teller.get('/cases/$CASE/risk')
  const lace = live[0].scores.find(({ method }: { readonly method: string }) => method === 'lace-2010')
  expect(sumIn(lace)).toBe('3 = 0 + 3 + 0 + 0')
  for (const rule of ['screen', 'necessity-review']) {
    const duty = await dutyOn(teller, rule, '2026-10-13')
    expect(duty).toMatchObject({ state: 'due', due: endOf('2026-10-13') })
    expect(duty.arithmetic).toBe(
      'Sat 2026-10-10 + 1 business day: Sun 2026-10-11, Mon 2026-10-12 Columbus Day skipped -> Tue 2026-10-13',
    )
    expect(duty.trigger.message).toContain('/RIVER-2')
  }
}

async function isToldTwice(teller: Teller): Promise<void> {
  const [before, known] = [await versionOf(teller), await duties(teller)]
  const again: readonly Message[] = [...(admitted as readonly Message[]), admissionAgain]
  await teller.tell(again)
  expect(await versionOf(teller)).toBe(before)
  expect(await duties(teller)).toEqual(known)
  expect((await teller.get('/cases')).cases).toHaveLength(1)
  const messages = await teller.get('/admin/messages?patient=$PATIENT')
  expect(JSON.stringify(messages)).toContain('no-change')
}

async function isOpened(teller: Teller): Promise<void> {
  await teller.tell(opened)
  const episode = await read(teller, 'EpisodeOfCare/$CASE')
  expect(episode).toMatchObject({ status: 'active', careManager: { reference: 'Practitioner/noor' } })
  expect(episode.statusHistory.map(({ status }: { readonly status: string }) => status)).toEqual([
    'planned',
    'active',
  ])
  expect(await teller.get('/cases/$CASE')).toMatchObject({
    ...{ state: 'open', acuity: 'high', manager: 'Practitioner/noor' },
    eligibleAt: '2026-10-13T09:00:00-04:00',
    openedAt: '2026-10-13T09:30:00-04:00',
  })
  expect(await read(teller, 'Consent/$CONSENT')).toMatchObject({ status: 'active' })
  expect(await linesOf(teller, 'screen')).toEqual(['met 2026-10-13'])
  expect(await dutyOn(teller, 'assess-begin', '2026-11-12')).toMatchObject({
    ...{ state: 'due', due: endOf('2026-11-12') },
    arithmetic: 'Tue 2026-10-13 + 30 days -> Thu 2026-11-12',
  })
}

async function hasATeam(teller: Teller): Promise<void> {
  const { teams } = await teller.get('/cases/$CASE/team')
  const team = await read(teller, `CareTeam/${teams[0].id}`)
  const caregiver = {
    role: [{ coding: [{ system: 'http://snomed.info/sct', code: '133932002', display: 'Caregiver' }] }],
    member: { reference: 'RelatedPerson/sam' },
  }
  const resource = { ...team, participant: [...team.participant, caregiver] }
  await teller.tell([{ at: '2026-10-13T09:45', by: 'Practitioner/noor', resource }])
  const { members } = await teller.get('/cases/$CASE/team')
  expect(members).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ member: `Patient/${teller.kept.get('PATIENT')}`, active: true }),
      expect.objectContaining({ member: 'RelatedPerson/sam', role: 'Caregiver', source: 'pin' }),
      expect.objectContaining({
        ...{ member: 'Practitioner/noor', role: 'Case manager', active: true, source: 'assignment' },
        start: '2026-10-13T09:10:00-04:00',
      }),
    ]),
  )
}

async function isUnderTheClinicalModel(teller: Teller): Promise<void> {
  await keepDuty(teller, 'NECESSITY', ['necessity-review', '2026-10-13'])
  await teller.tell([...reviewed, ...modelChosen])
  expect(await linesOf(teller, 'necessity-review')).toEqual(['met 2026-10-13'])
  const { type } = await read(teller, 'EpisodeOfCare/$CASE')
  expect(type.map(codesOf)).toEqual([['acute'], ['clinical']])
  const selected = (await timeline(teller)).find(event => event.type === 'ModelSelected')
  expect(selected?.reason).toBe('Therapies and mental health services have to be held together.')
  await dutyOn(teller, 'first-contact', '2026-10-15')
  await dutyOn(teller, 'plan-draft', '2026-10-23')
}

async function movesToTheWard(teller: Teller): Promise<void> {
  await teller.tell([...onTheWard, ...met])
  const visit = await read(teller, 'Encounter/$VISIT1')
  expect(visit).toMatchObject({ status: 'in-progress', class: { code: 'IMP' } })
  expect(visit.location.map(({ status }: { readonly status: string }) => status).toSorted()).toEqual([
    'active',
    'completed',
    'completed',
  ])
  expect(JSON.stringify((await read(teller, 'Patient/$PATIENT')).telecom)).toContain('5550199')
  expect(await linesOf(teller, 'first-contact')).toEqual(['met 2026-10-15'])
}

export const inHospital: readonly Chapter[] = [
  { title: '1 arrives in the emergency department: a visit, four conditions, no case yet', tell: arrives },
  {
    title: '2 is admitted: a case, live LACE 3, screening and review due after Columbus Day',
    tell: isAdmitted,
  },
  { title: '2 is told twice, under the same and a new control id: nothing changes', tell: isToldTwice },
  { title: '3 is screened, rated and assigned, consents, and the case is open', tell: isOpened },
  { title: '3 has a team of patient, manager and sister', tell: hasATeam },
  { title: '5 is managed under the clinical model', tell: isUnderTheClinicalModel },
  { title: '6 moves to the ward and changes the phone; the visit goes on', tell: movesToTheWard },
]
