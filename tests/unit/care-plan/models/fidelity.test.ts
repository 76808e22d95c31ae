import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { fidelityOf, type Measure } from '../../../../src/care-plan/models/fidelity.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
import type { Appointment, Contact } from '../../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { openFile } from '../../../support/case-file.ts'

const SINCE = '2026-12-14T09:00:00-05:00'
const context = (at: string) => ({
  models: modelLookup(shippedModels),
  timeZone: 'America/New_York',
  nowMs: Date.parse(at),
})

const under = (model: string, lists: Partial<CaseFile> = {}): CaseFile =>
  openFile(
    {
      state: 'active',
      models: [
        { model: 'clinical', version: '1.0.0', since: '2026-10-13T09:00:00-04:00' },
        { model, version: '1.0.0', since: SINCE },
      ],
    },
    lists,
  )

const contact = (day: string, kind: Contact['kind'], more: Partial<Contact> = {}): Contact => ({
  ...{ id: `${day}-${kind}`, state: 'made', kind, at: `2026-${day}T10:00:00-05:00`, minutes: 40 },
  outcome: 'reached',
  topics: [],
  redFlags: [],
  ...more,
})

const visit = (id: string, day: string, more: Partial<Appointment> = {}): Appointment => ({
  ...{ id, state: 'fulfilled', purpose: 'service', start: `2026-${day}T14:00:00-05:00` },
  ...more,
})

const activity = (id: string, more: Partial<Activity> = {}): Activity => ({
  ...{ id, state: 'in-progress', kind: 'service', text: id },
  ...{ days: [], goals: [], needs: [], after: [], performances: [] },
  ...more,
})

const measure = (file: CaseFile, name: string, at = '2026-12-28T09:00:00-05:00'): Measure | undefined =>
  fidelityOf(file, context(at))?.measures.find(one => one.measure === name)

