import { describe, expect, it } from 'vitest'
import { validateResource } from '../../../../src/fhir/validation/validate-resource.ts'
import type { Resource } from '../../../../src/fhir/resource.ts'
import { markMissed } from '../../../../src/mappers/case/mark-missed.ts'
import {
  admission,
  after,
  arrival,
  board,
  CM,
  discharge,
  dueOf,
  effectsOf,
  emptyWorld,
  ofType,
  only,
  PATIENT,
  put,
  stay,
  taskOf,
  tasksOf,
  written,
  type World,
} from '../../../support/case-world.ts'

const admitted = [stay('e1', [admission('2026-10-05T18:30:00')])]
const leaving = (disposition: string | undefined) => [
  stay('e1', [admission('2026-10-05T18:30:00'), discharge('2026-10-10T10:30:00', disposition)]),
]
const home = (disposition = '01') => leaving(disposition)
const withdrawnHome = [
  stay('e1', [
    admission('2026-10-05T18:30:00'),
    discharge('2026-10-10T10:30:00', '01', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
  ]),
]
const cancelledAdmission = [
  stay('e1', [admission('2026-10-05T18:30:00', { cancelledAt: '2026-10-06T08:00:00-04:00' })]),
]

/** What shows: history lines, without the JSON around them. */
const historyOf = (episode: Resource): readonly string[] =>
  (
    episode as unknown as { statusHistory: { status: string; period: { start: string; end?: string } }[] }
  ).statusHistory.map(({ status, period }) => `${status} ${period.start} ${period.end ?? ''}`.trim())

const accepted = (world: World, code: string): World =>
  written(world, [{ ...taskOf(world, code), status: 'accepted', owner: { reference: 'Practitioner/noor' } }])

describe('an inpatient admission', () => {
  it('opens an identified case with a team of the patient and a screening task for the next business day', () => {
    const world = after(emptyWorld, admitted)
    const episode = only(world, 'EpisodeOfCare')
    expect(episode).toMatchObject({
      status: 'planned',
      extension: [{ url: `${CM}/StructureDefinition/state`, valueCode: 'identified' }],
      identifier: [{ system: `${CM}/sid/case`, value: episode.id }],
      period: { start: '2026-10-05T18:30:00-04:00' },
      team: [{ reference: `CareTeam/${only(world, 'CareTeam').id ?? ''}` }],
    })
    expect(historyOf(episode)).toEqual(['planned 2026-10-05T18:30:00-04:00'])
    expect(only(world, 'CareTeam')).toMatchObject({
      status: 'active',
      participant: [
        { member: { reference: `Patient/${PATIENT}` }, role: [{ coding: [{ code: '116154003' }] }] },
      ],
    })
    expect(board(world)).toEqual(['screen:requested 2026-10-06'])
  })

  it('skips the week-end and Columbus Day for the screening', () => {
    const world = after(emptyWorld, [stay('e1', [admission('2026-10-10T18:30:00')])])
    expect(dueOf(taskOf(world, 'screen'))).toBe('2026-10-13T23:59:59-04:00')
  })

  it('names rule, trigger and due time in the task, but nothing of the patient', () => {
    const task = taskOf(after(emptyWorld, admitted), 'screen')
    expect(task).toMatchObject({
      intent: 'order',
      description:
        'Screen the patient for case management. Rule: within 1 business day of the admission. Due: Tuesday 6 October 2026.',
      authoredOn: '2026-10-05T18:30:00-04:00',
      lastModified: '2026-10-05T18:30:00-04:00',
      focus: { reference: 'Encounter/e1' },
      reasonCode: { coding: [{ code: 'screen' }] },
    })
    expect(JSON.stringify(task['input'])).toContain('urn:message:admission-2026-10-05T18:30:00')
  })

  it('of an outpatient or by registration alone opens none', () => {
    const outpatient = admission('2026-10-05', { classAfter: 'outpatient' })
    expect(after(emptyWorld, [stay('e1', [outpatient])]).compartment).toEqual([])
    expect(after(emptyWorld, [stay('e1', [arrival('2026-10-05')])]).compartment).toEqual([])
  })

  it('while a case is open notifies within the hour instead of opening another', () => {
    const world = after(emptyWorld, [...admitted, stay('e2', [admission('2026-10-20T09:15:00')])])
    expect(ofType(world, 'EpisodeOfCare')).toHaveLength(1)
    expect(dueOf(taskOf(world, 'notify'))).toBe('2026-10-20T10:15:00-04:00')
    expect(world.last?.encounters.map(({ episodes }) => episodes.length)).toEqual([1, 1])
  })

  it('notifies of an arrival in the emergency department only when the case was open then', () => {
    const before = stay('e0', [arrival('2026-10-05T08:00:00')])
    const later = stay('e2', [arrival('2026-10-07T08:00:00')])
    const world = after(emptyWorld, [...admitted, before, later])
    expect(tasksOf(world, 'notify').map(task => task['authoredOn'])).toEqual(['2026-10-07T08:00:00-04:00'])
  })

  it('that was recorded more than 72 hours late sends no urgent notice', () => {
    const late = admission('2026-10-20T09:00:00', { recorded: '2026-10-23T09:00:01-04:00' })
    const justInTime = admission('2026-10-20T09:00:00', { recorded: '2026-10-23T09:00:00-04:00' })
    expect(tasksOf(after(emptyWorld, [...admitted, stay('e2', [late])]), 'notify')).toEqual([])
    expect(tasksOf(after(emptyWorld, [...admitted, stay('e2', [justInTime])]), 'notify')).toHaveLength(1)
  })

  it('marks a duty that was due before anybody could know of it', () => {
    const late = admission('2026-10-05T18:30:00', { recorded: '2026-10-08T09:00:00-04:00' })
    const task = taskOf(after(emptyWorld, [stay('e1', [late])]), 'screen')
    expect(task.meta?.tag).toEqual([{ system: `${CM}/CodeSystem/flag`, code: 'overdue' }])
    expect(dueOf(task)).toBe('2026-10-06T23:59:59-04:00')
    expect(task['lastModified']).toBe('2026-10-08T09:00:00-04:00')
  })

  it('that turns out to be earlier moves the start of the case and its screening', () => {
    const two = [stay('e0', [admission('2026-10-01T08:00:00')]), ...admitted]
    const world = after(after(emptyWorld, admitted), two)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ period: { start: '2026-10-01T08:00:00-04:00' } })
    expect(board(world)).toEqual([
      'notify:requested 2026-10-05',
      'screen:cancelled 2026-10-06',
      'screen:requested 2026-10-02',
    ])
  })
})

