import { describe, expect, it } from 'vitest'
import { careFacts } from '../../../../src/care-plan/duties/care-facts.ts'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import type { Trigger } from '../../../../src/care-plan/duties/duties.ts'
import type { RuleId } from '../../../../src/care-plan/duties/duty-rules.ts'
import { fulfilmentOf } from '../../../../src/care-plan/duties/fulfilment.ts'
import type { Assessment } from '../../../../src/care-plan/nouns/assessment.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import type { Appointment, Contact, RedFlag, Transition } from '../../../../src/care-plan/nouns/contact.ts'
import { openFile } from '../../../support/case-file.ts'
import { aPlan } from '../../../support/plan-file.ts'

const timeZone = 'America/New_York'
const AT = '2026-10-14T10:00:00-04:00'
const [before, later, latest] = [
  '2026-10-14T09:59:59-04:00',
  '2026-10-14T10:00:01-04:00',
  '2026-10-16T10:00:00-04:00',
]
const trigger = (more: Partial<Trigger> = {}): Trigger => ({
  ...{ kind: 'discharge-to-community', id: 'm1', caseId: 'c1', isHighRisk: false },
  ...{ at: AT, atMs: Date.parse(AT), recorded: AT, recordedMs: Date.parse(AT), encounter: 'e1' },
  ...more,
})
const contact = (id: string, at: string, more: Partial<Contact> = {}): Contact => ({
  ...{ id, state: 'made', kind: 'phone', at, outcome: 'reached', topics: [], redFlags: [] },
  ...more,
})
const visit = (id: string, start: string | undefined, more: Partial<Appointment> = {}): Appointment => ({
  ...{ id, state: 'fulfilled', purpose: 'follow-up-visit' },
  ...(start !== undefined && { start }),
  ...more,
})
const assessment = (id: string, more: Partial<Assessment> = {}): Assessment => ({
  ...{ id, state: 'concluded', requiredDomains: [], conclusions: [], answers: [], scores: [] },
  ...more,
})

/** Reference and time of what meets a duty. */
function met(
  rule: RuleId,
  lists: Partial<CaseFile>,
  { root = {}, ...more }: Partial<Trigger> & { readonly root?: Partial<CaseRoot> } = {},
) {
  const file = openFile(root, lists)
  const fact = fulfilmentOf(rule, trigger(more), { file, facts: careFacts(file, timeZone), timeZone })
  return fact && [fact.output, fact.at]
}

describe('what meets a duty of contact', () => {
  const contacts = [contact('k9', latest), contact('k2', later), contact('k1', AT), contact('k0', before)]

  it.each<RuleId>(['contact', 'first-contact', 'bereavement'])('%s: the first contact from then on', rule => {
    expect(met(rule, { contacts })).toEqual(['Encounter/k1', AT])
    expect(met(rule, { contacts: contacts.slice(3) })).toBeUndefined()
    expect(met(rule, { contacts: [contact('k', later, { state: 'attempted' })] })).toBeUndefined()
  })

  it.each<RuleId>(['cadence-contact', 'facility-contact', 'missed-service'])(
    '%s: the first contact after what called for it',
    rule => {
      expect(met(rule, { contacts })).toEqual(['Encounter/k2', later])
      expect(met(rule, { contacts: contacts.slice(2) })).toBeUndefined()
    },
  )

  it('a home visit: a contact at home from then on', () => {
    const home = (at: string) => met('home-visit', { contacts: [contact('h', at, { kind: 'home' })] })
    expect([home(before), home(AT), home(later)]).toEqual([
      undefined,
      ['Encounter/h', AT],
      ['Encounter/h', later],
    ])
    expect(met('home-visit', { contacts })).toBeUndefined()
  })
})

