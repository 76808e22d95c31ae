import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { caseInvariants, missingForClosure } from '../../../../src/care-plan/invariants/case-invariants.ts'
import type { Contact } from '../../../../src/care-plan/nouns/contact.ts'
import type { Closure } from '../../../../src/care-plan/nouns/case-root.ts'
import type { Activity, Goal } from '../../../../src/care-plan/nouns/plan.ts'
import { aConsent, anAssignment, contextOf, fileOf, openFile } from '../../../support/case-file.ts'

/** Number of the rule that a change breaks, with its message. */
function broken(before: CaseFile | undefined, after: CaseFile, actor = 'Practitioner/noor') {
  const failure = brokenRule(caseInvariants, { before, after }, contextOf({ actor }))
  return failure && [failure.rule, failure.message]
}
const ruleOf = (...change: Parameters<typeof broken>) => broken(...change)?.[0]

const withCase = (file: CaseFile, root: Partial<CaseFile['case']>): CaseFile => ({
  ...file,
  case: { ...file.case, ...root },
})

describe('I1, one accountable manager at every instant', () => {
  it('holds for an open case with one accepted assignment since it was opened', () => {
    expect(broken(undefined, openFile())).toBeUndefined()
  })

  it.each<[string, CaseFile]>([
    ['nobody', openFile({}, { assignments: [] })],
    ['an offer only', openFile({}, { assignments: [anAssignment({ state: 'offered' })] })],
    ['two', openFile({}, { assignments: [anAssignment(), anAssignment({ id: 'a2' })] })],
    ['two before it is open', fileOf({}, { assignments: [anAssignment(), anAssignment({ id: 'a2' })] })],
    ['another one than the case shows', openFile({ manager: 'Practitioner/else' })],
    ['somebody since a day after it was opened', openFile({ openedAt: '2026-10-12T10:59:59-04:00' })],
    ['a paused case and nobody', openFile({ state: 'on-hold' }, { assignments: [] })],
    ['a closing case and nobody', openFile({ state: 'closing' }, { assignments: [] })],
  ])('is broken by %s', (_what, file) => {
    expect(ruleOf(undefined, file)).toBe('I1')
  })

  it('allows an overlap and refuses a gap between two managers', () => {
    const old = (end: string) => anAssignment({ state: 'handed-over', end })
    const next = anAssignment({ id: 'a2', manager: 'Practitioner/sam', start: '2026-10-13T12:00:00-04:00' })
    const file = (end: string) => openFile({ manager: 'Practitioner/sam' }, { assignments: [old(end), next] })
    expect(ruleOf(undefined, file('2026-10-13T12:00:00-04:00'))).toBeUndefined()
    expect(ruleOf(undefined, file('2026-10-13T18:00:00-04:00'))).toBeUndefined()
    expect(ruleOf(undefined, file('2026-10-13T11:59:59-04:00'))).toBe('I1')
  })

  it('asks about the time since it was reopened when it was', () => {
    const file = openFile({ openedAt: '2026-09-01T09:00:00-04:00', reopenedAt: '2026-10-13T09:00:00-04:00' })
    expect(ruleOf(undefined, file)).toBeUndefined()
  })

  it('asks nothing of a case that is not open yet, waits for capacity, or has ended', () => {
    for (const state of ['identified', 'outreach', 'closed', 'deceased'] as const)
      expect(ruleOf(undefined, fileOf({ state }))).toBeUndefined()
    expect(ruleOf(undefined, fileOf({ state: 'on-hold', isWaitlisted: true }))).toBeUndefined()
  })

  it('lets a case that facts reopened, whose manager had gone, be accepted again, and no second gap come about', () => {
    const gone = anAssignment({ state: 'ended', end: '2026-10-13T09:30:00-04:00' })
    const before = openFile({ state: 'active' }, { assignments: [gone] })
    const accepted = openFile(
      { state: 'active' },
      { assignments: [gone, anAssignment({ id: 'a2', start: '2026-10-13T10:00:00-04:00' })] },
    )
    expect(ruleOf(before, accepted)).toBeUndefined()
    expect(ruleOf(accepted, { ...accepted, case: { ...accepted.case, acuity: 'low' } })).toBeUndefined()
    const goneAgain = {
      ...accepted,
      assignments: [
        gone,
        anAssignment({
          id: 'a2',
          state: 'ended',
          start: '2026-10-13T10:00:00-04:00',
          end: '2026-10-13T11:00:00-04:00',
        }),
      ],
    }
    expect(ruleOf(accepted, goneAgain)).toBe('I1')
    expect(ruleOf(undefined, accepted)).toBe('I1')
  })

  it('that was broken before is not the doing of a change', () => {
    const file = openFile({}, { assignments: [] })
    expect(ruleOf(file, withCase(file, { acuity: 'low' }))).toBeUndefined()
  })
})