describe('a discharge', () => {
  it('to the community opens the transition plan with its five duties', () => {
    const world = after(after(emptyWorld, admitted), home())
    expect(board(world)).toEqual([
      'contact:requested 2026-10-14',
      'discharge-info:requested 2026-10-12',
      'follow-up-visit:requested 2026-10-24',
      'med-rec:requested 2026-11-09',
      'readmission-watch:requested 2026-11-09',
      'screen:requested 2026-10-06',
    ])
    const plan = only(world, 'CarePlan')
    expect(plan).toMatchObject({
      status: 'active',
      intent: 'plan',
      period: { start: '2026-10-10', end: '2026-11-08' },
      supportingInfo: [{ reference: 'Encounter/e1' }],
    })
    expect(plan['activity']).toHaveLength(5)
    expect(plan.meta?.tag).toBeUndefined()
    expect(taskOf(world, 'contact')['basedOn']).toMatchObject([{ reference: `CarePlan/${plan.id ?? ''}` }])
  })

  it('of River on the day before Thanksgiving has the dates of the story', () => {
    const river = stay('e1', [
      admission('2026-10-21T14:00:00'),
      discharge('2026-11-25', '06', {
        at: '2026-11-25T11:00:00-05:00',
        recorded: '2026-11-25T11:00:00-05:00',
      }),
    ])
    const world = after(emptyWorld, [river])
    expect(only(world, 'CarePlan')).toMatchObject({ period: { start: '2026-11-25', end: '2026-12-24' } })
    expect(dueOf(taskOf(world, 'contact'))).toBe('2026-11-30T23:59:59-05:00')
    expect(board(world).filter(line => !line.startsWith('screen'))).toEqual([
      'contact:requested 2026-11-30',
      'discharge-info:requested 2026-11-27',
      'follow-up-visit:requested 2026-12-09',
      'med-rec:requested 2026-12-25',
      'readmission-watch:requested 2026-12-25',
    ])
  })

  it('of a high-risk case is followed by a visit within seven days', () => {
    const world = after(emptyWorld, admitted)
    const rated = { ...only(world, 'EpisodeOfCare') }
    const acuity = { url: `${CM}/StructureDefinition/acuity`, valueCode: 'high' }
    const high = written(world, [{ ...rated, extension: [...(rated['extension'] as object[]), acuity] }])
    expect(dueOf(taskOf(after(high, home()), 'follow-up-visit'))).toBe('2026-10-17T23:59:59-04:00')
  })

  it.each([undefined, '99'])('with disposition %s counts as to the community and is flagged', disposition => {
    const world = after(emptyWorld, leaving(disposition))
    expect(tasksOf(world, 'contact')).toHaveLength(1)
    expect(only(world, 'CarePlan').meta?.tag).toEqual([
      { system: `${CM}/CodeSystem/flag`, code: 'disposition-unknown' },
    ])
  })

  it('against medical advice calls for an urgent contact on the next business day', () => {
    const world = after(emptyWorld, home('07'))
    expect(taskOf(world, 'contact')).toMatchObject({ priority: 'urgent' })
    expect(dueOf(taskOf(world, 'contact'))).toBe('2026-10-13T23:59:59-04:00')
    expect(ofType(world, 'CarePlan')).toHaveLength(1)
  })

  it.each(['03', '04', '05', '43', '50', '51', '61', '62', '63', '64', '65', '66', '69', '70', '90'])(
    'to a facility (%s) calls for a hand-over and starts no transition clock',
    disposition => {
      const world = after(emptyWorld, home(disposition))
      expect(board(world)).toEqual(['handover:requested 2026-10-13', 'screen:requested 2026-10-06'])
      expect(ofType(world, 'CarePlan')).toEqual([])
    },
  )

  it('to acute care (02) watches for the return as well', () => {
    expect(board(after(emptyWorld, home('02')))).toEqual([
      'handover:requested 2026-10-13',
      'readmission-watch:requested 2026-11-09',
      'screen:requested 2026-10-06',
    ])
  })

  it('as still a patient (30) calls for nothing', () => {
    expect(board(after(emptyWorld, home('30')))).toEqual(['screen:requested 2026-10-06'])
  })

  it('of an emergency visit opens no transition', () => {
    const emergency = stay('e2', [
      arrival('2026-10-07'),
      discharge('2026-10-08', '01', { classAfter: 'emergency' }),
    ])
    expect(ofType(after(emptyWorld, [...admitted, emergency]), 'CarePlan')).toEqual([])
  })

  it('without a case that was open then calls for nothing', () => {
    const lone = stay('e1', [discharge('2026-10-10', '01')])
    expect(after(emptyWorld, [lone]).compartment).toEqual([])
  })

  it('as corrected to a facility voids the transition', () => {
    const world = after(after(emptyWorld, home()), home('62'))
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'entered-in-error' })
    expect(taskOf(world, 'contact')).toMatchObject({ status: 'cancelled' })
    expect(taskOf(world, 'handover')).toMatchObject({ status: 'requested' })
  })
})

