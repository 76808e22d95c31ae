import { describe, expect, it } from 'vitest'
import { caseStates, legalCommands, type CaseState } from '../../../../src/care-plan/case/case.ts'
import { commands } from '../../../../src/care-plan/commands/commands.ts'
import { defaultCaseRules } from '../../../../src/care-plan/case/case-rules.ts'
import { modelLookup, shippedModels } from '../../../../src/care-plan/models/shipped-models.ts'
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
import { admission, discharge, stay } from '../../../support/case-world.ts'

const AT = '2026-10-13T10:00:00-04:00'
const SUP = { actor: 'Practitioner/sup' }
const because = { reason: 'because' }

describe('a command of the matrix', () => {
  it.each<[string, object, readonly [CaseState, CaseState], string]>([
    ['ScreenCase', {}, ['identified', 'screened'], 'CaseScreenedIn'],
    ['ScreenOut', because, ['screened', 'screened-out'], 'CaseScreenedOut'],
    ['StartOutreach', {}, ['screened', 'outreach'], 'OutreachStarted'],
    ['RecordOutreach', { medium: 'phone' }, ['outreach', 'outreach'], 'OutreachAttempted'],
    ['Decline', because, ['outreach', 'declined'], 'CaseDeclined'],
    ['HoldCase', { hold: 'waitlist', ...because }, ['screened', 'on-hold'], 'CaseHeld'],
    ['HoldCase', { hold: 'pause', reviewBy: '2026-11-12', ...because }, ['active', 'on-hold'], 'CaseHeld'],
    ['ResumeCase', {}, ['on-hold', 'active'], 'CaseResumed'],
    ['ProposeClosure', { reason: 'goals-met' }, ['active', 'closing'], 'ClosureProposed'],
    ['RejectClosure', because, ['closing', 'active'], 'ClosureRejected'],
    ['ApproveClosure', {}, ['closing', 'closed'], 'CaseClosed'],
    [
      'TransferOut',
      { ...because, to: 'Organization/far' },
      ['active', 'transferred-out'],
      'CaseTransferredOut',
    ],
    ['RecordDeath', because, ['open', 'deceased'], 'CaseEndedByDeath'],
    ['MarkEnteredInError', because, ['closed', 'entered-in-error'], 'CaseEnteredInError'],
  ])('%s %j leads along %j and raises %s', (name, payload, [from, to], event) => {
    const file = fileOf({ state: from, openedAt: '2026-10-12T09:00:00-04:00' })
    const events = decided(file, name, payload)
    expect(namesOf(events)).toEqual([event])
    expect(afterwards(file, name, payload).case.state).toBe(to)
  })

  it.each([
    ['ScreenCase', {}, 'active'],
    ['ScreenOut', because, 'identified'],
    ['StartOutreach', {}, 'open'],
    ['RecordOutreach', { medium: 'phone' }, 'screened'],
    ['OpenCase', {}, 'active'],
    ['Decline', because, 'open'],
    ['Unreachable', because, 'screened'],
    ['HoldCase', { hold: 'pause', ...because }, 'closing'],
    ['ResumeCase', {}, 'active'],
    ['ProposeClosure', { reason: 'goals-met' }, 'closing'],
    ['RejectClosure', because, 'active'],
    ['ApproveClosure', {}, 'active'],
    ['ReopenCase', because, 'declined'],
    ['TransferOut', because, 'closed'],
    ['RecordDeath', because, 'closed'],
    ['MarkEnteredInError', because, 'entered-in-error'],
  ] as const)('%s %j is refused while the case is %s, with the legal list', (name, payload, state) => {
    expect(refusal(fileOf({ state }), name, payload)).toMatchObject({
      kind: 'illegal-transition',
      code: 'illegal-transition',
      legal: legalCommands(fileOf({ state }).case),
    })
  })

  const everything: Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>> = {
    ...{ ScreenCase: [{}], ScreenOut: [because], StartOutreach: [{}], Decline: [because] },
    ...{ RecordOutreach: [{ medium: 'phone' }], Unreachable: [because], OpenCase: [{}], ResumeCase: [{}] },
    HoldCase: [
      { hold: 'pause', reviewBy: '2026-10-20', ...because },
      { hold: 'waitlist', ...because },
    ],
    SwitchModel: [{ model: 'clinical', ...because }],
    ...{ ProposeClosure: [{ reason: 'goals-met' }], RejectClosure: [because], ApproveClosure: [{}] },
    ...{ ReopenCase: [because], RecordDeath: [because], MarkEnteredInError: [because] },
    TransferOut: [{ ...because, to: 'Organization/far', consentOverride: 'Urgent.' }],
    ...{ MergeCases: [{ other: 'c2', ...because }], UnmergeCases: [because] },
  }
  const opened = { openedAt: '2026-10-12T09:00:00-04:00' }
  const merged = { case: 'c2', state: 'open' } as const
  const models = [{ model: 'strengths', version: '1', since: '2026-10-12T09:00:00-04:00' }]
  const outreach = [
    ...[
      { on: '2026-10-09', medium: 'phone' },
      { on: '2026-10-10', medium: 'letter' },
    ],
    { on: '2026-10-11', medium: 'phone' },
  ]
  it.each<[string, Parameters<typeof fileOf>[0]]>([
    ...caseStates.map((state): [string, { state: CaseState }] => [state, { state }]),
    ['active under a model', { state: 'active', models, ...opened }],
    ['on hold by the patient, and was opened', { state: 'on-hold', ...opened }],
    ['on a waiting list', { state: 'on-hold', isWaitlisted: true }],
    ['on a waiting list, and was opened', { state: 'on-hold', isWaitlisted: true, ...opened }],
    ['closed by a merge', { state: 'closed', end: AT, mergedInto: merged }],
  ])('is listed as legal of a case that is %s exactly where it is possible', (_how, root) => {
    const lists = { assignments: [anAssignment()], consents: [aConsent()] }
    const file = fileOf({ outreach, end: '2026-10-12T10:00:00-04:00', ...root }, lists)
    const other = fileOf({ id: 'c2', mergedFrom: ['c1'] })
    const context = contextOf({
      stays: [stay('e1', [admission('2026-10-12T18:00:00')])],
      rules: { ...defaultCaseRules, secondPersonCloses: false },
      models: modelLookup(shippedModels),
    })
    const possible = Object.entries(everything).flatMap(([name, payloads]) => {
      const found = commands.get(name)
      return payloads.some(payload => found?.decide(file, payload, context, () => other).ok) ? [name] : []
    })
    // Whether a plan can be activated or revised, its own state says too.
    const legal = legalCommands(file.case).filter(name => !['ActivatePlan', 'RevisePlan'].includes(name))
    expect(legal.toSorted()).toEqual(possible.toSorted())
  })

  it('says since when and why the case is in its new state, and forgets why it was in the old one', () => {
    const declined = afterwards(
      fileOf({ state: 'screened', reason: 'fell from a bicycle' }),
      'Decline',
      because,
    )
    expect(declined.case).toMatchObject({ since: AT, reason: 'because', end: AT })
    const screened = afterwards(fileOf({ reason: 'fell from a bicycle' }), 'ScreenCase')
    expect(screened.case.reason).toBeUndefined()
    expect(screened.case.end).toBeUndefined()
  })

  it('ends the assignments of a case that ends, and lets offers of it lapse', () => {
    const assignments = [
      anAssignment(),
      anAssignment({ id: 'assignment-2', state: 'offered', manager: 'Practitioner/x' }),
    ]
    const ended = afterwards(openFile({}, { assignments }), 'RecordDeath', because)
    expect(ended.assignments.map(({ state, end }) => [state, end])).toEqual([
      ['ended', AT],
      ['expired', undefined],
    ])
  })
})