describe('I8, shares need consent', () => {
  const before = openFile()
  const transferred = withCase(before, { state: 'transferred-out', transferredTo: 'Organization/irf' })
  const sharing = (more = {}) => ({ ...transferred, consents: [aConsent({ scope: 'sharing', ...more })] })

  it('refuses a transfer that no consent covers', () => {
    expect(broken(before, transferred)).toEqual(['I8', expect.stringContaining('GrantConsent')])
  })

  it.each([
    ['to anybody', {}, undefined],
    ['to the recipient', { recipients: ['Organization/irf'] }, undefined],
    ['to another recipient', { recipients: ['Organization/other'] }, 'I8'],
    ['of cases', { classes: ['EpisodeOfCare'] }, undefined],
    ['of other data', { classes: ['ServiceRequest'] }, 'I8'],
    ['that was taken back', { state: 'revoked' }, 'I8'],
    ['that has run out', { end: '2026-10-13T09:59:00-04:00' }, 'I8'],
    ['to case management only', { scope: 'case-management' }, 'I8'],
    ['that says no', { decision: 'deny' }, 'I8'],
  ] as const)('asks for a consent %s', (_what, more, rule) => {
    expect(ruleOf(before, sharing(more))).toBe(rule)
  })

  it('is denied by what says no, whatever else permits it, also in another case of the patient', () => {
    const permit = aConsent({ id: 'c1', scope: 'sharing' })
    const deny = aConsent({ id: 'c2', scope: 'sharing', decision: 'deny', recipients: ['Organization/irf'] })
    const both = { ...transferred, consents: [permit, deny] }
    expect(ruleOf(before, both)).toBe('I8')
    const elsewhere = aConsent({ ...deny, recipients: ['Organization/other'] })
    expect(ruleOf(before, { ...transferred, consents: [permit, elsewhere] })).toBeUndefined()
    expect(
      ruleOf(before, { ...transferred, consents: [permit, aConsent({ ...deny, state: 'revoked' })] }),
    ).toBe(undefined)
    const denials = () => [deny]
    const context = { ...contextOf({ actor: 'Practitioner/noor' }), denials }
    const after = { ...transferred, consents: [permit] }
    expect(brokenRule(caseInvariants, { before, after }, context)?.rule).toBe('I8')
    const override = { recipient: 'Organization/irf', reason: 'x', by: 'Practitioner/noor', at: '2026-10-13' }
    const answered = withCase(both, { overrides: [override] })
    expect(brokenRule(caseInvariants, { before, after: answered }, context)).toBeUndefined()
  })

  it('refuses a transfer that names nobody, unless whoever cares for the patient may be told', () => {
    const { transferredTo: _to, ...nobody } = transferred.case
    expect(broken(before, { ...transferred, case: nobody })).toEqual([
      'I8',
      expect.stringContaining('transferred-to'),
    ])
    const told = (more: object) => ruleOf(before, { ...sharing(more), case: nobody })
    expect(told({})).toBeUndefined()
    expect(told({ recipients: ['Organization/irf'] })).toBe('I8')
    expect(told({ classes: ['ServiceRequest'] })).toBe('I8')
    expect(ruleOf({ ...transferred, case: nobody }, { ...transferred, case: nobody })).toBeUndefined()
  })

  it('lets somebody answer for it', () => {
    const override = { recipient: 'Organization/irf', reason: 'x', by: 'Practitioner/noor', at: '2026-10-13' }
    expect(ruleOf(before, withCase(transferred, { overrides: [override] }))).toBeUndefined()
  })

  it('binds a hand-over to another organisation, not one within the assigner', () => {
    const base = openFile({ assigner: 'Organization/valley' })
    const to = (organization: string): CaseFile => ({
      ...withCase(base, { manager: 'Practitioner/sam' }),
      assignments: [
        anAssignment({ state: 'handed-over', end: '2026-10-13T10:00:00-04:00' }),
        anAssignment({ id: 'a2', manager: 'Practitioner/sam', organization }),
      ],
    })
    expect(ruleOf(base, to('Organization/acme'))).toBe('I8')
    expect(ruleOf(base, to('Organization/valley'))).toBeUndefined()
  })

  const referral = (more: Partial<Activity>): Activity => ({
    ...{ id: 'r1', state: 'requested', kind: 'referral', text: 'food bank', days: [], goals: [], needs: [] },
    ...{ after: [], performances: [], performer: 'Organization/cbo' },
    ...more,
  })

  it('binds a referral once it is sent, once', () => {
    const sent = { ...before, activities: [referral({})] }
    expect(ruleOf(before, sent)).toBe('I8')
    expect(ruleOf(before, { ...before, activities: [referral({ state: 'planned' })] })).toBeUndefined()
    expect(ruleOf(before, { ...before, activities: [referral({ kind: 'service' })] })).toBeUndefined()
    expect(ruleOf(sent, { ...before, activities: [referral({ state: 'in-progress' })] })).toBeUndefined()
    expect(ruleOf(sent, { ...before, activities: [referral({ performer: 'Organization/2' })] })).toBe('I8')
    const consents = [aConsent({ scope: 'sharing', classes: ['ServiceRequest'] })]
    expect(ruleOf(before, { ...sent, consents })).toBeUndefined()
  })
})