describe('a withdrawn discharge', () => {
  it('voids the duties that nobody began, and the plan', () => {
    const world = after(after(emptyWorld, home()), withdrawnHome)
    expect(taskOf(world, 'contact')).toMatchObject({
      status: 'cancelled',
      statusReason: { text: 'trigger cancelled' },
      lastModified: '2026-10-10T12:00:00-04:00',
    })
    expect(board(world).filter(line => line.includes('requested'))).toEqual(['screen:requested 2026-10-06'])
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'entered-in-error' })
    expect(only(world, 'CarePlan')['activity']).toBeUndefined()
  })

  it('keeps what somebody took on, with a note, and asks once for a review', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const world = after(begun, withdrawnHome)
    const contact = taskOf(world, 'contact')
    expect(contact).toMatchObject({ status: 'accepted', owner: { reference: 'Practitioner/noor' } })
    expect(contact['note']).toHaveLength(1)
    expect(taskOf(world, 'fact-review')).toMatchObject({ status: 'requested' })
    expect(dueOf(taskOf(world, 'fact-review'))).toBe('2026-10-13T23:59:59-04:00')
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    expect(only(world, 'CarePlan')['activity']).toHaveLength(1)
    expect(effectsOf(world, withdrawnHome).resources).toEqual([])
  })

  it('leaves work done as it is and asks for no review', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const working = written(begun, [{ ...taskOf(begun, 'contact'), status: 'in-progress' }])
    const done = written(working, [{ ...taskOf(working, 'contact'), status: 'completed' }])
    const world = after(done, withdrawnHome)
    expect(taskOf(world, 'contact')).toEqual(taskOf(done, 'contact'))
    expect(tasksOf(world, 'fact-review')).toEqual([])
  })

  it('that is said again revives the duties, and takes note and review back', () => {
    const begun = accepted(after(emptyWorld, home()), 'contact')
    const revived = after(after(begun, withdrawnHome), home())
    expect(taskOf(revived, 'contact')).toMatchObject({ status: 'accepted' })
    expect(taskOf(revived, 'contact')['note']).toBeUndefined()
    expect(taskOf(revived, 'med-rec')).toMatchObject({ status: 'requested' })
    expect(taskOf(revived, 'med-rec')['statusReason']).toBeUndefined()
    expect(taskOf(revived, 'med-rec')['_status']).toBeUndefined()
    expect(taskOf(revived, 'fact-review')).toMatchObject({ status: 'cancelled' })
    expect(only(revived, 'CarePlan')).toMatchObject({ status: 'active' })
  })

  it('does not bring back what people cancelled', () => {
    const discharged = after(emptyWorld, home())
    const waived = written(discharged, [{ ...taskOf(discharged, 'contact'), status: 'cancelled' }])
    const world = after(after(waived, withdrawnHome), home())
    expect(taskOf(world, 'contact')).toEqual(taskOf(waived, 'contact'))
  })

  it('is replaced by a later one with duties of its own', () => {
    const again = stay('e1', [...(withdrawnHome[0]?.movements ?? []), discharge('2026-11-28T09:00:00', '01')])
    const world = after(after(emptyWorld, withdrawnHome), [again])
    expect(
      tasksOf(world, 'contact')
        .filter(task => task['status'] === 'requested')
        .map(dueOf),
    ).toEqual(['2026-12-01T23:59:59-05:00'])
    expect(
      ofType(world, 'CarePlan')
        .map(plan => plan['status'])
        .toSorted(),
    ).toEqual(['active', 'entered-in-error'])
  })
})

