import { describe, expect, it } from 'vitest'
import { bulkReassign } from '../../../../src/care-plan/case/hand-over.ts'
import { evolveAll } from '../../../../src/care-plan/machines/domain-event.ts'
import {
  aConsent,
  afterwards,
  anAssignment,
  contextOf,
  decided,
  fileOf,
  namesOf,
  openFile,
  refusal,
} from '../../../support/case-file.ts'

const AT = '2026-10-13T10:00:00-04:00'
const LATER = '2026-10-14T10:00:00-04:00'
const offer = anAssignment({ id: 'o1', state: 'offered', manager: 'Practitioner/sam', expires: LATER })
const offered = fileOf({}, { assignments: [offer] })
const named = { assignment: 'o1' }
const bySam = { actor: 'Practitioner/sam' }

describe('an assignment', () => {
  it('is offered by somebody, until some time', () => {
    const payload = { manager: 'Practitioner/noor', expires: LATER, organization: 'Organization/acme' }
    const file = afterwards(fileOf(), 'OfferAssignment', payload, { actor: 'Practitioner/sup' })
    expect(file.assignments).toEqual([
      {
        id: 'assignment-new-1',
        state: 'offered',
        ...payload,
        offeredBy: 'Practitioner/sup',
        offeredAt: AT,
      },
    ])
  })

  it('is not offered twice, nor with an expiry in the past, nor of a case that has ended', () => {
    const again = { manager: 'Practitioner/sam' }
    expect(refusal(offered, 'OfferAssignment', again).code).toBe('case-condition')
    expect(refusal(fileOf(), 'OfferAssignment', { ...again, expires: AT }).code).toBe('case-condition')
    expect(refusal(fileOf({ state: 'declined' }), 'OfferAssignment', again).code).toBe('illegal-transition')
  })

  it('is accepted before it expires, and makes who accepts it the manager of the case', () => {
    const accepted = afterwards(offered, 'AcceptAssignment', named, bySam)
    expect(accepted.assignments[0]).toMatchObject({ state: 'accepted', start: AT })
    expect(accepted.case.manager).toBe('Practitioner/sam')
    expect(namesOf(decided(offered, 'AcceptAssignment', named, bySam))).toEqual([
      'AssignmentAccepted',
      'ManagerAssigned',
    ])
    expect(afterwards(offered, 'AcceptAssignment', named, { ...bySam, at: LATER }).case.manager).toBe(
      'Practitioner/sam',
    )
    const late = { ...bySam, at: '2026-10-14T10:00:01-04:00' }
    expect(refusal(offered, 'AcceptAssignment', named, late).code).toBe('case-condition')
  })

  it.each(['Practitioner/noor', 'Practitioner/sup', 'Patient/p1', 'Device/robot'])(
    'is neither accepted nor declined by %s, who was not asked (I14)',
    actor => {
      const broken = { code: 'rule-broken', rule: 'I14' }
      expect(refusal(offered, 'AcceptAssignment', named, { actor })).toMatchObject(broken)
      const payload = { ...named, reason: 'full' }
      expect(refusal(offered, 'DeclineAssignment', payload, { actor })).toMatchObject(broken)
    },
  )

  it('is accepted by who works without authentication, for whomever it was offered to', () => {
    const actor = 'Device/local-development'
    expect(afterwards(offered, 'AcceptAssignment', named, { actor }).case.manager).toBe('Practitioner/sam')
  })

  it('that is accepted takes the case over from who managed it', () => {
    const both = openFile({}, { assignments: [anAssignment(), offer] })
    const after = afterwards(both, 'AcceptAssignment', named, bySam)
    expect(after.assignments.map(({ id, state, end }) => [id, state, end])).toEqual([
      ['assignment-1', 'handed-over', AT],
      ['o1', 'accepted', undefined],
    ])
    expect(after.case.manager).toBe('Practitioner/sam')
  })

  it('is declined with a reason', () => {
    const declined = afterwards(offered, 'DeclineAssignment', { ...named, reason: 'full' }, bySam)
    expect(declined.assignments[0]).toMatchObject({ state: 'declined', reason: 'full' })
  })

  it('expires when its time has passed, not before and not without one', () => {
    expect(refusal(offered, 'ExpireAssignment', named).code).toBe('case-condition')
    expect(afterwards(offered, 'ExpireAssignment', named, { at: LATER }).assignments[0]).toMatchObject({
      state: 'expired',
      reason: 'The offer has expired.',
    })
    const endless = fileOf({}, { assignments: [anAssignment({ id: 'o1', state: 'offered' })] })
    expect(refusal(endless, 'ExpireAssignment', named).code).toBe('case-condition')
  })

  it.each([
    ['AcceptAssignment', {}],
    ['DeclineAssignment', { reason: 'x' }],
    ['ExpireAssignment', {}],
  ])('%s is possible for an offer only, and for one that exists', (name, more) => {
    const file = openFile()
    expect(refusal(file, name, { assignment: 'assignment-1', ...more })).toMatchObject({
      code: 'illegal-transition',
      legal: ['HandOver', 'EndAssignment', 'MarkNounEnteredInError'],
    })
    expect(refusal(file, name, { assignment: 'nobody', ...more })).toMatchObject({
      kind: 'not-found',
      code: 'unknown-noun',
    })
  })

  it('ends when nobody needs it: not while the case is open (I1)', () => {
    const payload = { assignment: 'assignment-1', reason: 'left' }
    expect(refusal(openFile(), 'EndAssignment', payload)).toMatchObject({ code: 'rule-broken', rule: 'I1' })
    const before = fileOf(
      { state: 'screened', manager: 'Practitioner/noor' },
      { assignments: [anAssignment()] },
    )
    const ended = afterwards(before, 'EndAssignment', payload)
    expect(ended.assignments[0]).toMatchObject({ state: 'ended', end: AT, reason: 'left' })
    expect(ended.case.manager).toBeUndefined()
  })
})