describe('fidelity', () => {
  it('is counted from when the model in force began: 12-14, not before', () => {
    const contacts = [
      contact('12-10', 'home'),
      ...['12-14', '12-16', '12-18', '12-21', '12-22', '12-23', '12-24', '12-25'].map(day =>
        contact(day, 'home'),
      ),
      contact('12-26', 'phone', { state: 'attempted', outcome: 'no-answer' }),
      contact('12-30', 'phone'),
    ]
    const file = under('intensive', { contacts })
    const fidelity = fidelityOf(file, context('2026-12-28T09:00:00-05:00'))
    expect(fidelity).toMatchObject({ model: { id: 'intensive' }, since: SINCE })
    expect(measure(file, 'contacts-per-week')).toEqual({
      measure: 'contacts-per-week',
      expected: 4,
      actual: 4,
      met: true,
      numerator: 8,
      denominator: 2,
      since: SINCE,
    })
    expect(measure(file, 'minutes-per-week')).toMatchObject({ expected: 120, actual: 160, met: true })
  })

  it('is that of the model then when an earlier time is asked for', () => {
    const fidelity = fidelityOf(under('intensive'), context('2026-11-01T09:00:00-05:00'))
    expect(fidelity?.model.id).toBe('clinical')
    expect(fidelityOf(openFile(), context('2026-11-01T09:00:00-05:00'))).toBeUndefined()
  })

  it('is not judged by the week before a week is over', () => {
    const file = under('intensive', { contacts: [contact('12-15', 'home')] })
    const early = measure(file, 'contacts-per-week', '2026-12-16T09:00:00-05:00')
    expect(early).toMatchObject({ actual: 1, denominator: 1 })
    expect(early).not.toHaveProperty('met')
    expect(measure(file, 'contacts-per-week', '2026-12-21T09:00:00-05:00')).toMatchObject({ met: false })
  })

  it('tells how much happens in the community: at home or accompanied', () => {
    const contacts = [
      contact('12-15', 'home'),
      contact('12-16', 'accompanied'),
      contact('12-17', 'phone'),
      contact('12-18', 'office'),
    ]
    const file = under('intensive', { contacts })
    expect(measure(file, 'community-share')).toMatchObject({
      expected: 0.6,
      actual: 0.5,
      met: false,
      numerator: 2,
      denominator: 4,
    })
  })

  it('counts an appointment as accompanied by its companion or by a contact there', () => {
    const appointments = [
      visit('a', '12-15', { companion: 'Practitioner/noor' }),
      visit('b', '12-16'),
      visit('c', '12-17'),
      visit('d', '12-18', { state: 'noshow' }),
      visit('e', '12-01', { companion: 'Practitioner/noor' }),
      visit('f', '12-19', { state: 'arrived' }),
    ]
    const contacts = [contact('12-16', 'accompanied', { appointment: 'b' })]
    const file = under('intensive', { appointments, contacts })
    expect(measure(file, 'accompanied-share')).toMatchObject({ numerator: 2, denominator: 4, met: true })
  })

  it('asks for a strength for every goal, linked to it or to what is done for it', () => {
    const goal = (id: string, state: 'active' | 'completed' = 'active') => ({
      ...{ id, state, text: id, needs: [], acceptances: [] },
    })
    const strength = (id: string, linkedTo: readonly string[], state: 'active' | 'inactive' = 'active') => ({
      ...{ id, state, kind: 'family' as const, text: id, linkedTo },
    })
    const lists = {
      goals: [goal('g1'), goal('g2'), goal('g3', 'completed')],
      activities: [activity('a1', { goals: ['g2'] })],
      strengths: [strength('s1', ['g1']), strength('s2', ['a1'], 'inactive')],
    }
    expect(measure(under('strengths', lists), 'strengths-per-goal')).toMatchObject({
      expected: 1,
      actual: 0,
      met: false,
      numerator: 1,
      denominator: 2,
    })
    const mended = { ...lists, strengths: [strength('s1', ['g1']), strength('s2', ['a1'])] }
    expect(measure(under('strengths', mended), 'strengths-per-goal')).toMatchObject({ actual: 1, met: true })
    expect(measure(under('clinical', mended), 'strengths-per-goal')).not.toHaveProperty('expected')
  })

  it('counts referrals that were closed in time, those late as open loops, and leaves out those under way', () => {
    const referral = (id: string, more: Partial<Activity>) => activity(id, { kind: 'referral', ...more })
    const activities = [
      referral('closed', {
        state: 'completed',
        start: '2026-10-01T09:00:00-04:00',
        end: '2026-10-20T09:00:00-04:00',
      }),
      referral('closed-late', {
        state: 'completed',
        start: '2026-10-01T09:00:00-04:00',
        performances: [{ at: '2026-12-01T09:00:00-05:00', kept: true }],
      }),
      referral('answered', { state: 'declined', start: '2026-12-20T09:00:00-05:00' }),
      referral('dead', { state: 'requested', start: '2026-11-01T09:00:00-04:00' }),
      referral('under-way', { state: 'requested', start: '2026-12-20T09:00:00-05:00' }),
      referral('mistake', { state: 'entered-in-error', start: '2026-10-01T09:00:00-04:00' }),
      activity('therapy', { state: 'requested', start: '2026-10-01T09:00:00-04:00' }),
    ]
    expect(measure(under('brokerage', { activities }), 'loop-closure')).toMatchObject({
      expected: 1,
      numerator: 2,
      denominator: 4,
      met: false,
    })
  })

  it('closes the loop when somebody said how the referral ended, whatever end was planned for it', () => {
    const asked = { kind: 'referral' as const, requestedAt: '2026-10-01T09:00:00-04:00' }
    const activities = [
      activity('in-time', {
        ...{ ...asked, state: 'completed', end: '2026-12-20T09:00:00-05:00' },
        endedAt: '2026-10-31T09:00:00-04:00',
      }),
      activity('late', {
        ...{ ...asked, state: 'cancelled', end: '2026-10-20T09:00:00-04:00' },
        endedAt: '2026-11-01T09:00:00-05:00',
      }),
      activity('late too', { ...asked, state: 'requested', start: '2026-12-27T09:00:00-05:00' }),
    ]
    expect(measure(under('brokerage', { activities }), 'loop-closure')).toMatchObject({
      numerator: 1,
      denominator: 3,
    })
  })

  it('counts the required domains that have a written conclusion, by whatever assessment', () => {
    const conclusion = (domain: string) => ({ domain, text: 'written' })
    const assessment = (
      id: string,
      state: 'in-progress' | 'concluded' | 'entered-in-error',
      domains: string[],
    ) => ({
      ...{ id, state, requiredDomains: [], answers: [], scores: [], conclusions: domains.map(conclusion) },
    })
    const assessments = [
      assessment('one', 'concluded', ['function', 'mood']),
      assessment('two', 'in-progress', ['cognition', 'finances']),
      assessment('three', 'entered-in-error', ['social-needs']),
    ]
    expect(measure(under('intensive', { assessments }), 'assessment-completeness')).toMatchObject({
      expected: 1,
      actual: 0.75,
      met: false,
      numerator: 3,
      denominator: 4,
    })
  })

  it('tells how therapies were kept without judging, excused sessions and those before left out', () => {
    const performances = [
      { at: '2026-12-01T09:00:00-05:00', kept: false },
      { at: '2026-12-15T09:00:00-05:00', kept: true },
      { at: '2026-12-16T09:00:00-05:00', kept: false },
      { at: '2026-12-17T09:00:00-05:00', kept: false, isLateCancel: true },
      { at: '2026-12-18T09:00:00-05:00', kept: false, isExcused: true },
      { at: '2026-12-19T09:00:00-05:00', kept: true },
    ]
    const activities = [activity('pt', { performances }), activity('self', { kind: 'self', performances })]
    const adherence = measure(under('clinical', { activities }), 'therapy-adherence')
    expect(adherence).toMatchObject({ actual: 0.5, numerator: 2, denominator: 4 })
    expect(adherence).not.toHaveProperty('met')
  })

  it('has nothing to say where nothing is there to count', () => {
    const empty = fidelityOf(under('intensive'), context('2026-12-28T09:00:00-05:00'))
    const silent = empty?.measures.filter(({ actual }) => actual === undefined).map(one => one.measure)
    expect(silent).toEqual([
      'community-share',
      'accompanied-share',
      'strengths-per-goal',
      'loop-closure',
      'therapy-adherence',
    ])
    expect(empty?.measures.filter(one => one.met === true)).toEqual([])
  })
})