describe('a withdrawn admission', () => {
  it('takes a case back that nobody touched', () => {
    const world = after(after(emptyWorld, admitted), cancelledAdmission)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'entered-in-error' })
    expect(only(world, 'CareTeam')).toMatchObject({ status: 'entered-in-error' })
    expect(board(world)).toEqual(['screen:cancelled 2026-10-06'])
  })

  it('and told again brings the case back', () => {
    const back = after(after(after(emptyWorld, admitted), cancelledAdmission), admitted)
    expect(only(back, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(only(back, 'EpisodeOfCare')['_status']).toBeUndefined()
    expect(historyOf(only(back, 'EpisodeOfCare'))).toHaveLength(1)
    expect(only(back, 'CareTeam')).toMatchObject({ status: 'active' })
    expect(board(back)).toEqual(['screen:requested 2026-10-06'])
  })

  it('keeps a case that somebody works on and asks for a review', () => {
    const begun = accepted(after(emptyWorld, admitted), 'screen')
    const world = after(begun, cancelledAdmission)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(taskOf(world, 'screen')).toMatchObject({ status: 'accepted' })
    expect(tasksOf(world, 'fact-review').length).toBeGreaterThan(0)
    expect(effectsOf(world, cancelledAdmission).resources).toEqual([])
  })

  it('that was never heard of before leaves no trace', () => {
    expect(after(emptyWorld, cancelledAdmission).compartment).toEqual([])
  })
})