describe('screening', () => {
  it('starts the clock of eligibility at the time of the fact, or when it is said to', () => {
    expect(afterwards(fileOf(), 'ScreenCase', { acuity: 'high' }).case).toMatchObject({
      eligibleAt: AT,
      acuity: 'high',
    })
    const eligibleAt = '2026-10-12T18:30:00-04:00'
    expect(afterwards(fileOf(), 'ScreenCase', { eligibleAt }).case.eligibleAt).toBe(eligibleAt)
  })

  it('is followed by ratings of acuity at any time until the case ends', () => {
    const rated = afterwards(openFile(), 'StratifyRisk', { acuity: 'moderate' })
    expect(rated.case.acuity).toBe('moderate')
    expect(rated.risks).toEqual([
      {
        id: 'risk-new-1',
        state: 'final',
        method: 'stratification',
        band: 'moderate',
        inputs: [],
        missing: [],
        at: AT,
      },
    ])
    expect(refusal(fileOf({ state: 'closed' }), 'StratifyRisk', { acuity: 'low' }).legal).toEqual([
      'ReopenCase',
      'MarkEnteredInError',
    ])
  })
})

describe('outreach', () => {
  const outreach = [
    { on: '2026-10-10', medium: 'phone' },
    { on: '2026-10-11', medium: 'phone' },
  ]

  it('is recorded on the day of the fact in the zone of the case, or on the day said', () => {
    const late = { at: '2026-10-14T01:00:00Z' }
    const file = fileOf({ state: 'outreach', outreach })
    expect(afterwards(file, 'RecordOutreach', { medium: 'letter' }, late).case.outreach).toEqual([
      ...outreach,
      { on: '2026-10-13', medium: 'letter' },
    ])
    const said = afterwards(file, 'RecordOutreach', { medium: 'letter', on: '2026-10-12' })
    expect(said.case.outreach.at(-1)).toEqual({ on: '2026-10-12', medium: 'letter' })
    expect(said.case.since).toBe(file.case.since)
  })

  it('makes a case unreachable after three attempts on different days by two media', () => {
    const file = fileOf({ state: 'outreach', outreach })
    expect(refusal(file, 'Unreachable', because).message).toContain('3 attempts on different days by 2 media')
    const tried = afterwards(file, 'RecordOutreach', { medium: 'letter' })
    expect(afterwards(tried, 'Unreachable', because).case.state).toBe('unreachable')
  })
})

