import { describe, expect, it } from 'vitest'
import type { CaseFile } from '../../../../src/care-plan/case/case-file.ts'
import { brokenRule } from '../../../../src/care-plan/invariants/invariant.ts'
import { caseInvariants, missingForClosure } from '../../../../src/care-plan/invariants/case-invariants.ts'
import type { CaseRoot } from '../../../../src/care-plan/nouns/case-root.ts'
import type { Contact } from '../../../../src/care-plan/nouns/contact.ts'
import type { Activity } from '../../../../src/care-plan/nouns/plan.ts'
import { anAssignment, contextOf, openFile } from '../../../support/case-file.ts'

const withCase = (file: CaseFile, root: Partial<CaseRoot>): CaseFile => ({
  ...file,
  case: { ...file.case, ...root },
})

describe('what the rules on a case say of a violation', () => {
  const told = (before: CaseFile | undefined, after: CaseFile, actor?: string) => {
    const context = contextOf(actor === undefined ? {} : { actor })
    const failure = brokenRule(caseInvariants, { before, after }, context)
    return failure && [failure.message, failure.expression]
  }
  const organization = 'Organization/far'
  const consentNeeded = (dataClass: string) =>
    `I8: no active consent covers the recipient for ${dataClass}, or one denies it; have it granted (GrantConsent, scope sharing), the denial taken back (RevokeConsent) or answer for it (OverrideConsent).`
  const referral: Activity = {
    ...{ id: 'r1', kind: 'referral', state: 'requested', text: 'x', performer: organization },
    ...{ days: [], goals: [], needs: [], after: [], performances: [] },
  }
  const other = anAssignment({ id: 'a2' })
  const later = { openedAt: '2026-10-12T10:00:00-04:00' }
  const contact: Contact = {
    ...{ id: 'k1', state: 'made', kind: 'phone', at: '2026-10-13T12:00:00-04:00', outcome: 'reached' },
    ...{ topics: [], redFlags: [] },
  }
  const prohibited = { isContactProhibited: true }
  const closing = openFile({ state: 'closing' })
  const closed = withCase(closing, {
    state: 'closed',
    closure: { reason: 'goals-met', communicatedTo: 'Practitioner/gp', outcomes: 'Walks.' },
  })

  it.each<[string, CaseFile | undefined, CaseFile, string, string | undefined]>([
    [
      'two managers',
      undefined,
      openFile({}, { assignments: [anAssignment(), other] }),
      'I1: two managers have accepted the case; one hands it over (HandOver).',
      undefined,
    ],
    [
      'no manager',
      undefined,
      openFile({}, { assignments: [] }),
      'I1: an open case has a manager; offer it (OfferAssignment) and have it accepted (AcceptAssignment), or hand it over (HandOver).',
      'EpisodeOfCare.careManager',
    ],
    [
      'a gap',
      undefined,
      openFile(later),
      'I1: somebody was accountable at every instant since the case was opened; assignments may overlap, not leave gaps.',
      'Task.executionPeriod',
    ],
    [
      'another manager',
      undefined,
      openFile({ manager: 'Practitioner/else' }),
      'I1: the care manager of the case is who accepted it; give it to another by HandOver.',
      'EpisodeOfCare.careManager',
    ],
    [
      'a transfer',
      openFile(),
      openFile({ transferredTo: organization }),
      consentNeeded('EpisodeOfCare'),
      'EpisodeOfCare.extension',
    ],
    [
      'a manager elsewhere',
      openFile(),
      openFile({}, { assignments: [anAssignment({ organization })] }),
      consentNeeded('EpisodeOfCare'),
      'Task.owner',
    ],
    [
      'a referral',
      openFile(),
      openFile({}, { activities: [referral] }),
      consentNeeded('ServiceRequest'),
      'ServiceRequest.performer',
    ],
    [
      'a prohibited contact',
      openFile(prohibited),
      openFile(prohibited, { contacts: [contact] }),
      'I9: contacting the patient is prohibited; it can be allowed again by AllowContact.',
      'Encounter.status',
    ],
  ])('names %s, what to do and where it is', (_, before, after, ...said) => {
    expect(told(before, after)).toEqual(said)
  })

  it('has a person close a case', () => {
    expect(told(closing, closed)).toBeUndefined()
    expect(told(closing, closed, 'Device/timer')?.[0]).toBe(
      'I24: a person closes a case; the service can only propose it (ProposeClosure).',
    )
  })

  it('asks about a share only when it is new', () => {
    const shared = openFile({ transferredTo: organization }, { activities: [referral] })
    expect(told(shared, withCase(shared, { caseType: 'x' }))).toBeUndefined()
    expect(told(shared, withCase(shared, { transferredTo: 'Organization/other' }))).toBeDefined()
  })

  it('counts outcomes that stand, and flags that are open', () => {
    const score = { ...{ id: 's1', measure: 'er-avoided', value: '1', inputs: [], derivedFrom: [] } }
    const missing = (state: 'final' | 'entered-in-error') =>
      missingForClosure(openFile({}, { scores: [{ ...score, state }] })).join()
    expect([missing('final').includes('outcomes'), missing('entered-in-error').includes('outcomes')]).toEqual(
      [...[false, true]],
    )
    const flagged = (state: 'open' | 'resolved') =>
      missingForClosure(openFile({}, { flags: [{ id: 'f1', state } as never] })).join()
    expect([flagged('open').includes('red flag'), flagged('resolved').includes('red flag')]).toEqual([
      true,
      false,
    ])
  })
})