describe('death', () => {
  const died = home('20')
  const withdrawnDeath = [
    stay('e1', [
      admission('2026-10-05T18:30:00'),
      discharge('2026-10-10T10:30:00', '20', { cancelledAt: '2026-10-10T12:00:00-04:00' }),
    ]),
  ]

  it('by a discharge as expired ends the case and asks for bereavement care within three business days', () => {
    const world = after(after(emptyWorld, admitted), died)
    const episode = only(world, 'EpisodeOfCare')
    expect(episode).toMatchObject({
      status: 'finished',
      extension: [{ valueCode: 'deceased' }],
      period: { start: '2026-10-05T18:30:00-04:00', end: '2026-10-10T10:30:00-04:00' },
    })
    expect(historyOf(episode)).toEqual([
      'planned 2026-10-05T18:30:00-04:00 2026-10-10T10:30:00-04:00',
      'finished 2026-10-10T10:30:00-04:00',
    ])
    expect(board(world)).toEqual(['bereavement:requested 2026-10-15', 'screen:cancelled 2026-10-06'])
    expect(taskOf(world, 'screen')).toMatchObject({ statusReason: { text: 'patient deceased' } })
    expect(only(world, 'CareTeam')).toMatchObject({ status: 'inactive' })
  })

  it.each([{ at: '2026-10-10' }, { at: '2026-10-10T10:30:00-04:00' }, {}])(
    'by Patient.deceased %j ends the case too',
    deceased => {
      const world = after(after(emptyWorld, admitted), admitted, { deceased })
      expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'finished' })
      expect(tasksOf(world, 'bereavement')).toHaveLength(1)
    },
  )

  it('cancels what people had begun and what they had planned, and gives it back when it is taken back', () => {
    const discharged = after(emptyWorld, home())
    const begun = accepted(discharged, 'contact')
    const own: Resource = {
      ...taskOf(begun, 'contact'),
      id: 'own',
      identifier: [],
      extension: [],
      status: 'requested',
    }
    const more = { compartment: put(begun.compartment, [own]) }
    const world = after(more, home(), { deceased: { at: '2026-10-12T09:00:00-04:00' } })
    expect(
      ofType(world, 'Task')
        .filter(task => task['status'] !== 'cancelled')
        .map(({ id }) => id),
    ).toEqual([taskOf(world, 'bereavement').id])
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    const back = after(world, home())
    expect(only(back, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(only(back, 'EpisodeOfCare')['period']).toEqual({ start: '2026-10-05T18:30:00-04:00' })
    expect(back.compartment.find(({ id }) => id === 'own')).toMatchObject({ status: 'requested' })
    expect(
      tasksOf(back, 'contact')
        .map(task => task['status'])
        .toSorted(),
    ).toEqual(['accepted', 'requested'])
    expect(taskOf(back, 'bereavement')).toMatchObject({ status: 'cancelled' })
    expect(taskOf(back, 'fact-review')).toMatchObject({ status: 'requested' })
    expect(effectsOf(back, home()).resources).toEqual([])
  })

  it('taken back by a withdrawn discharge always asks for a review', () => {
    const world = after(after(emptyWorld, died), withdrawnDeath)
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'planned' })
    expect(board(world)).toEqual([
      'bereavement:cancelled 2026-10-15',
      'fact-review:requested 2026-10-13',
      'screen:requested 2026-10-06',
    ])
    expect(board(after(emptyWorld, withdrawnDeath))).toEqual([
      'fact-review:requested 2026-10-13',
      'screen:requested 2026-10-06',
    ])
  })

  it('does not touch what people asked for afterwards', () => {
    const world = after(emptyWorld, died)
    const later: Resource = {
      ...taskOf(world, 'bereavement'),
      id: 'later',
      identifier: [],
      extension: [],
      status: 'requested',
      authoredOn: '2026-10-11T10:00:00-04:00',
    }
    const more = after({ compartment: put(world.compartment, [later]) }, died)
    expect(more.compartment.find(({ id }) => id === 'later')).toEqual(later)
  })

  it('before an admission is a contradiction for people', () => {
    const after1 = [...died, stay('e9', [admission('2026-10-20')])]
    const world = after(emptyWorld, after1)
    expect(ofType(world, 'EpisodeOfCare')).toHaveLength(1)
    expect(taskOf(world, 'fact-review')).toMatchObject({ focus: { reference: 'Encounter/e9' } })
  })
})