describe('OpenCase', () => {
  const ready = { assignments: [anAssignment()], consents: [aConsent()] }

  it.each(['screened', 'outreach'] as const)('opens a case that is %s', state => {
    expect(afterwards(fileOf({ state }, ready), 'OpenCase').case).toMatchObject({
      state: 'open',
      openedAt: AT,
      since: AT,
      manager: 'Practitioner/noor',
    })
  })

  it('opens a case that waits for capacity, not one that pauses', () => {
    const waiting = fileOf({ state: 'on-hold', isWaitlisted: true, hold: { reason: 'full' } }, ready)
    const opened = afterwards(waiting, 'OpenCase').case
    expect(opened).toMatchObject({ state: 'open', isWaitlisted: false })
    expect(opened.hold).toBeUndefined()
    expect(refusal(fileOf({ state: 'on-hold' }, ready), 'OpenCase').code).toBe('case-condition')
    expect(refusal(waiting, 'ResumeCase')).toMatchObject({
      code: 'case-condition',
      message: expect.stringContaining('OpenCase') as string,
    })
  })

  it.each([
    ['none', []],
    ['one to sharing', [aConsent({ scope: 'sharing' })]],
    ['one asked for', [aConsent({ state: 'proposed' })]],
    ['one taken back', [aConsent({ state: 'revoked' })]],
    ['one that has run out', [aConsent({ end: AT })]],
    ['one that begins later', [aConsent({ start: '2026-10-13T10:00:01-04:00' })]],
    ['a refusal', [aConsent({ decision: 'deny' })]],
  ])('needs consent to case management; %s is not enough', (_what, consents) => {
    const file = fileOf({ state: 'screened' }, { ...ready, consents })
    expect(refusal(file, 'OpenCase')).toMatchObject({
      kind: 'business-rule',
      code: 'case-condition',
      message: 'OpenCase needs the consent of the patient or a representative.',
    })
  })

  it('needs a manager who has accepted it (I1)', () => {
    const assignments = [anAssignment({ state: 'offered' })]
    expect(refusal(fileOf({ state: 'screened' }, { ...ready, assignments }), 'OpenCase')).toMatchObject({
      code: 'rule-broken',
      rule: 'I1',
    })
  })

  const inpatient = [stay('e1', [admission('2026-10-12T18:00:00')])]

  it('skips screening only for an inpatient, on the day of the consent', () => {
    const file = fileOf({}, ready)
    expect(afterwards(file, 'OpenCase', {}, { stays: inpatient }).case.state).toBe('open')
    expect(refusal(file, 'OpenCase').message).toContain('same day of an inpatient stay')
    const home = [stay('e1', [admission('2026-10-10T18:00:00'), discharge('2026-10-12T10:00:00', '01')])]
    expect(refusal(file, 'OpenCase', {}, { stays: home }).code).toBe('case-condition')
    const dayAfter = { stays: inpatient, at: '2026-10-14T10:00:00-04:00' }
    expect(refusal(file, 'OpenCase', {}, dayAfter).code).toBe('case-condition')
    const withdrawn = [
      stay('e1', [admission('2026-10-12T18:00:00', { cancelledAt: '2026-10-12T19:00:00-04:00' })]),
    ]
    expect(refusal(file, 'OpenCase', {}, { stays: withdrawn }).code).toBe('case-condition')
    const later = [stay('e1', [admission('2026-10-14T08:00:00')])]
    expect(refusal(file, 'OpenCase', {}, { stays: later }).code).toBe('case-condition')
  })
})