describe('HandOver', () => {
  it('leaves no gap: the new manager begins when, or before, the old one ends', () => {
    const start = '2026-10-12T17:00:00-04:00'
    const file = afterwards(openFile(), 'HandOver', { to: 'Practitioner/sam', start, reason: 'leave' })
    expect(file.assignments).toMatchObject([
      { id: 'assignment-1', state: 'handed-over', end: AT, reason: 'leave' },
      { id: 'assignment-new-1', state: 'accepted', start, manager: 'Practitioner/sam' },
    ])
    expect(file.case.manager).toBe('Practitioner/sam')
    const now = afterwards(openFile(), 'HandOver', { to: 'Practitioner/sam' })
    expect(now.assignments.map(one => one.end ?? one.start)).toEqual([AT, AT])
  })

  it('is refused when it would leave a gap, changes nothing, or when nobody has the case', () => {
    const later = { to: 'Practitioner/sam', start: LATER }
    expect(refusal(openFile(), 'HandOver', later).message).toContain('no gap')
    expect(refusal(openFile(), 'HandOver', { to: 'Practitioner/noor' }).code).toBe('case-condition')
    expect(refusal(fileOf(), 'HandOver', { to: 'Practitioner/sam' })).toMatchObject({
      code: 'illegal-transition',
    })
    expect(refusal(fileOf({ state: 'closed' }), 'HandOver', { to: 'Practitioner/sam' }).code).toBe(
      'illegal-transition',
    )
  })

  it('never ends an assignment before it began', () => {
    const file = openFile({}, { assignments: [anAssignment({ start: LATER })] })
    expect(afterwards(file, 'HandOver', { to: 'Practitioner/sam' }).assignments[0]?.end).toBe(LATER)
  })
})

describe('BulkReassign', () => {
  const mine = openFile()
  const others = openFile({ id: 'c2' }, { assignments: [anAssignment({ manager: 'Practitioner/else' })] })
  const order = { from: 'Practitioner/noor', to: 'Practitioner/sam', reason: 'leave' }

  it('hands every case of a manager over, and no other', () => {
    const done = bulkReassign([mine, others], order, () => contextOf())
    if (!done.ok) throw new Error(done.failure.message)
    expect(done.value.map(({ caseId }) => caseId)).toEqual(['c1'])
    const events = done.value[0]?.events ?? []
    expect(events.map(({ type }) => type)).toEqual([
      'AssignmentAccepted',
      'CaseHandedOver',
      'CaseloadTransferred',
    ])
    expect(evolveAll(mine, events).case.manager).toBe('Practitioner/sam')
  })

  it('does nothing when one of them can not be handed over', () => {
    const twice = openFile(
      {},
      { assignments: [anAssignment(), anAssignment({ id: 'a2', manager: 'Practitioner/sam' })] },
    )
    expect(bulkReassign([mine, twice], order, () => contextOf()).ok).toBe(false)
  })
})