describe('a return to hospital', () => {
  const back = (at: string, more = {}) => stay('e2', [admission(at)], more)

  it('within thirty days of going home is flagged as a readmission and voids what nobody began', () => {
    const begun = accepted(after(emptyWorld, home()), 'med-rec')
    const world = after(begun, [...home(), back('2026-10-20T08:00:00')])
    expect(only(world, 'Flag')).toMatchObject({ status: 'active', encounter: { reference: 'Encounter/e2' } })
    expect(world.last?.encounters.find(({ encounter }) => encounter === 'e2')).toMatchObject({
      isReadmission: true,
    })
    expect(taskOf(world, 'contact')).toMatchObject({
      status: 'cancelled',
      statusReason: { text: 'patient admitted again' },
    })
    expect(taskOf(world, 'med-rec')).toMatchObject({ status: 'accepted' })
    expect(only(world, 'CarePlan')).toMatchObject({ status: 'revoked' })
    expect(taskOf(world, 'screen')).toMatchObject({ status: 'requested' })
  })

  it('counts calendar days: the thirtieth counts, the next does not', () => {
    const flagged = (at: string): number => ofType(after(emptyWorld, [...home(), back(at)]), 'Flag').length
    expect(flagged('2026-11-09T23:00:00')).toBe(1)
    expect(flagged('2026-11-10T01:00:00')).toBe(0)
  })

  it('that was planned, or follows a transfer, is none', () => {
    const flags = (first: string, second: ReturnType<typeof back>): number =>
      ofType(after(emptyWorld, [...home(first), second]), 'Flag').length
    expect(flags('01', back('2026-10-20', { planned: true }))).toBe(0)
    expect(flags('81', back('2026-10-20'))).toBe(0)
    expect(flags('02', back('2026-10-20'))).toBe(0)
    expect(flags('07', back('2026-10-20'))).toBe(0)
    expect(flags('03', back('2026-10-20'))).toBe(1)
  })

  it('to another facility within a day is the same stay', () => {
    const first = home('62').map(one => ({ ...one, facility: 'valley' }))
    const flags = (facility: string, at: string): number =>
      ofType(after(emptyWorld, [...first, back(at, { facility })]), 'Flag').length
    expect(flags('north', '2026-10-11T10:00:00')).toBe(0)
    expect(flags('valley', '2026-10-11T10:00:00')).toBe(1)
    expect(flags('north', '2026-10-12T10:00:00')).toBe(1)
  })

  it('to a facility leaves the hand-over owed', () => {
    const world = after(emptyWorld, [...home('62'), back('2026-10-10T15:00:00')])
    expect(taskOf(world, 'handover')).toMatchObject({ status: 'requested' })
  })

  it('that was withdrawn takes the flag back, and told again raises it', () => {
    const world = after(emptyWorld, [...home(), back('2026-10-20')])
    const cancelled = stay('e2', [admission('2026-10-20', { cancelledAt: '2026-10-20T13:00:00-04:00' })])
    const without = after(world, [...home(), cancelled])
    expect(only(without, 'Flag')).toMatchObject({ status: 'entered-in-error' })
    expect(without.last?.encounters.every(({ isReadmission }) => !isReadmission)).toBe(true)
    expect(taskOf(without, 'contact')).toMatchObject({ status: 'requested' })
    expect(only(after(without, [...home(), back('2026-10-20')]), 'Flag')).toMatchObject({ status: 'active' })
  })
})

describe('a case that people ended', () => {
  const declined = (world: World, at: string): World => {
    const steps = ['screened', 'declined']
    return steps.reduce((now, state) => {
      const episode = only(now, 'EpisodeOfCare')
      return written(
        now,
        [{ ...episode, extension: [{ url: `${CM}/StructureDefinition/state`, valueCode: state }] }],
        {
          at,
        },
      )
    }, world)
  }
  const closed = (world: World, at: string): World =>
    ['open', 'closing', 'closed'].reduce((now, state) => {
      const episode = only(now, 'EpisodeOfCare')
      return written(
        now,
        [{ ...episode, extension: [{ url: `${CM}/StructureDefinition/state`, valueCode: state }] }],
        {
          at,
        },
      )
    }, world)

  it('gets no duties from what happens afterwards', () => {
    const world = after(declined(after(emptyWorld, admitted), '2026-10-07T12:00:00Z'), home())
    expect(board(world)).toEqual(['screen:requested 2026-10-06'])
    expect(only(world, 'EpisodeOfCare')).toMatchObject({ status: 'cancelled' })
  })

  it('is followed by a second case at the next admission', () => {
    const world = after(declined(after(emptyWorld, admitted), '2026-10-07T12:00:00Z'), [
      ...home(),
      stay('e2', [admission('2026-10-20')]),
    ])
    expect(
      ofType(world, 'EpisodeOfCare')
        .map(({ status }) => status)
        .toSorted(),
    ).toEqual(['cancelled', 'planned'])
    expect(tasksOf(world, 'screen')).toHaveLength(2)
  })

  it('by closing is reopened by an admission soon after, and closed again when that is withdrawn', () => {
    const done = closed(after(emptyWorld, home()), '2026-10-15T12:00:00Z')
    expect(only(done, 'EpisodeOfCare')).toMatchObject({ status: 'finished' })
    const reopened = after(done, [...home(), stay('e2', [admission('2026-11-01')])])
    const episode = only(reopened, 'EpisodeOfCare')
    expect(episode).toMatchObject({ status: 'active', period: { start: '2026-10-05T18:30:00-04:00' } })
    expect((episode['period'] as { end?: string }).end).toBeUndefined()
    expect(taskOf(reopened, 'notify')).toMatchObject({ status: 'requested' })
    const withdrawn = stay('e2', [admission('2026-11-01', { cancelledAt: '2026-11-01T13:00:00-04:00' })])
    const again = after(reopened, [...home(), withdrawn])
    expect(only(again, 'EpisodeOfCare')).toMatchObject({
      status: 'finished',
      period: { end: '2026-10-15T08:00:00-04:00' },
    })
    const late = after(done, [...home(), stay('e2', [admission('2026-11-15')])])
    expect(ofType(late, 'EpisodeOfCare')).toHaveLength(2)
  })
})