describe('I9, no contact while it is prohibited', () => {
  const since = '2026-10-13T10:00:00-04:00'
  const file = openFile({ isContactProhibited: true, contactProhibition: { since, reason: 'x' } })
  const contact = (more: Partial<Contact>): CaseFile => ({
    ...file,
    contacts: [
      {
        ...{
          id: 'k1',
          state: 'made',
          kind: 'phone',
          at: since,
          outcome: 'reached',
          topics: [],
          redFlags: [],
        },
        ...more,
      },
    ],
  })

  it.each(['planned', 'made', 'attempted'] as const)('refuses one that is %s', state => {
    expect(ruleOf(file, contact({ state }))).toBe('I9')
  })

  it('keeps what was before, and what is corrected or refused', () => {
    expect(ruleOf(file, contact({ at: '2026-10-13T09:59:59-04:00' }))).toBeUndefined()
    expect(ruleOf(file, contact({ state: 'refused' }))).toBeUndefined()
    expect(ruleOf(contact({}), contact({ note: 'more' }))).toBeUndefined()
    expect(ruleOf(contact({ state: 'planned' }), contact({ state: 'entered-in-error' }))).toBeUndefined()
  })

  it('refuses to move a planned one and to make it', () => {
    expect(ruleOf(contact({ state: 'planned' }), contact({ state: 'made' }))).toBe('I9')
    expect(
      ruleOf(contact({ state: 'planned' }), contact({ state: 'planned', at: '2026-10-14T10:00:00-04:00' })),
    ).toBe('I9')
  })

  it('is not broken by the prohibition itself', () => {
    const planned = contact({ state: 'planned', at: '2026-10-14T10:00:00-04:00' })
    expect(ruleOf(withCase(planned, { isContactProhibited: false }), planned)).toBeUndefined()
  })
})