describe('a hold', () => {
  const pause = { hold: 'pause', reason: 'away' }

  it('of an active case has a review within 30 days', () => {
    const file = openFile({ state: 'active' })
    const held = afterwards(file, 'HoldCase', { ...pause, reviewBy: '2026-11-12' }).case
    expect(held).toMatchObject({
      state: 'on-hold',
      hold: { reason: 'away', reviewBy: '2026-11-12' },
      reason: 'away',
    })
    for (const reviewBy of ['2026-11-13', '2026-10-12'])
      expect(refusal(file, 'HoldCase', { ...pause, reviewBy }).code).toBe('case-condition')
    expect(refusal(file, 'HoldCase', pause).message).toBe('HoldCase needs a review within 30 days.')
    const resumed = afterwards(openFile({ state: 'on-hold', hold: { reason: 'away' } }), 'ResumeCase').case
    expect(resumed.hold).toBeUndefined()
    expect(resumed.resumptions).toEqual([resumed.since])
  })

  it('for capacity is possible before the case is open only', () => {
    expect(refusal(openFile(), 'HoldCase', { hold: 'waitlist', reason: 'full' }).code).toBe('case-condition')
    expect(
      afterwards(fileOf({ state: 'screened' }), 'HoldCase', { hold: 'waitlist', reason: 'full' }).case,
    ).toMatchObject({ state: 'on-hold', isWaitlisted: true, hold: { reason: 'full' } })
  })
})

describe('a closure', () => {
  const proposal = { reason: 'goals-met', outcomes: 'walks again', communicatedTo: 'letter to Dr. Ngo' }
  const proposed = afterwards(openFile({ state: 'active' }), 'ProposeClosure', proposal)

  it('is proposed with its reason, by somebody, at some time', () => {
    expect(proposed.case.closure).toEqual({ ...proposal, proposedBy: 'Practitioner/noor', proposedAt: AT })
  })

  it('is approved by another person, who may say who was told', () => {
    const closed = afterwards(proposed, 'ApproveClosure', { communicatedTo: 'Communication/1' }, SUP)
    expect(closed.case).toMatchObject({
      state: 'closed',
      end: AT,
      closure: { reason: 'goals-met', approvedBy: 'Practitioner/sup', communicatedTo: 'Communication/1' },
    })
    expect(closed.assignments[0]).toMatchObject({ state: 'ended', end: AT })
    expect(afterwards(proposed, 'ApproveClosure', {}, SUP).case.closure?.communicatedTo).toBe(
      'letter to Dr. Ngo',
    )
  })

  it('is not approved by who proposed it, unless the organisation allows it', () => {
    expect(refusal(proposed, 'ApproveClosure')).toMatchObject({
      kind: 'business-rule',
      code: 'case-condition',
      message: expect.stringContaining('another person') as string,
    })
    const rules = { ...defaultCaseRules, secondPersonCloses: false }
    expect(afterwards(proposed, 'ApproveClosure', {}, { rules }).case.state).toBe('closed')
  })

  it('of a case that still waited for capacity is refused only with consent and a manager, as it is opened', () => {
    const waiting = fileOf({ state: 'on-hold', isWaitlisted: true })
    const waitedFor = afterwards(waiting, 'ProposeClosure', { reason: 'client-declined' })
    expect(refusal(waitedFor, 'RejectClosure', because).message).toContain('OpenCase')
    const ready = { ...waitedFor, assignments: [anAssignment()], consents: [aConsent()] }
    expect(afterwards(ready, 'RejectClosure', because).case).toMatchObject({ state: 'active', openedAt: AT })
  })

  it('that is refused is forgotten; the case goes on', () => {
    const rejected = afterwards(proposed, 'RejectClosure', because, SUP).case
    expect(rejected.state).toBe('active')
    expect(rejected.closure).toBeUndefined()
  })
})