describe('the effects', () => {
  it('of a replay are none', () => {
    for (const stays of [admitted, home(), home('07'), home('62'), home('20'), withdrawnHome]) {
      const world = after(emptyWorld, stays)
      expect(effectsOf(world, stays).resources).toEqual([])
    }
  })

  it('carry the message as their source only where something changed', () => {
    const world = after(after(emptyWorld, admitted, { message: 'urn:first' }), home(), {
      message: 'urn:second',
    })
    expect(only(world, 'EpisodeOfCare').meta?.source).toBe('urn:first')
    expect(only(world, 'CarePlan').meta?.source).toBe('urn:second')
  })

  it('are valid R4', () => {
    const worlds = [home(), home('07'), home('62'), home('20'), withdrawnHome, cancelledAdmission].map(
      stays => after(after(emptyWorld, admitted), stays),
    )
    const readmitted = after(accepted(after(emptyWorld, home()), 'contact'), [
      ...home(),
      stay('e2', [admission('2026-10-20')]),
    ])
    for (const resource of [...worlds, readmitted].flatMap(({ compartment }) => compartment)) {
      expect(validateResource(resource)).toEqual([])
    }
  })

  it('name a timer for every open task, which marks it as missed when it is over', () => {
    const world = after(emptyWorld, home())
    expect(world.last?.timers).toHaveLength(6)
    const contact = taskOf(world, 'contact')
    expect(markMissed(contact, '2026-10-15T03:59:58Z', CM)).toBeUndefined()
    const missed = markMissed(contact, '2026-10-15T03:59:59Z', CM)
    expect(missed?.['businessStatus']).toEqual({
      coding: [{ system: `${CM}/CodeSystem/business-status`, code: 'missed' }],
    })
    expect(missed && markMissed(missed, '2026-10-16T00:00:00Z', CM)).toBeUndefined()
    const late = after({ compartment: put(world.compartment, missed ? [missed] : []) }, home())
    expect(late.last?.resources).toEqual([])
    expect(late.last?.timers).toHaveLength(5)
    const moved = [
      stay('e1', [
        admission('2026-10-05T18:30:00'),
        discharge('2026-10-10T10:30:00', '01', { at: '2026-10-13T09:00:00-04:00' }),
      ]),
    ]
    const later = taskOf(after(late, moved), 'contact')
    expect(dueOf(later)).toBe('2026-10-15T23:59:59-04:00')
    expect(later['businessStatus']).toBeUndefined()
    expect(later['description']).toContain('Thursday 15 October 2026')
  })

  it('keep what people wrote into a task', () => {
    const world = after(emptyWorld, home())
    const noted = {
      ...taskOf(world, 'contact'),
      note: [{ text: 'calls after six' }],
      description: 'own words',
    }
    const later = after({ compartment: put(world.compartment, [noted]) }, withdrawnHome)
    expect(taskOf(later, 'contact')).toMatchObject({ description: 'own words', status: 'requested' })
    expect((taskOf(later, 'contact')['note'] as object[])[0]).toEqual({ text: 'calls after six' })
  })

  it('leave resources that no case owns alone', () => {
    const foreign: readonly Resource[] = [
      { resourceType: 'EpisodeOfCare', id: 'x', status: 'active', patient: {} },
      { resourceType: 'Task', id: 'y', status: 'requested', intent: 'order' },
      { resourceType: 'CarePlan', id: 'z', status: 'active', intent: 'plan', subject: {} },
    ]
    const world = after({ compartment: foreign }, home())
    for (const resource of foreign) expect(world.compartment).toContain(resource)
  })
})
