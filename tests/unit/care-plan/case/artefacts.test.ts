import { describe, expect, it } from 'vitest'
import { artefactsOf, type ArtefactScene } from '../../../../src/care-plan/case/artefacts.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Appointment, Contact } from '../../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { openFile } from '../../../support/case-file.ts'

const stretch = {
  sinceMs: Date.parse('2026-10-13T09:00:00-04:00'),
  untilMs: Date.parse('2026-11-13T09:00:00-05:00'),
  timeZone: 'America/New_York',
}
const judged = (
  artefact: string,
  lists: Partial<CaseFile> = {},
  more: Partial<ArtefactScene> & { readonly root?: Parameters<typeof openFile>[0] } = {},
) => {
  const { root, ...scene } = more
  const [one] = artefactsOf([artefact], { file: openFile(root, lists), stretch, ...scene })
  return one
}
const activity = (id: string, more: Partial<Activity> = {}): Activity => ({
  ...{ id, state: 'in-progress', kind: 'service', text: id },
  ...{ days: [], goals: [], needs: [], after: [], performances: [] },
  ...more,
})
const goal = (id: string, expressedBy?: string) => ({
  ...{ id, state: 'active' as const, text: id, needs: [], acceptances: [] },
  ...(expressedBy !== undefined && { expressedBy }),
})
const assessment = (state: 'in-progress' | 'concluded' | 'entered-in-error', domain = 'function') => ({
  ...{ id: `as-${state}`, state, requiredDomains: [], answers: [], scores: [] },
  conclusions: [{ domain, text: 'written' }],
})
const contact = (id: string, note?: string): Contact => ({
  ...{ id, state: 'made', kind: 'home', at: '2026-10-20T10:00:00-04:00', outcome: 'reached' },
  ...{ topics: [], redFlags: [], ...(note !== undefined && { note }) },
})
const visit = (id: string, more: Partial<Appointment> = {}): Appointment => ({
  ...{ id, state: 'booked', purpose: 'service', start: '2026-11-20T14:00:00-05:00' },
  ...more,
})
const need = (id: string, state: 'confirmed' | 'resolved' = 'confirmed') => ({
  ...{ id, state, text: id, evidence: [] },
})