describe('ReopenCase', () => {
  const closed = openFile(
    { state: 'closed', end: '2026-09-13T23:30:00-04:00', closure: { reason: 'goals-met' } },
    { assignments: [anAssignment({ state: 'ended', end: '2026-09-13T23:30:00-04:00' })] },
  )

  it('goes on within 30 days with a manager who accepted it again', () => {
    expect(refusal(closed, 'ReopenCase', because)).toMatchObject({ rule: 'I1' })
    const offered = afterwards(closed, 'OfferAssignment', { manager: 'Practitioner/noor' })
    const accepted = afterwards(offered, 'AcceptAssignment', { assignment: 'assignment-new-1' })
    const reopened = afterwards(accepted, 'ReopenCase', because).case
    expect(reopened).toMatchObject({
      state: 'active',
      reopenedAt: AT,
      manager: 'Practitioner/noor',
      reason: 'because',
    })
    expect([reopened.end, reopened.closure]).toEqual([undefined, undefined])
  })

  it('is too late on the 31st day', () => {
    const file = { ...closed, case: { ...closed.case, end: '2026-09-12T23:30:00-04:00' } }
    expect(refusal(file, 'ReopenCase', because)).toMatchObject({ code: 'case-condition' })
  })
})

describe('other commands on a case', () => {
  it('prohibit contact and allow it again', () => {
    const prohibited = afterwards(openFile(), 'ProhibitContact', because)
    expect(prohibited.case).toMatchObject({
      isContactProhibited: true,
      contactProhibition: { since: AT, reason: 'because' },
    })
    expect(refusal(prohibited, 'ProhibitContact', because).code).toBe('case-condition')
    const allowed = afterwards(prohibited, 'AllowContact', because).case
    expect([allowed.isContactProhibited, allowed.contactProhibition]).toEqual([false, undefined])
    expect(refusal(openFile(), 'AllowContact', because).code).toBe('case-condition')
    expect(refusal(fileOf({ state: 'declined' }), 'ProhibitContact', because).code).toBe('illegal-transition')
  })

  it('assign a target group', () => {
    expect(
      afterwards(openFile(), 'AssignTargetGroup', { targetGroup: 'adults with TBI' }).case.targetGroup,
    ).toBe('adults with TBI')
  })

  it('record who answers for a share without consent', () => {
    const overridden = afterwards(openFile(), 'OverrideConsent', {
      recipient: 'Organization/irf',
      ...because,
    })
    expect(overridden.case.overrides).toEqual([
      { recipient: 'Organization/irf', reason: 'because', by: 'Practitioner/noor', at: AT },
    ])
  })

  it('transfer a case out to somebody, with an override when there is no consent', () => {
    const payload = { ...because, to: 'Organization/irf', consentOverride: 'emergency' }
    expect(afterwards(openFile(), 'TransferOut', payload).case).toMatchObject({
      state: 'transferred-out',
      transferredTo: 'Organization/irf',
      overrides: [{ recipient: 'Organization/irf', reason: 'emergency' }],
    })
  })
})

describe('TransferOut without naming anybody', () => {
  const moves = { reason: 'moves' }
  it('needs a consent to share that names nobody (I8)', () => {
    const refused = { code: 'rule-broken', rule: 'I8', expression: 'to' }
    expect(refusal(openFile(), 'TransferOut', moves)).toMatchObject(refused)
    const override = { ...moves, consentOverride: 'Urgent.' }
    expect(refusal(openFile(), 'TransferOut', override)).toMatchObject(refused)
    const sharing = (more: object) => openFile({}, { consents: [aConsent({ scope: 'sharing', ...more })] })
    for (const more of [{ recipients: ['Organization/x'] }, { classes: ['CarePlan'] }, { state: 'revoked' }])
      expect(refusal(sharing(more), 'TransferOut', moves)).toMatchObject(refused)
    expect(afterwards(sharing({}), 'TransferOut', moves).case.state).toBe('transferred-out')
  })
})