describe('what meets a duty of a visit', () => {
  it('a follow-up visit: one for follow-up or the medicines, that took place from then on', () => {
    const one = (start: string, more: Partial<Appointment> = {}) =>
      met('follow-up-visit', { appointments: [visit('v1', start, more)] })
    expect(one(AT)).toEqual(['Appointment/v1', AT])
    expect(one(latest, { purpose: 'med-rec' })).toEqual(['Appointment/v1', latest])
    expect(one(before)).toBeUndefined()
    expect(one(latest, { purpose: 'service' })).toBeUndefined()
    expect(one(latest, { state: 'booked' })).toBeUndefined()
  })

  it('follow-up after an emergency: not the visit for the medicines', () => {
    const one = (purpose: Appointment['purpose']) =>
      met('emergency-follow-up', { appointments: [visit('v1', latest, { purpose })] })
    expect([one('follow-up-visit'), one('med-rec')]).toEqual([['Appointment/v1', latest], undefined])
  })

  it.each<RuleId>(['mental-health-7', 'mental-health-30'])('%s: on a later day than the discharge', rule => {
    const appointments = [visit('v1', '2026-10-14T23:59:00-04:00'), visit('v2', '2026-10-15T00:30:00-04:00')]
    expect(met(rule, { appointments })).toEqual(['Appointment/v2', '2026-10-15T00:30:00-04:00'])
    expect(met(rule, { appointments: [visit('v2', latest, { purpose: 'med-rec' })] })).toBeUndefined()
  })
})

describe('what meets a duty about a transition', () => {
  const transition = (more: Partial<Transition>): Transition => ({
    ...{ id: 't1', state: 'discharged-community', encounter: 'e1' },
    ...more,
  })

  it.each([
    ['discharge-info', 'dischargeInfoAt', 'the discharge information'],
    ['med-rec', 'medRecAt', 'the reconciliation'],
  ] as const)('%s: what people recorded of the discharge, from its time on', (rule, field, words) => {
    const one = (more: Partial<Transition>, encounter?: string) =>
      met(rule, { transitions: [transition(more)] }, encounter === undefined ? {} : { encounter })
    expect(one({ [field]: later })).toEqual(['CarePlan/t1', later])
    expect(one({ [field]: AT, encounter: 'Encounter/e1' })).toEqual(['CarePlan/t1', AT])
    expect(one({ [field]: before })).toBeUndefined()
    expect(one({ [field]: later }, 'e2')).toBeUndefined()
    expect(one({})).toBeUndefined()
    const file = openFile({}, { transitions: [transition({ [field]: later })] })
    const evidence = { file, facts: careFacts(file, timeZone), timeZone }
    expect(fulfilmentOf(rule, trigger(), evidence)?.words).toBe(words)
  })

  it('looks past a transition of another stay, and of nothing known', () => {
    const other = transition({ id: 't0', encounter: 'e0', dischargeInfoAt: later })
    const mine = transition({ dischargeInfoAt: latest })
    expect(met('discharge-info', { transitions: [other, mine] })).toEqual(['CarePlan/t1', latest])
    const { encounter: _e, ...unknown } = other
    const { encounter: _, ...aimless } = trigger()
    const file = openFile({}, { transitions: [unknown] })
    expect(
      fulfilmentOf('discharge-info', aimless, { file, facts: careFacts(file, timeZone), timeZone }),
    ).toBeUndefined()
    expect(met('discharge-info', { transitions: [transition({}), mine] })).toEqual(['CarePlan/t1', latest])
  })

  it.each<RuleId>(['follow-up-visit', 'emergency-follow-up'])(
    '%s: a visit that a message told of, though nobody worked on the case yet',
    rule => {
      const told = { at: later, atMs: Date.parse(later), output: 'Encounter/e2', words: 'a visit' }
      expect(fulfilmentOf(rule, trigger({ visits: [told] }), undefined)).toEqual(told)
      expect(fulfilmentOf(rule, trigger(), undefined)).toBeUndefined()
    },
  )

  it('reconciling the medicines: what came first, the record or the visit for it', () => {
    const both = (medRecAt: string, start: string) =>
      met('med-rec', {
        transitions: [transition({ medRecAt })],
        appointments: [visit('v1', start, { purpose: 'med-rec' })],
      })
    expect(both(later, latest)).toEqual(['CarePlan/t1', later])
    expect(both(latest, later)).toEqual(['Appointment/v1', later])
  })
})