describe('I13, status by the machine only', () => {
  it('refuses a step that no command makes, and names what is legal', () => {
    const before = openFile({ state: 'active' })
    expect(broken(before, withCase(before, { state: 'closed' }))).toEqual([
      'I13',
      expect.stringContaining('legal: RevisePlan'),
    ])
    const ended = { ...before, assignments: [anAssignment({ state: 'declined' })] }
    expect(
      ruleOf(withCase(before, { state: 'closing' }), { ...ended, case: { ...ended.case, state: 'closing' } }),
    ).toBe('I1')
    const consents = [aConsent({ state: 'revoked' })]
    expect(ruleOf({ ...before, consents }, before)).toBe('I13')
  })

  it('lets everything be marked as an error', () => {
    const before = openFile({ state: 'active' })
    expect(ruleOf(before, { ...before, consents: [aConsent({ state: 'entered-in-error' })] })).toBeUndefined()
  })

  it('asks who did it and when', () => {
    const before = openFile({ state: 'active' })
    const after = withCase(before, { state: 'on-hold' })
    expect(ruleOf(before, after)).toBeUndefined()
    expect(ruleOf(before, after, '')).toBe('I13')
    expect(ruleOf(before, before, '')).toBeUndefined()
  })
})

describe('I23 and I24, closing', () => {
  const closure: Closure = {
    reason: 'goals-met',
    outcomes: 'walks again',
    communicatedTo: 'Communication/1',
    proposedBy: 'Practitioner/noor',
    proposedAt: '2026-10-13T10:00:00-04:00',
  }
  const closing = openFile({ state: 'closing', closure })
  const close = (file: CaseFile): CaseFile => withCase(file, { state: 'closed' })
  const goal = (state: Goal['state']): Goal => ({ id: 'g', state, text: 'x', needs: [], acceptances: [] })

  it('closes a case in due form', () => {
    expect(broken(closing, close(closing))).toBeUndefined()
    const done = { ...closing, goals: [goal('completed'), goal('cancelled'), goal('rejected')] }
    expect(broken(done, close(done))).toBeUndefined()
  })

  it('says all that is missing', () => {
    const bare: CaseFile = {
      ...withCase(closing, { closure: {} }),
      goals: [goal('active')],
      flags: [{ id: 'f', state: 'open', code: 'headache', at: '2026-10-13T10:00:00-04:00' }],
    }
    const [rule, message] = broken(bare, close(bare)) ?? []
    expect(rule).toBe('I23')
    expect(message).toMatch(/reason .*; .*every goal.*; outcomes .*; who of primary care.*; .*open red flag/)
    expect(missingForClosure(bare)).toHaveLength(5)
  })

  it.each<[string, Partial<CaseFile>]>([
    ['a goal that is under way', { goals: [goal('on-hold')] }],
    ['an open red flag', { flags: [{ id: 'f', state: 'open', code: 'x', at: '2026-10-13' }] }],
  ])('is broken by %s', (_what, lists) => {
    const file = { ...closing, ...lists }
    expect(missingForClosure(file)).toHaveLength(1)
    expect(ruleOf(file, close(file))).toBe('I23')
  })

  it('takes scores for outcomes', () => {
    const { outcomes: _none, ...said } = closure
    const scored: CaseFile = {
      ...withCase(closing, { closure: said }),
      scores: [{ id: 's', state: 'final', measure: 'gas-t', value: '57.2', inputs: [], derivedFrom: [] }],
    }
    expect(ruleOf(scored, close(scored))).toBeUndefined()
    expect(ruleOf({ ...scored, scores: [] }, close({ ...scored, scores: [] }))).toBe('I23')
  })

  it.each([
    ['Device/timer', 'I24'],
    ['Device/adt', 'I24'],
    ['Device/peer-acme', 'I24'],
    ['Device/local-development', undefined],
    ['Practitioner/sup', undefined],
  ])('by %s breaks %s', (actor, rule) => {
    expect(ruleOf(closing, close(closing), actor)).toBe(rule)
  })

  it('lets a machine propose', () => {
    const active = openFile({ state: 'active' })
    expect(ruleOf(active, withCase(active, { state: 'closing', closure }), 'Device/timer')).toBeUndefined()
  })
})
