import { describe, expect, it } from 'vitest'
import { artefactsOf, type ArtefactScene } from '../../../src/care-plan/artefacts.ts'
import type { CaseFile } from '../../../src/care-plan/case-file.ts'
import { shippedModels } from '../../../src/care-plan/models/shipped-models.ts'
import type { Appointment, Contact } from '../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../src/care-plan/nouns/plan.ts'
import { openFile } from '../../support/case-file.ts'

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
})