describe('what meets a duty of assessing and planning', () => {
  it('an assessment begun or concluded at any time', () => {
    const assessments = [
      assessment('as2', { state: 'in-progress', start: later }),
      assessment('as1', { state: 'in-progress', start: before }),
      assessment('as3', { start: before, end: latest }),
      assessment('as0', { state: 'entered-in-error', start: '2026-10-01' }),
    ]
    expect(met('assess-begin', { assessments })).toEqual(['ClinicalImpression/as1', before])
    expect(met('assess', { assessments })).toEqual(['ClinicalImpression/as3', latest])
    expect(met('assess', { assessments: assessments.slice(0, 2) })).toBeUndefined()
    const amended = [assessment('as4', { state: 'amended', start: before })]
    expect(met('assess', { assessments: amended })).toEqual(['ClinicalImpression/as4', before])
  })

  it.each<RuleId>(['reassess', 'reassess-after-discharge'])('%s: one concluded afterwards', rule => {
    const one = (end: string) => met(rule, { assessments: [assessment('as1', { end })] })
    expect([one(AT), one(later)]).toEqual([undefined, ['ClinicalImpression/as1', later]])
  })

  it('a draft: after a discharge a new one, at the outset any', () => {
    const one = (created: string, kind: Trigger['kind']) =>
      met('plan-draft', { plans: [aPlan({ created })] }, { kind })
    expect([one(before, 'engagement'), one(before, 'discharge-to-community')]).toEqual([
      ['CarePlan/pl1', before],
      undefined,
    ])
    expect([one(AT, 'discharge-to-community'), one(later, 'discharge-to-community')]).toEqual([
      ['CarePlan/pl1', AT],
      ['CarePlan/pl1', later],
    ])
    expect(
      met('plan-draft', { plans: [aPlan({ created: later, state: 'entered-in-error' })] }),
    ).toBeUndefined()
  })

  it('a review of a plan: its own revision, or another plan put in force', () => {
    const revised = aPlan({ state: 'active', created: before, start: before, revisions: [latest] })
    const next = aPlan({ id: 'pl2', state: 'active', created: before, start: later })
    const id = 'plan:pl1'
    expect(met('plan-review', { plans: [revised] }, { id })).toEqual(['CarePlan/pl1', latest])
    expect(met('plan-review', { plans: [revised] }, { id: 'plan:pl0' })).toBeUndefined()
    expect(met('plan-review', { plans: [revised, next] }, { id })).toEqual(['CarePlan/pl2', later])
    const drafted = aPlan({ id: 'pl2', created: before, start: later })
    expect(met('plan-review', { plans: [drafted] }, { id })).toBeUndefined()
  })

  it('adapting the plan: a new draft, or a revision of one that is not plain', () => {
    const revised = aPlan({ state: 'active', created: before, revisions: [latest] })
    expect(met('adapt-plan', { plans: [revised] })).toEqual(['CarePlan/pl1', latest])
    expect(met('adapt-plan', { plans: [{ ...revised, isPlain: true }] })).toBeUndefined()
    const plans = [revised, aPlan({ id: 'pl2', created: later })]
    expect(met('adapt-plan', { plans })).toEqual(['CarePlan/pl2', later])
    expect(met('adapt-plan', { plans: [aPlan({ created: AT })] })).toBeUndefined()
  })
})