describe('the artefacts that a model asks for', () => {
  it('are judged for every shipped model by a rule of their own', () => {
    for (const { artefacts } of shippedModels)
      for (const one of artefactsOf(artefacts, { file: openFile(), stretch }))
        expect(one.says).not.toContain('no rule here')
    const unknown = judged('crystal-ball')
    expect(unknown?.says).toContain('a person has to look')
    expect(unknown).not.toHaveProperty('met')
  })

  it.each([
    'strength-per-goal',
    'client-expressed-goals',
    'therapy-adherence',
    'progress-notes',
    'referral-per-need',
    'schedule',
    'loop-closure',
    'companion',
    'backup-plan',
    'contact-24h',
    'choice-indicators',
    'record-441-18',
  ])('say of %s that there is no data where there is none', artefact => {
    const one = judged(artefact)
    expect(one?.says).toMatch(/^No data: /)
    expect(one).not.toHaveProperty('met')
  })

  it('ask for a concluded assessment, and for one of strengths', () => {
    expect(judged('assessment')).toMatchObject({ met: false })
    expect(judged('assessment', { assessments: [assessment('in-progress')] })).toMatchObject({ met: false })
    expect(judged('assessment', { assessments: [assessment('concluded')] })).toMatchObject({ met: true })
    const strengths = (state: 'in-progress' | 'entered-in-error') =>
      judged('strengths-assessment', { assessments: [assessment(state, 'strengths')] })?.met
    expect([strengths('in-progress'), strengths('entered-in-error')]).toEqual([true, false])
    expect(judged('strengths-assessment', { assessments: [assessment('concluded')] })?.met).toBe(false)
  })

  it('ask for a strength for each goal, and for goals that the client expressed', () => {
    const strengths = [
      { id: 's', state: 'active' as const, kind: 'family' as const, text: 's', linkedTo: ['g1'] },
    ]
    const goals = [goal('g1', 'Patient/river'), goal('g2', 'Practitioner/noor')]
    expect(judged('strength-per-goal', { goals, strengths })).toEqual({
      artefact: 'strength-per-goal',
      ...{ met: false, numerator: 1, denominator: 2 },
      says: '1 of 2 open goals with a strength.',
    })
    expect(judged('strength-per-goal', { goals: goals.slice(0, 1), strengths })).toMatchObject({ met: true })
    expect(judged('client-expressed-goals', { goals })).toMatchObject({ met: false, numerator: 1 })
    const sister = [goal('g1', 'RelatedPerson/sam')]
    expect(judged('client-expressed-goals', { goals: sister })).toMatchObject({ met: true })
  })

  it('ask for sessions recorded of every service that has begun, and for a time of each open one', () => {
    const session = [{ at: '2026-10-20T10:00:00-04:00', kept: false }]
    const activities = [
      activity('kept', { performances: session, days: ['mon'], timeOfDay: '09:00' }),
      activity('silent'),
      activity('later', { state: 'scheduled', start: '2026-12-01T10:00:00-05:00' }),
      activity('due', { state: 'scheduled', start: '2026-11-01T10:00:00-05:00' }),
      activity('booked', { state: 'planned' }),
      activity('called off', { state: 'cancelled' }),
      activity('lesson', { kind: 'education' }),
      activity('mistake', { state: 'entered-in-error', performances: session }),
    ]
    expect(judged('therapy-adherence', { activities })).toMatchObject({ numerator: 1, denominator: 3 })
    const appointments = [visit('a', { activity: 'booked' })]
    expect(judged('schedule', { activities, appointments })).toMatchObject({ numerator: 4, denominator: 5 })
  })

  it('ask for a note on each contact, a companion named on each appointment', () => {
    const contacts = [contact('c1', 'walked to the shop'), contact('c2', ' '), contact('c3')]
    expect(judged('progress-notes', { contacts })).toMatchObject({ numerator: 1, denominator: 3, met: false })
    const appointments = [
      visit('a', { companion: 'Practitioner/noor' }),
      visit('b', { state: 'noshow' }),
      visit('c', { state: 'fulfilled', start: '2026-10-01T14:00:00-04:00' }),
    ]
    expect(judged('companion', { appointments })).toMatchObject({ numerator: 1, denominator: 1, met: true })
    expect(judged('companion', { appointments: [visit('d')] })).toMatchObject({ met: false })
  })

  it('ask for a referral for each open need and a closed loop for each referral', () => {
    const referral = (id: string, more: Partial<Activity> = {}) =>
      activity(id, { kind: 'referral', requestedAt: '2026-10-14T09:00:00-04:00', ...more })
    const needs = [need('n1'), need('n2'), need('n3', 'resolved'), need('n4')]
    const activities = [
      referral('r1', { needs: ['n1'], state: 'completed', endedAt: '2026-10-20T09:00:00-04:00' }),
      referral('r2', { needs: ['n2'], state: 'cancelled', endedAt: '2026-11-10T09:00:00-05:00' }),
      activity('service', { needs: ['n4'] }),
    ]
    expect(judged('referral-per-need', { needs, activities })).toMatchObject({ numerator: 1, denominator: 3 })
    expect(judged('loop-closure', { activities }, { loopClosureDays: 20 })).toMatchObject({
      numerator: 1,
      denominator: 2,
    })
    expect(judged('loop-closure', { activities })).toMatchObject({ met: true })
  })

  it('ask for a backup plan and a target group', () => {
    expect(judged('backup-plan', {}, { backupPlans: 0 })).toMatchObject({ met: false })
    expect(judged('backup-plan', {}, { backupPlans: 1 })).toMatchObject({ met: true })
    expect(judged('target-group')).toMatchObject({ met: false })
    expect(judged('target-group', {}, { root: { targetGroup: 'tbi' } })).toMatchObject({ met: true })
  })

  const session = [{ at: '2026-10-20T10:00:00-04:00', kept: true }]
  const referral = activity('r1', {
    kind: 'referral',
    needs: ['n1'],
    requestedAt: '2026-10-14T09:00:00-04:00',
  })
  it.each<[string, string, Partial<CaseFile>, object]>([
    ['assessment', 'An assessment is concluded.', { assessments: [assessment('concluded')] }, {}],
    ['assessment', 'No assessment is concluded.', {}, {}],
    [
      'strengths-assessment',
      'Strengths are assessed, with a written conclusion.',
      { assessments: [assessment('concluded', 'strengths')] },
      {},
    ],
    ['strengths-assessment', 'No assessment has a written conclusion on strengths.', {}, {}],
    ['client-expressed-goals', '0 of 1 open goals expressed by the client.', { goals: [goal('g1')] }, {}],
    [
      'therapy-adherence',
      '1 of 1 services under way with sessions recorded as kept or missed.',
      { activities: [activity('a', { performances: session })] },
      {},
    ],
    ['progress-notes', '0 of 1 contacts with a progress note.', { contacts: [contact('c1')] }, {}],
    [
      'referral-per-need',
      '1 of 1 needs with a referral.',
      { needs: [need('n1')], activities: [referral] },
      {},
    ],
    ['schedule', '0 of 1 open services with a time.', { activities: [activity('a')] }, {}],
    ['companion', '0 of 1 appointments with a companion named.', { appointments: [visit('v')] }, {}],
    ['backup-plan', 'There is a backup plan (CarePlan of category backup).', {}, { backupPlans: 1 }],
    ['backup-plan', 'There is no backup plan (CarePlan of category backup).', {}, { backupPlans: 0 }],
    ['target-group', 'The target group is recorded.', {}, { root: { targetGroup: 'tbi' } }],
    ['target-group', 'No target group is recorded (AssignTargetGroup).', {}, {}],
  ])('say of %s: %s', (artefact, says, lists, more) => {
    expect(judged(artefact, lists, more)?.says).toBe(says)
  })

  it('say how many loops of referrals were closed in time', () => {
    const closed = { ...referral, state: 'completed' as const, endedAt: '2026-10-20T09:00:00-04:00' }
    expect(judged('loop-closure', { activities: [closed] }, { loopClosureDays: 20 })?.says).toBe(
      '1 of 1 referrals, due or closed, with the loop closed in time.',
    )
  })

  it('take one assessment among others, amended ones too, and one conclusion among others', () => {
    const amended = { ...assessment('concluded'), state: 'amended' as const }
    expect(judged('assessment', { assessments: [assessment('in-progress'), amended] })?.met).toBe(true)
    const conclusions = [
      { domain: 'function', text: 'written' },
      { domain: 'strengths', text: 'written' },
    ]
    const several = { ...assessment('concluded'), conclusions }
    const assessments = [assessment('in-progress'), several]
    expect(judged('strengths-assessment', { assessments })?.met).toBe(true)
    const blank = { ...several, conclusions: [{ domain: 'strengths', text: '  ' }] }
    expect(judged('strengths-assessment', { assessments: [blank] })?.met).toBe(false)
  })

  it('count open goals only, and as expressed by the client only what patient or family say', () => {
    const goals = [
      goal('g1', 'Patient/river'),
      { ...goal('g2'), state: 'completed' as const },
      goal('g3', 'Organization/RelatedPerson/x'),
      goal('g4'),
    ]
    expect(judged('client-expressed-goals', { goals })).toMatchObject({ numerator: 1, denominator: 3 })
  })

  it.each<[string, Partial<Activity>, number]>([
    ['in progress', {}, 1],
    ['missed', { state: 'missed' }, 1],
    ['completed', { state: 'completed' }, 1],
    ['planned with a session on record', { state: 'planned', performances: session }, 1],
    ['planned', { state: 'planned', start: '2026-10-20T10:00:00-04:00' }, 0],
    ['scheduled for the end of the stretch', { state: 'scheduled', start: '2026-11-13T09:00:00-05:00' }, 1],
    ['scheduled for later', { state: 'scheduled', start: '2026-11-13T09:00:01-05:00' }, 0],
    ['scheduled for nobody knows when', { state: 'scheduled' }, 0],
  ])('a service that is %s has begun or not', (_, more, begun) => {
    expect(judged('therapy-adherence', { activities: [activity('a', more)] })?.denominator ?? 0).toBe(begun)
  })

  it.each<[string, Partial<Activity>, number]>([
    ['weekdays and an hour', { days: ['mon'], timeOfDay: '09:00' }, 1],
    ['weekdays only', { days: ['mon'] }, 0],
    ['an hour only', { timeOfDay: '09:00' }, 0],
    ['a start', { start: '2026-10-20T10:00:00-04:00' }, 1],
  ])('a service with %s has a time or not', (_, more, timed) => {
    expect(judged('schedule', { activities: [activity('a', more)] })?.numerator).toBe(timed)
  })

  it('a service has the time of its own appointment, among those of others', () => {
    const activities = [activity('a', { state: 'planned' })]
    const numerator = (...appointments: readonly Appointment[]) =>
      judged('schedule', { activities, appointments })?.numerator
    const [mine, other] = [visit('v1', { activity: 'a' }), visit('v2', { activity: 'b' })]
    expect([numerator(other, mine), numerator(other), numerator({ ...mine, state: 'noshow' })]).toEqual([
      1, 0, 0,
    ])
  })

  it('a need is not referred by a referral that was called off, nor by another activity', () => {
    const numerator = (more: Partial<Activity>) =>
      judged('referral-per-need', { needs: [need('n1')], activities: [{ ...referral, ...more }] })?.numerator
    expect(numerator({})).toBe(1)
    for (const state of ['cancelled', 'declined', 'entered-in-error'] as const)
      expect(numerator({ state })).toBe(0)
    expect(numerator({ kind: 'education' })).toBe(0)
  })

  it('a companion is named for appointments from the beginning of the stretch on that have a time', () => {
    const along = (start: string | undefined) => {
      const { start: _, ...rest } = visit('v')
      const one = start === undefined ? rest : { ...rest, start }
      return judged('companion', { appointments: [one] })?.denominator
    }
    expect([along('2026-10-13T09:00:00-04:00'), along('2026-10-13T08:59:59-04:00')]).toEqual([1, 0])
    expect(along(undefined)).toBe(0)
  })
})