describe('a consent', () => {
  const asked = fileOf({}, { consents: [aConsent({ state: 'proposed' })] })
  const given = fileOf({}, { consents: [aConsent({ end: LATER })] })
  const known = { consent: 'consent-1' }

  it('is asked for', () => {
    const payload = { scope: 'sharing', recipients: ['Organization/irf'], classes: ['CarePlan'], end: LATER }
    expect(afterwards(fileOf(), 'RequestConsent', payload).consents).toEqual([
      { id: 'consent-new-1', state: 'proposed', at: AT, ...payload },
    ])
  })

  it('is granted of the patient’s own accord', () => {
    const payload = { scope: 'case-management', by: 'RelatedPerson/sam' }
    expect(afterwards(fileOf(), 'GrantConsent', payload).consents).toEqual([
      {
        id: 'consent-new-1',
        state: 'active',
        at: AT,
        decision: 'permit',
        recipients: [],
        classes: [],
        ...payload,
      },
    ])
  })

  it('is granted as asked for, or with other terms', () => {
    const payload = { ...known, scope: 'case-management', by: 'Patient/p1', recipients: ['Organization/irf'] }
    expect(afterwards(asked, 'GrantConsent', payload).consents).toMatchObject([
      { id: 'consent-1', state: 'active', at: AT, recipients: ['Organization/irf'] },
    ])
    expect(refusal(given, 'GrantConsent', payload)).toMatchObject({
      code: 'illegal-transition',
      legal: ['RevokeConsent', 'ExpireConsent', 'MarkNounEnteredInError'],
    })
  })

  it('is rejected, taken back, or runs out', () => {
    expect(afterwards(asked, 'RejectConsent', { ...known, reason: 'no' }).consents[0]).toMatchObject({
      state: 'rejected',
      decision: 'deny',
      reason: 'no',
    })
    expect(afterwards(given, 'RevokeConsent', { ...known, reason: 'no more' }).consents[0]).toMatchObject({
      state: 'revoked',
      end: AT,
      reason: 'no more',
    })
    expect(refusal(given, 'ExpireConsent', known).code).toBe('case-condition')
    expect(afterwards(given, 'ExpireConsent', known, { at: LATER }).consents[0]?.state).toBe('expired')
  })

  it.each([
    ['RejectConsent', {}, given],
    ['RevokeConsent', { reason: 'x' }, asked],
    ['ExpireConsent', {}, asked],
  ])('%s is refused from the wrong state and for an unknown one', (name, more, file) => {
    expect(refusal(file, name, { ...known, ...more }).code).toBe('illegal-transition')
    expect(refusal(file, name, { consent: 'nobody', ...more }).code).toBe('unknown-noun')
  })

  it('ends after it begins', () => {
    const backwards = { scope: 'sharing', start: LATER, end: AT }
    expect(refusal(fileOf(), 'RequestConsent', backwards).code).toBe('case-condition')
    expect(refusal(fileOf(), 'GrantConsent', { ...backwards, by: 'Patient/p1' }).code).toBe('case-condition')
    const before = { ...known, scope: 'case-management', by: 'Patient/p1', end: AT }
    const begun = fileOf({}, { consents: [aConsent({ state: 'proposed', start: LATER })] })
    expect(refusal(begun, 'GrantConsent', before).code).toBe('case-condition')
  })
})

describe('who speaks for the patient', () => {
  const granted = (by: string, relatives?: readonly string[]) =>
    decided(
      openFile(),
      'GrantConsent',
      { scope: 'sharing', by },
      relatives === undefined ? {} : { relatives },
    )

  it('is the patient of the case or a representative: nobody else consents', () => {
    for (const by of ['Patient/p1', 'RelatedPerson/r1']) expect(granted(by).ok).toBe(true)
    for (const by of ['Patient/p2', 'Practitioner/noor', 'Organization/acme'])
      expect(granted(by)).toMatchObject({ failure: { code: 'case-condition', expression: 'by' } })
    const asked = fileOf({}, { consents: [aConsent({ state: 'proposed' })] })
    const payload = { consent: 'consent-1', by: 'Patient/p2' }
    expect(refusal(asked, 'RejectConsent', payload)).toMatchObject({ expression: 'by' })
  })

  it('is a relative on the record, where the record has any', () => {
    expect(granted('RelatedPerson/r1', ['RelatedPerson/r1']).ok).toBe(true)
    expect(granted('RelatedPerson/r2', ['RelatedPerson/r1']).ok).toBe(false)
    expect(granted('RelatedPerson/r2', []).ok).toBe(true)
  })

  it('sets goals and says what they think of them for this case only', () => {
    const payload = { text: 'Walk', expressedBy: 'Patient/p2' }
    expect(refusal(openFile(), 'SetGoal', payload)).toMatchObject({ expression: 'expressedBy' })
    const set = afterwards(openFile(), 'SetGoal', { ...payload, expressedBy: 'Patient/p1' })
    const said = { goal: 'goal-new-1', by: 'Patient/p2', decision: 'agree' }
    expect(refusal(set, 'AcceptGoal', said)).toMatchObject({ expression: 'by' })
  })
})