describe('what meets the screening, a red flag, the review of a closure', () => {
  it('screening: that the case was found eligible, or opened', () => {
    expect(met('screen', {}, { root: { id: 'c1', eligibleAt: before } })).toEqual([
      'EpisodeOfCare/c1',
      before,
    ])
    expect(met('screen', {}, { root: { openedAt: later } })).toEqual(['EpisodeOfCare/c1', later])
  })

  describe('a red flag', () => {
    const flag = (more: Partial<RedFlag> = {}): RedFlag =>
      ({ id: 'f1', state: 'open', at: AT, contact: 'k1', ...more }) as RedFlag
    const one = (flags: readonly RedFlag[], contacts: readonly Contact[] = []) =>
      met('red-flag', { flags, contacts }, { id: 'flag:f1' })

    it('is met by its end when it is resolved', () => {
      expect(one([flag({ id: 'f0', state: 'resolved', end: later }), flag()])).toBeUndefined()
      expect(one([flag({ state: 'resolved', end: latest })])).toEqual(['Flag/f1', latest])
      expect(one([flag({ end: latest })])).toBeUndefined()
      expect(one([])).toBeUndefined()
    })

    it('is met by the next contact, not by the one that raised it', () => {
      expect(one([flag()], [contact('k1', later)])).toBeUndefined()
      expect(one([flag()], [contact('k2', AT)])).toBeUndefined()
      expect(one([flag()], [contact('k1', later), contact('k2', latest)])).toEqual(['Encounter/k2', latest])
      expect(one([], [contact('k2', latest)])).toEqual(['Encounter/k2', latest])
    })

    it('is met by what came first', () => {
      const resolved = flag({ state: 'resolved', end: latest })
      expect(one([resolved], [contact('k2', later)])).toEqual(['Encounter/k2', later])
      expect(one([{ ...resolved, end: later }], [contact('k2', latest)])).toEqual(['Flag/f1', later])
    })
  })

  it('the review of a closure: its approval, when it is of this proposal', () => {
    const review = (closure: CaseRoot['closure'], id = `closure:${AT}`) =>
      met('closure-review', {}, { id, root: { end: latest, ...(closure && { closure }) } })
    const approved = { proposedAt: AT, approvedBy: 'Practitioner/sup' }
    expect(review(approved)).toEqual(['EpisodeOfCare/c1', latest])
    expect(review({ proposedAt: AT })).toBeUndefined()
    expect(review(approved, `closure:${before}`)).toBeUndefined()
    expect(review(undefined)).toBeUndefined()
    expect(review({ approvedBy: 'Practitioner/sup' }, 'closure:')).toEqual(['EpisodeOfCare/c1', latest])
  })

  it('nothing, for what only people can say', () => {
    expect(met('necessity-review', { contacts: [contact('k1', later)] })).toBeUndefined()
  })
})

describe('what people did', () => {
  it('is told with its kind, in order of time, and without what has no time', () => {
    const file = openFile(
      {},
      {
        contacts: [contact('k2', later), contact('k1', before), contact('k3', 'some day')],
        appointments: [visit('v2', later), visit('v1', before), visit('v3', undefined)],
        assessments: [assessment('as2', { start: later }), assessment('as1', { start: before })],
        plans: [
          aPlan({ id: 'p2', state: 'active', created: before, start: later, revisions: [latest, later] }),
          aPlan({ id: 'p1', state: 'revoked', created: before }),
        ],
      },
    )
    const facts = careFacts(file, timeZone)
    const told = Object.entries(facts).map(
      ([list, all]: [string, readonly { output: string; words: string }[]]) => [
        list,
        all.map(({ output }) => output),
        new Set(all.map(({ words }) => words)).values().toArray(),
      ],
    )
    expect(told).toEqual([
      ['contacts', ['Encounter/k1', 'Encounter/k2'], ['a contact']],
      ['visits', ['Appointment/v1', 'Appointment/v2'], ['a visit that took place']],
      ['begunAssessments', ['ClinicalImpression/as1', 'ClinicalImpression/as2'], ['an assessment']],
      [
        'concludedAssessments',
        ['ClinicalImpression/as1', 'ClinicalImpression/as2'],
        ['a concluded assessment'],
      ],
      ['drafts', ['CarePlan/p1', 'CarePlan/p2'], ['a plan']],
      ['revisions', ['CarePlan/p2', 'CarePlan/p2'], ['a revision of the plan']],
      ['activations', ['CarePlan/p1', 'CarePlan/p2'], ['an active plan']],
    ])
    expect(facts.revisions.map(({ at }) => at)).toEqual([later, latest])
  })

  it.each(['active', 'on-hold', 'superseded', 'completed', 'revoked'] as const)(
    'counts a plan that is %s as one that was put in force',
    state => {
      const of = (one: typeof state | 'draft' | 'agreed') =>
        careFacts(openFile({}, { plans: [aPlan({ state: one })] }), timeZone).activations.length
      expect([of(state), of('draft'), of('agreed')]).toEqual([1, 0, 0])
    },
  )

  it('puts what happened at the same time in order of its reference', () => {
    const file = openFile({}, { contacts: [contact('k2', AT), contact('k1', AT), contact('k3', AT)] })
    expect(careFacts(file, timeZone).contacts.map(({ contact: { id } }) => id)).toEqual(['k1', 'k2', 'k3'])
  })
})
